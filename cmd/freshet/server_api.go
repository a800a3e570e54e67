package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	freshet "github.com/freshet/freshet"
	"github.com/freshet/freshet/internal/config"
)

// serverAPI is the extension API of the server that uses a data folder of this
// machine. Who may read the folder may ask for anything: its token proves it.
type serverAPI struct {
	endpoint string
	token    string
	dir      string // the data folder, for messages
	client   *http.Client
}

// serverAPI finds the server that s describes. It asks nothing yet.
func (p *program) serverAPI(s config.Settings) (*serverAPI, error) {
	a := &serverAPI{token: s.Server.APIToken, dir: s.Server.DataDir}
	var err error
	if a.endpoint, a.client, err = reach(s); err != nil {
		return nil, err
	}
	if a.token == "" {
		if a.token, err = freshet.Token(a.dir); err != nil {
			return nil, fmt.Errorf("the token of data folder %s: %w", a.dir, err)
		}
	}
	return a, nil
}

// reach returns the URL of the server that s describes, and a client that knows it:
// in production by TLS, and no other server can pass for it.
func reach(s config.Settings) (string, *http.Client, error) {
	at, err := endpoint(s)
	if err != nil {
		return "", nil, err
	}
	o := s.Server
	served, err := freshet.Served(o.DataDir)
	if err != nil || !served || o.TLS == freshet.TLSOff {
		return at, http.DefaultClient, nil // what is wrong with the folder, others say
	}
	known := &tls.Config{MinVersion: tls.VersionTLS12}
	if o.TLSCert != "" {
		// The name in it may be none of this machine's: it is known by itself.
		if known.VerifyConnection, err = only(o.TLSCert); err != nil {
			return "", nil, err
		}
		known.InsecureSkipVerify = true // VerifyConnection verifies
	} else {
		if known.RootCAs, err = authorities(freshet.CAFile(o.DataDir)); err != nil {
			return "", nil, fmt.Errorf("the authority of the server: %w", err)
		}
	}
	return "https" + strings.TrimPrefix(at, "http"), clientThat(known), nil
}

// only accepts the certificate in a file, PEM, and no other.
func only(file string) (func(tls.ConnectionState) error, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(content)
	if block == nil {
		return nil, fmt.Errorf("%s: it holds no certificate", file)
	}
	return func(c tls.ConnectionState) error {
		if len(c.PeerCertificates) == 0 || !bytes.Equal(c.PeerCertificates[0].Raw, block.Bytes) {
			return fmt.Errorf("the server shows another certificate than %s", file)
		}
		return nil
	}, nil
}

// errOtherServer is returned for an answer of a server that does not have the
// token's folder.
var errOtherServer = errors.New("say with --listen where that is")

// call asks for a page and reads the answer into out. in is the body; nil is none.
func (a *serverAPI) call(ctx context.Context, method, path string, in, out any) error {
	r, err := newAPIRequest(ctx, method, a.endpoint+path, in)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+a.token)
	reply, err := a.client.Do(r)
	if err != nil {
		return fmt.Errorf("the server of data folder %s does not answer at %s (say with --listen where it does): %w", a.dir, a.endpoint, err)
	}
	defer reply.Body.Close()
	err = readAnswer(reply, out)
	if failed, ok := errors.AsType[*apiError](err); ok &&
		(failed.status == http.StatusUnauthorized || failed.status == http.StatusNotFound && failed.said.Code == "") {
		return fmt.Errorf("the server at %s is not the one that uses data folder %s: %w", a.endpoint, a.dir, errOtherServer)
	}
	return err
}

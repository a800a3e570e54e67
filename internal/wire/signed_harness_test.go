package wire_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/wire"
	"github.com/freshet/freshet/internal/wire/sigv4"
)

// keyring is a store of keys as identity has it: what Authenticate asks.
type keyring struct {
	// down is what the store fails with.
	down error
	// asked and signed count requests that came so far.
	asked, signed atomic.Int64
}

const (
	keyID, secret           = "AKIDLASTING", "lasting/secret"
	tempID, tempSecret      = "ASIDSESSION", "session/secret"
	token, otherToken       = "session-token==", "another-token=="
	expiredID, expiredToken = "ASIDEXPIRED", "expired-token=="
)

// root is the root, who may do everything: what policies allow others is not asked
// here.
var root = &access.Principal{Kind: access.Root, ARN: "arn:aws:iam::123456789012:root", ID: "123456789012", Account: "123456789012"}

func (k *keyring) authenticate(_ *http.Request, c *sigv4.Credentials) (wire.Signer, error) {
	k.asked.Add(1)
	if k.down != nil {
		return wire.Signer{}, k.down
	}
	found := func(secret string) (wire.Signer, error) {
		return wire.Signer{Identity: access.Verified(root, c.AccessKeyID, c.Region, access.Facts{}), Secret: access.NewSecret(secret)}, nil
	}
	switch {
	case c.AccessKeyID == keyID && c.SessionToken == "":
		return found(secret)
	case c.AccessKeyID == tempID && c.SessionToken == token:
		return found(tempSecret)
	case c.AccessKeyID == expiredID && c.SessionToken == expiredToken:
		return wire.Signer{}, sigv4.ExpiredToken()
	}
	return wire.Signer{}, sigv4.UnrecognizedClient()
}

// verified serves do to whoever has signed with a key of k.
func verified(k *keyring, do do, options ...func(*wire.Options)) *harness {
	return serve(do, append([]func(*wire.Options){func(o *wire.Options) {
		o.Authenticate = k.authenticate
		o.Authorize = anything
		o.Signed = func(i access.Identity, service string) {
			if i.Principal() != root || service != "test" {
				panic("BUG: another has signed")
			}
			k.signed.Add(1)
		}
	}}, options...)...)
}

// signature is how a request is signed.
type signature struct {
	keyID, secret, token, region, service string
	skew                                  time.Duration
	payload                               string // what is said of the body, if not its hash
	presign                               bool
}

func lasting() signature {
	return signature{keyID: keyID, secret: secret, region: "eu-west-1", service: "test"}
}

// sign puts s on r, whose body is body. r goes through a client yet.
func (s signature) sign(t testing.TB, r *http.Request, body string) *http.Request {
	t.Helper()
	r.Header.Del("Authorization")
	r.Header.Del("X-Amz-Date")
	r.ContentLength = int64(len(body))
	payload := hexHash(body)
	if s.payload != "" {
		payload = s.payload
		r.Header.Set("X-Amz-Content-Sha256", payload)
	}
	credentials := aws.Credentials{AccessKeyID: s.keyID, SecretAccessKey: s.secret, SessionToken: s.token}
	var err error
	if s.presign {
		var uri string
		uri, _, err = v4.NewSigner(func(o *v4.SignerOptions) { o.DisableHeaderHoisting = true }).PresignHTTP(t.Context(), credentials, r, payload, s.service, s.region, time.Now().Add(s.skew))
		if err == nil {
			r.URL, err = r.URL.Parse(uri)
		}
	} else {
		err = v4.NewSigner().SignHTTP(t.Context(), credentials, r, payload, s.service, s.region, time.Now().Add(s.skew))
	}
	if err != nil {
		t.Fatal(err)
	}
	r.Body = io.NopCloser(strings.NewReader(body))
	return r
}

// signed makes a signed request for the operation Do, as a handler gets it.
func (c codec) signed(t testing.TB, s signature, body string, headers ...string) *http.Request {
	t.Helper()
	r := s.sign(t, c.call(body, headers...), body)
	r.RequestURI = r.URL.RequestURI()
	return r
}

// errStore is no answer of a store of keys.
var errStore = errors.New("the store of keys is down")

// counted is a body that says how much of it was read.
type counted struct {
	io.Reader
	n int
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += n
	return n, err
}

func (c *counted) Close() error { return nil }

func padded(body string, n int) string {
	return strings.TrimSuffix(body, "}") + string(bytes.Repeat([]byte{' '}, n)) + "}"
}

func hexHash(body string) string {
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:])
}

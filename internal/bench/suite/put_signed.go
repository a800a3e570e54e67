package suite

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/freshet/freshet/internal/bench"
)

// putSigned is PutRecords to a server that verifies signatures and to one that does
// not, in clear and over TLS, each against the floor over the same.
func (s *Suite) putSigned(ctx context.Context) (*table, error) {
	t := newTable(append([]string{"signed PutRecords 500 x 1 KiB, 4 shards, 8 connections"}, putHead...)...)
	return t, s.with(ctx, "put", func(dev *server) error {
		return s.withProduction(ctx, "put-signed", func(serve *server) error {
			return s.compareSigned(ctx, t, dev, serve)
		})
	})
}

func (s *Suite) compareSigned(ctx context.Context, t *table, dev, serve *server) error {
	rows := []struct {
		name string
		*server
		dir    string
		secure bool
	}{
		{"not verified (dev), in clear", dev, "put", false},
		{"verified (serve), in clear", serve, "put-signed", false},
		{"not verified (dev), over TLS", dev, "put", true},
		{"verified (serve), over TLS", serve, "put-signed", true},
	}
	for round := range s.Rounds {
		for _, row := range rows {
			v, err := s.over(row.server, row.dir, row.secure)
			if err != nil {
				return err
			}
			if round == 0 && !row.secure {
				if _, err := s.put(ctx, v, 4, batch, warmUp); err != nil {
					return err
				}
			}
			m, err := s.put(ctx, v, 4, batch, s.Load)
			if err != nil {
				return err
			}
			t.add(row.name, m.putCells()...)
		}
	}
	return nil
}

// over is v, which has the folder of that name, over TLS or in clear.
func (s *Suite) over(v *server, dir string, secure bool) (*server, error) {
	scheme := "http"
	if secure {
		scheme = "https"
	}
	target, err := v.target.Over(scheme)
	if err != nil || !secure {
		return &server{v.Server, target}, err
	}
	authority, err := os.ReadFile(filepath.Join(s.Dir, dir, "tls", "ca.pem"))
	if err != nil {
		return nil, err
	}
	target, err = target.Trusting(authority)
	return &server{v.Server, target}, err
}

// withProduction calls measure with a new server that verifies signatures, and with
// the key of its root. It takes requests in clear, too.
func (s *Suite) withProduction(ctx context.Context, name string, measure func(*server) error) error {
	v, err := s.launch(ctx, name, bench.Credentials{}, "serve", "--plaintext", "allow")
	if err != nil {
		return err
	}
	credentials, err := readCredentials(filepath.Join(s.Dir, name, "root-credentials"))
	var token []byte
	if err == nil {
		token, err = os.ReadFile(filepath.Join(s.Dir, name, "token"))
	}
	if err == nil {
		v.target, err = bench.NewTarget(v.Endpoint, "us-east-1", credentials)
	}
	if err == nil {
		v.target = v.target.Bearing(strings.TrimSpace(string(token)))
		err = measure(v)
	}
	return errors.Join(err, v.Stop())
}

// readCredentials reads the key of a file in the form of AWS's own.
func readCredentials(path string) (c bench.Credentials, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return c, err
	}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), "=")
		switch strings.TrimSpace(name) {
		case "aws_access_key_id":
			c.KeyID = strings.TrimSpace(value)
		case "aws_secret_access_key":
			c.Secret = strings.TrimSpace(value)
		}
	}
	if c.KeyID == "" || c.Secret == "" {
		return c, fmt.Errorf("%s: no key in it", path)
	}
	return c, nil
}

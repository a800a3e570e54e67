package certificate

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// pair is a certificate of a user's, in files.
type pair struct {
	t         *testing.T
	cert, key string
}

func newPair(t *testing.T) *pair {
	dir := t.TempDir()
	p := &pair{t, filepath.Join(dir, "server.pem"), filepath.Join(dir, "server-key.pem")}
	p.write(p.make())
	return p
}

// make makes the content of both files.
func (p *pair) make() (cert, key []byte) {
	p.t.Helper()
	k := newKey()
	a, err := newAuthority(k, nil, NamesOf("", nil), time.Now())
	if err != nil {
		p.t.Fatal(err)
	}
	return a.certPEM(), keyPEM(k)
}

// write writes what is not nil.
func (p *pair) write(cert, key []byte) {
	p.t.Helper()
	for name, text := range map[string][]byte{p.cert: cert, p.key: key} {
		if text != nil {
			if err := os.WriteFile(name, text, 0o600); err != nil {
				p.t.Fatal(err)
			}
		}
	}
}

func TestFilesAreReadAgainWhenTheyChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPair(t)
		var log bytes.Buffer
		f, err := OpenFiles(p.cert, p.key, slog.New(slog.NewTextHandler(&log, nil)))
		if err != nil {
			t.Fatal(err)
		}
		first := shows(t, f)
		cert, key := p.make()
		p.write(cert, nil) // one after the other
		for range 5 {
			time.Sleep(time.Minute)
			if shows(t, f) != first {
				t.Fatal("half of a new certificate is shown")
			}
		}
		if n := strings.Count(log.String(), "cannot be used"); n != 1 {
			t.Errorf("%d lines in the log:\n%s", n, log.String())
		}
		p.write(nil, key)
		time.Sleep(lookEvery)
		if shows(t, f) == first {
			t.Error("the old certificate is shown")
		}
		second := shows(t, f)
		if err := os.Remove(p.cert); err != nil {
			t.Fatal(err)
		}
		for range 5 {
			time.Sleep(time.Minute)
			if shows(t, f) != second {
				t.Error("it is forgotten with its file")
			}
		}
		if n := strings.Count(log.String(), "cannot be used"); n != 2 {
			t.Errorf("%d lines in the log:\n%s", n, log.String())
		}
	})
}

func TestFilesThatCannotBeUsedAreRefused(t *testing.T) {
	f := func(spoil func(p *pair), want string) {
		t.Helper()
		p := newPair(t)
		spoil(p)
		if _, err := OpenFiles(p.cert, p.key, silent); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v lacks %q", err, want)
		}
	}
	f(func(p *pair) { _ = os.Remove(p.cert) }, "server.pem")
	f(func(p *pair) { _ = os.Remove(p.key) }, "server-key.pem")
	f(func(p *pair) { p.write([]byte("x"), nil) }, "failed to find any PEM data")
	f(func(p *pair) { cert, _ := p.make(); p.write(cert, nil) }, "private key does not match public key")
}

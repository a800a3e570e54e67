package certificate

import (
	"crypto/ecdsa"
	"crypto/tls"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/freshet/freshet/internal/durable"
	"github.com/freshet/freshet/internal/vfs"
)

// Names of files in an authority's folder.
const (
	// AuthorityName is the certificate that clients are told to trust.
	AuthorityName = "ca.pem"
	// KeyName is its key, which nobody else may read.
	KeyName = "ca-key.pem"
)

// Local is an authority and the leaf of this process. Its methods may be called
// at once.
type Local struct {
	authority *authority
	names     Names
	logger    *slog.Logger

	leaf     atomic.Pointer[tls.Certificate]
	renewing atomic.Bool
}

// NewLocal makes an authority in memory, which is gone with the process.
func NewLocal(names Names, logger *slog.Logger) (*Local, error) {
	a, err := newAuthority(newKey(), nil, names, time.Now())
	if err != nil {
		return nil, err
	}
	return newLocal(a, names, logger)
}

// OpenLocal opens the authority in dir, which it makes if it is not there, and
// issues its certificate anew if it is not good for names any more. Two processes
// must not open one folder at once.
func OpenLocal(disk vfs.FS, dir string, names Names, logger *slog.Logger) (*Local, error) {
	key, err := placeKey(disk, dir)
	if err != nil {
		return nil, err
	}
	a, err := placeAuthority(disk, dir, key, names, logger)
	if err != nil {
		return nil, err
	}
	return newLocal(a, names, logger)
}

func newLocal(a *authority, names Names, logger *slog.Logger) (*Local, error) {
	l := &Local{authority: a, names: names, logger: logger}
	leaf, err := a.issue(names, time.Now())
	if err != nil {
		return nil, err
	}
	l.leaf.Store(leaf)
	return l, nil
}

// placeKey returns the folder's key, which it makes if there is none. Without the
// key of a certificate that is there it fails: clients may trust it.
func placeKey(disk vfs.FS, dir string) (*ecdsa.PrivateKey, error) {
	name := filepath.Join(dir, KeyName)
	text, err := vfs.ReadFile(disk, name)
	if err == nil {
		key, err := parseKey(text)
		if err != nil {
			return nil, spoilt(KeyName, err)
		}
		return key, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if _, err := vfs.SizeOf(disk, filepath.Join(dir, AuthorityName)); err == nil {
		return nil, spoilt(AuthorityName, errors.New("its key, "+KeyName+", is missing"))
	}
	if err := durable.MkdirAll(disk, dir); err != nil {
		return nil, err
	}
	key := newKey()
	if err := durable.WriteFile(disk, name, keyPEM(key)); err != nil {
		return nil, err
	}
	return key, nil
}

// placeAuthority returns the key's certificate, which it issues if there is none
// that is good.
func placeAuthority(disk vfs.FS, dir string, key *ecdsa.PrivateKey, names Names, logger *slog.Logger) (*authority, error) {
	name := filepath.Join(dir, AuthorityName)
	var subject *pkix.Name
	text, err := vfs.ReadFile(disk, name)
	switch {
	case err == nil:
		a, err := parseAuthority(key, text)
		if err != nil {
			return nil, spoilt(AuthorityName, err)
		}
		if a.good(names, time.Now()) {
			return a, nil
		}
		subject = &a.cert.Subject
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	a, err := newAuthority(key, subject, names, time.Now())
	if err != nil {
		return nil, err
	}
	// From here on clients can be told to trust it.
	if err := durable.WriteFile(disk, name, a.certPEM()); err != nil {
		return nil, err
	}
	if subject != nil {
		logger.Info("the local authority's certificate was issued anew, for other names or for longer: who has a copy needs it again",
			"file", name, "names", names.DNS)
	}
	return a, nil
}

func spoilt(name string, err error) error {
	return fmt.Errorf("%s cannot be used: %w; restore it, or remove %s and %s, and the next start makes another authority for clients to trust",
		name, err, KeyName, AuthorityName)
}

// GetCertificate is for tls.Config: it returns the leaf, and a new one when that
// comes near its end.
func (l *Local) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	leaf := l.leaf.Load()
	now := time.Now()
	if now.After(leaf.Leaf.NotBefore) && now.Add(leafRest).Before(leaf.Leaf.NotAfter) || !l.renewing.CompareAndSwap(false, true) {
		return leaf, nil
	}
	defer l.renewing.Store(false)
	next, err := l.authority.issue(l.names, now)
	if err != nil {
		l.logger.Warn("the certificate was not renewed", "until", leaf.Leaf.NotAfter, "err", err)
		return leaf, nil
	}
	l.leaf.Store(next)
	return next, nil
}

// AuthorityPEM is the certificate that clients are told to trust.
func (l *Local) AuthorityPEM() []byte { return l.authority.certPEM() }

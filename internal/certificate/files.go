package certificate

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"
	"time"
)

// lookEvery is how often Files looks whether its files changed: no more often,
// and only while there are handshakes.
const lookEvery = 10 * time.Second

// Files is a certificate in files of the user's, PEM: the certificate with those
// above it, and its key. Its methods may be called at once.
type Files struct {
	certFile, keyFile string
	logger            *slog.Logger

	shown    atomic.Pointer[shown]
	looking  atomic.Bool
	nextLook atomic.Int64 // in nanoseconds since 1970
	// refused is the sum of what was wrong at the last look, 0 if nothing was.
	// Only who has looking touches it.
	refused [sha256.Size]byte
}

// shown is a certificate and the sum of what the files held.
type shown struct {
	cert *tls.Certificate
	sum  [sha256.Size]byte
}

// OpenFiles reads the files. logger is told when others take their place.
func OpenFiles(certFile, keyFile string, logger *slog.Logger) (*Files, error) {
	f := &Files{certFile: certFile, keyFile: keyFile, logger: logger}
	s, err := f.read()
	if err != nil {
		return nil, err
	}
	f.shown.Store(s)
	f.nextLook.Store(time.Now().Add(lookEvery).UnixNano())
	return f, nil
}

// read returns what the files hold. With an error it has the sum alone, of what
// is wrong.
func (f *Files) read() (*shown, error) {
	cert, err := os.ReadFile(f.certFile)
	if err != nil {
		return &shown{sum: sha256.Sum256([]byte(err.Error()))}, err
	}
	key, err := os.ReadFile(f.keyFile)
	if err != nil {
		return &shown{sum: sha256.Sum256([]byte(err.Error()))}, err
	}
	s := &shown{sum: sha256.Sum256(bytes.Join([][]byte{cert, key}, []byte{0}))}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return s, fmt.Errorf("%s and %s: %w", f.certFile, f.keyFile, err)
	}
	s.cert = &pair
	return s, nil
}

// GetCertificate is for tls.Config. It returns what the files hold, or held when
// they were last of use: they may be replaced one after the other.
func (f *Files) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	now := time.Now()
	if now.UnixNano() >= f.nextLook.Load() && f.looking.CompareAndSwap(false, true) {
		f.look()
		f.nextLook.Store(now.Add(lookEvery).UnixNano())
		f.looking.Store(false)
	}
	return f.shown.Load().cert, nil
}

// look takes what the files hold now, and says once what is wrong with it.
func (f *Files) look() {
	s, err := f.read()
	if err != nil {
		if s.sum != f.refused {
			f.refused = s.sum
			f.logger.Warn("the certificate's files changed and cannot be used: the last one is shown", "err", err)
		}
		return
	}
	f.refused = [sha256.Size]byte{}
	if s.sum == f.shown.Load().sum {
		return
	}
	f.shown.Store(s)
	f.logger.Info("certificate read again", "file", f.certFile, "until", s.cert.Leaf.NotAfter)
}

// AuthorityPEM is nil: whoever issued the certificate is known to its clients.
func (f *Files) AuthorityPEM() []byte { return nil }

package freshet

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// trusting is a client that trusts ca and nothing else.
func trusting(t *testing.T, ca []byte) *http.Client {
	t.Helper()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(ca) {
		t.Fatalf("no certificate: %q", ca)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true}
	return &http.Client{Transport: transport}
}

func ask(t *testing.T, c *http.Client, endpoint string) {
	t.Helper()
	reply, err := c.Get(endpoint + "/_freshet/readyz")
	if err != nil {
		t.Fatal(err)
	}
	_ = reply.Body.Close()
	if reply.StatusCode != http.StatusOK {
		t.Errorf("%s: status %d", endpoint, reply.StatusCode)
	}
}

// A first start is all that TLS needs, and the same authority is there at the next.
func TestTLSFromTheFirstStart(t *testing.T) {
	dir := t.TempDir()
	var ca []byte
	for range 2 {
		s := run(t, Options{DataDir: dir, Listen: "127.0.0.1:0"})
		if ca == nil {
			ca = s.CA()
		}
		ask(t, trusting(t, ca), s.TLSEndpoint())
		ask(t, http.DefaultClient, s.Endpoint())
		http.DefaultClient.CloseIdleConnections()
		s.stop(t)
	}
	onDisk, err := os.ReadFile(CAFile(dir))
	if err != nil || !bytes.Equal(onDisk, ca) {
		t.Errorf("%s: %v", onDisk, err)
	}
}

func TestTLSInMemory(t *testing.T) {
	s := run(t, Options{Durability: DurabilityMemory, Listen: "127.0.0.1:0"})
	ask(t, trusting(t, s.CA()), s.TLSEndpoint())
	s.stop(t)
}

// The address listened on and the names that are allowed are the certificate's.
func TestTheCertificateIsForTheAddressListenedOn(t *testing.T) {
	s := run(t, Options{Durability: DurabilityMemory, Listen: "127.0.0.7:0", AllowedHosts: []string{"kinesis.example.com"}})
	ask(t, trusting(t, s.CA()), s.TLSEndpoint())
	c := trusting(t, s.CA())
	c.Transport.(*http.Transport).TLSClientConfig.ServerName = "kinesis.example.com"
	ask(t, c, s.TLSEndpoint())
	s.stop(t)
}

func TestTLSOff(t *testing.T) {
	dir := t.TempDir()
	s := run(t, Options{DataDir: dir, Listen: "127.0.0.1:0", TLS: TLSOff})
	if s.TLSEndpoint() != "" || s.CA() != nil {
		t.Errorf("endpoint %q, authority %q", s.TLSEndpoint(), s.CA())
	}
	if _, err := http.Get("https" + strings.TrimPrefix(s.Endpoint(), "http")); err == nil || !strings.Contains(err.Error(), "handshake failure") {
		t.Errorf("Get: %v", err)
	}
	s.stop(t)
	if _, err := os.Stat(CAFile(dir)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an authority was made: %v", err)
	}
}

func TestACertificateOfTheUsers(t *testing.T) {
	ca, cert, key := usersCertificate(t)
	dir := t.TempDir()
	s := run(t, Options{DataDir: dir, Listen: "127.0.0.1:0", TLSCert: cert, TLSKey: key})
	ask(t, trusting(t, ca), s.TLSEndpoint())
	if s.CA() != nil {
		t.Errorf("an authority that is not the server's: %s", s.CA())
	}
	s.stop(t)
	if _, err := os.Stat(CAFile(dir)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an authority was made: %v", err)
	}
	_, err := New(Options{DataDir: dir, TLSCert: cert, TLSKey: cert})
	if err == nil || !strings.HasPrefix(err.Error(), "TLSCert and TLSKey: ") {
		t.Errorf("New: %v", err)
	}
	if s, err := New(Options{DataDir: dir}); err != nil {
		t.Errorf("the folder was not given back: %v", err)
	} else if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// usersCertificate makes a certificate for 127.0.0.1 in files, and the authority
// that its clients know.
func usersCertificate(t *testing.T) (ca []byte, cert, key string) {
	t.Helper()
	o := Options{Durability: DurabilityMemory, Logger: slog.New(slog.DiscardHandler)}.withDefaults()
	local, err := openCertificates(o)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := local.GetCertificate(nil)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(leaf.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for name, block := range map[string]*pem.Block{
		cert: {Type: "CERTIFICATE", Bytes: leaf.Certificate[0]},
		key:  {Type: "PRIVATE KEY", Bytes: der},
	} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return local.AuthorityPEM(), cert, key
}

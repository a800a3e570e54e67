package certificate

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"slices"
	"strings"
	"time"
)

const (
	authorityLife = 10 * 365 * 24 * time.Hour
	// authorityRest is how long an authority must still be good at a start.
	authorityRest = 365 * 24 * time.Hour
	// leafLife is well below the 398 days that browsers accept, and a leaf is
	// renewed while so much is left.
	leafLife = 90 * 24 * time.Hour
	leafRest = 30 * 24 * time.Hour
	// skew is how far a client's clock may lag behind ours.
	skew = time.Hour
)

// authority signs leaves. It does not change.
type authority struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
}

// newKey makes a P-256 key, which every client of today can verify.
func newKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic("BUG: a key could not be made of randomness that never fails: " + err.Error())
	}
	return key
}

// newAuthority issues the certificate of key, for names. subject is nil for a key
// that has none yet: each authority is called differently, so that a client may
// trust several.
func newAuthority(key *ecdsa.PrivateKey, subject *pkix.Name, names Names, now time.Time) (*authority, error) {
	if subject == nil {
		some := make([]byte, 4)
		_, _ = rand.Read(some) // it never fails
		subject = &pkix.Name{Organization: []string{"Freshet"}, CommonName: "Freshet local authority " + hex.EncodeToString(some)}
	}
	template := &x509.Certificate{
		SerialNumber:                serial(),
		Subject:                     *subject,
		NotBefore:                   now.Add(-skew),
		NotAfter:                    now.Add(authorityLife),
		KeyUsage:                    x509.KeyUsageCertSign,
		ExtKeyUsage:                 []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid:       true,
		IsCA:                        true,
		MaxPathLenZero:              true,
		PermittedDNSDomainsCritical: true,
		PermittedDNSDomains:         names.domains(),
		PermittedIPRanges:           names.networks(),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &authority{key, cert}, nil
}

// serial is 127 random bits (RFC 5280, 4.1.2.2: positive, at most 20 octets).
func serial() *big.Int {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // it never fails
	b[0] = b[0]&0x7f | 0x40
	return new(big.Int).SetBytes(b)
}

// good reports whether a may sign for names at now, and for a year to come.
func (a *authority) good(names Names, now time.Time) bool {
	return !now.Before(a.cert.NotBefore) && now.Add(authorityRest).Before(a.cert.NotAfter) && a.permits(names)
}

func (a *authority) permits(names Names) bool {
	for _, name := range names.DNS {
		name = strings.TrimPrefix(name, "*.")
		if !slices.ContainsFunc(a.cert.PermittedDNSDomains, func(domain string) bool {
			return name == domain || strings.HasSuffix(name, "."+domain)
		}) {
			return false
		}
	}
	for _, ip := range names.IPs {
		if !slices.ContainsFunc(a.cert.PermittedIPRanges, func(n *net.IPNet) bool { return n.Contains(ip) }) {
			return false
		}
	}
	return true
}

// issue makes a leaf for names, good from now on, with a key of its own. It is
// not good for longer than a is.
func (a *authority) issue(names Names, now time.Time) (*tls.Certificate, error) {
	key := newKey()
	end := now.Add(leafLife)
	if end.After(a.cert.NotAfter) {
		end = a.cert.NotAfter
	}
	template := &x509.Certificate{
		SerialNumber:          serial(),
		Subject:               pkix.Name{Organization: []string{"Freshet"}, CommonName: "localhost"},
		NotBefore:             now.Add(-skew),
		NotAfter:              end,
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		DNSNames:              names.DNS,
		IPAddresses:           names.IPs,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, nil
}

const (
	pemCertificate = "CERTIFICATE"
	pemKey         = "PRIVATE KEY"
)

func (a *authority) certPEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: pemCertificate, Bytes: a.cert.Raw})
}

func keyPEM(key *ecdsa.PrivateKey) []byte {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		panic("BUG: a key that was made here cannot be written: " + err.Error())
	}
	return pem.EncodeToMemory(&pem.Block{Type: pemKey, Bytes: der})
}

// parseKey reads what keyPEM wrote.
func parseKey(text []byte) (*ecdsa.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != pemKey {
		return nil, errors.New("it holds no private key")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	key, ok := parsed.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("it holds a key of another kind, %T", parsed)
	}
	return key, nil
}

// parseAuthority reads what certPEM wrote, which must be key's.
func parseAuthority(key *ecdsa.PrivateKey, text []byte) (*authority, error) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != pemCertificate {
		return nil, errors.New("it holds no certificate")
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, err
	}
	if !key.PublicKey.Equal(cert.PublicKey) {
		return nil, errors.New("it is not the certificate of the key beside it")
	}
	if !cert.IsCA {
		return nil, errors.New("it is not the certificate of an authority")
	}
	return &authority{key, cert}, nil
}

package transit

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/freshet/freshet/internal/keys"
)

// Options say where the server is, and how it is asked.
type Options struct {
	// Address is the server's URL, https://vault.example:8200. Plain http is for
	// loopback addresses alone.
	Address string
	// Mount is where the engine is mounted, overriding the default transit.
	Mount string
	// Namespace is the server's namespace, if any.
	Namespace string
	// Token returns what the server is shown; it is called for each request, so
	// that the token may be replaced.
	Token func() (string, error)
	// CAFile has the authorities, PEM, that the server's certificate may be of,
	// overriding the default: the machine's.
	CAFile string
	// DefaultKey is the name of the key that keys.DefaultAlias means, overriding
	// the default freshet.
	DefaultKey string
	// Timeout bounds a request, overriding the default 10 s.
	Timeout time.Duration
}

// defaultKey is the name of the key if nobody says another.
const defaultKey = "freshet"

func (o Options) withDefaults() Options {
	if o.Mount == "" {
		o.Mount = "transit"
	}
	if o.DefaultKey == "" {
		o.DefaultKey = defaultKey
	}
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Second
	}
	return o
}

// keyForm is what a key may be named: one part of a path, in the server's rule
// (framework.GenericNameRegex), but for the length.
var keyForm = regexp.MustCompile(`^\w([\w.-]*\w)?$`)

func isName(s string) bool { return len(s) <= 200 && keyForm.MatchString(s) }

// engine is the URL of the engine.
func (o Options) engine() (*url.URL, error) {
	u, err := keys.ParseEndpoint(o.Address)
	if err != nil {
		return nil, fmt.Errorf("address %q: %w", o.Address, err)
	}
	mount := strings.Trim(o.Mount, "/")
	for part := range strings.SplitSeq(mount, "/") {
		if !isName(part) {
			return nil, fmt.Errorf("mount %q: must be a path of letters, digits, _, . and -", o.Mount)
		}
	}
	if !isName(o.DefaultKey) {
		return nil, fmt.Errorf("default key %q: must be letters, digits, _, . and -", o.DefaultKey)
	}
	return u.JoinPath("v1", mount), nil
}

// transport speaks to a server of the authorities in CAFile.
func (o Options) transport() (*http.Transport, error) {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	if o.CAFile == "" {
		return t, nil
	}
	pem, err := os.ReadFile(o.CAFile)
	if err != nil {
		return nil, err
	}
	authorities := x509.NewCertPool()
	if !authorities.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s: has no certificate in PEM", o.CAFile)
	}
	t.TLSClientConfig.RootCAs = authorities
	return t, nil
}

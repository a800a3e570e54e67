package webidentity

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

const (
	// askTimeout is how long an issuer has for an answer.
	askTimeout = 5 * time.Second
	// mostAnswer is how much of it is read, in bytes.
	mostAnswer = 512 << 10
)

// errPrivate is returned for addresses that issuers are not reached at.
var errPrivate = errors.New("the address is not a public one, and the configuration does not say that the issuer is private")

// newClient makes the client by which one issuer is asked.
func newClient(private bool) *http.Client {
	dialer := &net.Dialer{Timeout: askTimeout}
	if !private {
		// Called with the address that is connected to, after names were resolved: what a
		// name resolves to at another time makes no difference.
		dialer.Control = func(_, address string, _ syscall.RawConn) error { return checkPublic(address) }
	}
	return &http.Client{
		Timeout: askTimeout,
		Transport: &bounded{private: private, next: &http.Transport{
			Proxy:                  nil, // a proxy would connect to what we may not
			DialContext:            dialer.DialContext,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    askTimeout,
			DisableKeepAlives:      true, // it is asked rarely
			MaxResponseHeaderBytes: 64 << 10,
			ForceAttemptHTTP2:      true,
		}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return errors.New("redirects are not followed") },
	}
}

// checkPublic refuses an address, with a port, that is not one of the public internet.
func checkPublic(address string) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%s: %w", address, errPrivate)
	}
	if !isPublic(at.Addr()) {
		return fmt.Errorf("%s: %w", at.Addr(), errPrivate)
	}
	return nil
}

// special are ranges that are global unicast by their bits and not public (IANA's
// registries of special-purpose addresses). Those that embed an address of IPv4 are
// among them: what is behind them we do not see.
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("100::/64"),
	netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"),
	netip.MustParsePrefix("3fff::/20"), netip.MustParsePrefix("fec0::/10"), netip.MustParsePrefix("::/96"),
}

func isPublic(a netip.Addr) bool {
	a = a.Unmap()
	if a.Zone() != "" || !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// bounded bounds what is asked, and what is read of the answer.
type bounded struct {
	private bool
	next    http.RoundTripper
}

func (b *bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != "https" && !b.private {
		return nil, fmt.Errorf("%s: want https", r.URL.Redacted())
	}
	answer, err := b.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	answer.Body = &limited{answer.Body, io.LimitReader(answer.Body, mostAnswer+1), 0}
	return answer, nil
}

// limited is a body that fails where it gets too long.
type limited struct {
	io.Closer
	from io.Reader
	read int
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.from.Read(p)
	if l.read += n; l.read > mostAnswer {
		return 0, fmt.Errorf("an answer of more than %d bytes", mostAnswer)
	}
	return n, err
}

package server

import (
	"crypto/tls"
	"net/http/httptest"
	"net/netip"
	"testing"
)

// Where a request came from, and whether by TLS, nobody says but our proxies.
func TestFactsAreBelievedOfTrustedProxiesAlone(t *testing.T) {
	s := &Server{o: Options{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}}}
	f := func(peer string, secure bool, wantSource string, wantSecure bool, header ...string) {
		t.Helper()
		r := httptest.NewRequest("POST", "/", nil)
		r.RemoteAddr = peer
		if secure {
			r.TLS = &tls.ConnectionState{}
		}
		for i := 0; i < len(header); i += 2 {
			r.Header.Add(header[i], header[i+1])
		}
		got := s.facts(r)
		source := ""
		if got.Source.IsValid() {
			source = got.Source.String()
		}
		if source != wantSource || got.Secure != wantSecure {
			t.Errorf("%s, TLS %v, %v: %s, secure %v; want %s, %v", peer, secure, header, source, got.Secure, wantSource, wantSecure)
		}
	}
	const forwarded, scheme = "X-Forwarded-For", "X-Forwarded-Proto"
	f("192.0.2.7:5000", false, "192.0.2.7", false)
	f("192.0.2.7:5000", true, "192.0.2.7", true)
	f("[::ffff:192.0.2.7]:5000", true, "192.0.2.7", true)
	f("[fe80::1%eth0]:5000", true, "fe80::1", true)
	f("192.0.2.7:5000", false, "192.0.2.7", false, forwarded, "198.51.100.1", scheme, "https")

	f("10.0.0.1:5000", false, "198.51.100.1", true, forwarded, "198.51.100.1", scheme, "https")
	f("10.0.0.1:5000", true, "198.51.100.1", false, forwarded, "198.51.100.1", scheme, "http")
	f("10.0.0.1:5000", false, "198.51.100.1", false, forwarded, "198.51.100.1:4711")
	f("10.0.0.1:5000", false, "2001:db8::1", false, forwarded, "[2001:db8::1]:4711")
	f("10.0.0.1:5000", false, "198.51.100.1", false, forwarded, "203.0.113.9, 198.51.100.1, 10.0.0.2")
	f("10.0.0.1:5000", false, "198.51.100.1", false, forwarded, "203.0.113.9, 198.51.100.1", forwarded, "fd00::2")
	f("10.0.0.1:5000", false, "10.0.0.3", false, forwarded, "10.0.0.3")
	f("10.0.0.1:5000", false, "10.0.0.1", false)
	f("10.0.0.1:5000", true, "10.0.0.1", true)
	f("10.0.0.1:5000", true, "198.51.100.1", true, forwarded, "198.51.100.1", scheme, "http, https")
	f("10.0.0.1:5000", false, "", false, forwarded, "unknown")
	f("10.0.0.1:5000", false, "", false, forwarded, "198.51.100.1, , 10.0.0.2")
	f("10.0.0.1:5000", false, "", false, forwarded, "203.0.113.9, _hidden")
	f("", false, "", false)
}

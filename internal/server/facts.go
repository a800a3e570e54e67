package server

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/freshet/freshet/internal/access"
)

// facts are what we know of a request ourselves. What a header says of where it
// came from counts only if one of our proxies has said it.
func (s *Server) facts(r *http.Request) access.Facts {
	f := access.Facts{Source: peer(r), Secure: r.TLS != nil, UserAgent: r.UserAgent(), Time: time.Now()}
	if !s.trusts(f.Source) {
		return f
	}
	if scheme := last(r.Header.Values("X-Forwarded-Proto")); scheme != "" {
		f.Secure = strings.EqualFold(scheme, "https")
	}
	f.Source = s.client(f.Source, r.Header.Values("X-Forwarded-For"))
	return f
}

// client is whom our proxies have a request from: the last address in hops that is
// none of theirs. The client itself may have written what is left of it. It is
// the zero Addr, which no policy allows anything, if a proxy of ours wrote what is
// no address.
func (s *Server) client(nearest netip.Addr, headers []string) netip.Addr {
	hops := strings.Split(strings.Join(headers, ","), ",")
	for _, hop := range slices.Backward(hops) {
		if !s.trusts(nearest) {
			break
		}
		hop = strings.TrimSpace(hop)
		if hop == "" && len(hops) == 1 {
			break // no header
		}
		if nearest = address(hop); !nearest.IsValid() {
			break
		}
	}
	return nearest
}

// trusts reports whether addr is one of our proxies.
func (s *Server) trusts(addr netip.Addr) bool {
	return slices.ContainsFunc(s.o.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// local reports whether r was sent by a process of this machine: not by a proxy
// on it, for someone else. That such a header is there says so, whatever is in it: some
// proxies write theirs below one that their client sent, which may be empty.
func local(r *http.Request) bool {
	for name := range r.Header {
		switch {
		case name == "Forwarded", name == "Via", name == "X-Real-Ip", strings.HasPrefix(name, "X-Forwarded-"):
			return false
		}
	}
	return peer(r).IsLoopback()
}

// peer is the other end of r's connection, the zero Addr if there is none.
func peer(r *http.Request) netip.Addr { return address(r.RemoteAddr) }

// address reads an address, with a port or without.
func address(text string) netip.Addr {
	if withPort, err := netip.ParseAddrPort(text); err == nil {
		return withPort.Addr().Unmap().WithZone("")
	}
	addr, err := netip.ParseAddr(strings.Trim(text, "[]"))
	if err != nil {
		return netip.Addr{}
	}
	return addr.Unmap().WithZone("")
}

// last is the last of the values of a list that came in several headers.
func last(headers []string) string {
	all := strings.Join(headers, ",")
	return strings.TrimSpace(all[strings.LastIndexByte(all, ',')+1:])
}

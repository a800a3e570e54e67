package server

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/freshet/freshet/internal/wire"
)

// hosts are the names that a request may be addressed to. Whoever owns a domain
// can let it point to 127.0.0.1 and so make a browser send his page's requests
// here (DNS rebinding); the Host header then still bears his name. What he
// cannot own is allowed: addresses, and names that no public resolver knows.
type hosts struct {
	names    map[string]bool
	suffixes []string // with the leading dot
}

func newHosts(allowed []string) hosts {
	h := hosts{names: map[string]bool{"host.docker.internal": true}, suffixes: []string{".localhost"}}
	for _, name := range allowed {
		name = strings.ToLower(strings.TrimSuffix(name, "."))
		if suffix, ok := strings.CutPrefix(name, "*"); ok {
			h.suffixes = append(h.suffixes, suffix)
		} else {
			h.names[name] = true
		}
	}
	return h
}

// allow reports whether host, a Host header, is one of ours. HTTP/1.0 knows no
// Host; browsers always send one.
func (h hosts) allow(host string) bool {
	name := host
	if bare, _, err := net.SplitHostPort(host); err == nil {
		name = bare
	} else if inner, ok := strings.CutPrefix(host, "["); ok {
		name = strings.TrimSuffix(inner, "]")
	}
	name = strings.TrimSuffix(name, ".")
	// A name without a dot is of this machine or its network: a container's, a
	// search domain's. Nobody's page can be served from one.
	if !strings.Contains(name, ".") && !strings.Contains(name, ":") {
		return true
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return true
	}
	name = strings.ToLower(name)
	if h.names[name] {
		return true
	}
	for _, suffix := range h.suffixes {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}

// refuse answers a request for a host that is not ours.
func (h hosts) refuse(w http.ResponseWriter, host string) {
	http.Error(w, "This server does not answer to the host name "+strconv.Quote(host)+
		". If it should, add the name to server.allowed_hosts (FRESHET_SERVER_ALLOWED_HOSTS).", http.StatusMisdirectedRequest)
}

// allowOrigin allows web pages of this machine and of the origins given.
func allowOrigin(allowed []string) func(string) bool {
	return func(origin string) bool {
		return wire.LoopbackOrigin(origin) || slices.Contains(allowed, origin)
	}
}

package certificate

import (
	"net"
	"slices"
	"strings"
)

// Names are what a leaf is for.
type Names struct {
	// DNS are host names in lower case; "*.example" stands for the names one
	// label below example.
	DNS []string
	// IPs are addresses, of 4 or of 16 bytes.
	IPs []net.IP
}

// NamesOf returns the names that always are a server's of this machine, with the
// machine's own and with others besides: host names, addresses, and wildcards. Of
// those, what no certificate can say is left out: "*" and "*example".
func NamesOf(hostname string, others []string) Names {
	n := Names{
		// OpenSSL takes no wildcard directly below a top-level name, so that two
		// names below localhost are said in full.
		DNS: []string{"localhost", "*.localhost", "kinesis.localhost", "freshet.localhost", "host.docker.internal"},
		IPs: []net.IP{net.IPv4(127, 0, 0, 1).To4(), net.IPv6loopback},
	}
	for _, name := range append([]string{hostname}, others...) {
		n.add(strings.ToLower(strings.TrimSuffix(name, ".")))
	}
	return n
}

func (n *Names) add(name string) {
	if ip := net.ParseIP(name); ip != nil {
		if v4 := ip.To4(); v4 != nil {
			ip = v4
		}
		if !slices.ContainsFunc(n.IPs, ip.Equal) {
			n.IPs = append(n.IPs, ip)
		}
		return
	}
	if isHostName(strings.TrimPrefix(name, "*.")) && !slices.Contains(n.DNS, name) {
		n.DNS = append(n.DNS, name)
	}
}

// isHostName reports whether a certificate may bear name. The underscore is no
// letter of host names, but containers' have it.
func isHostName(name string) bool {
	if len(name) > 253 {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	return true
}

// domains are the DNS names without wildcards: what an authority must be allowed
// to sign, with all that is below them.
func (n Names) domains() []string {
	var all []string
	for _, name := range n.DNS {
		if !strings.HasSuffix(name, ".localhost") { // localhost itself is one
			all = append(all, strings.TrimPrefix(name, "*."))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// networks are the ranges that hold the addresses: all of loopback, and the
// others one by one.
func (n Names) networks() []*net.IPNet {
	all := []*net.IPNet{
		{IP: net.IPv4(127, 0, 0, 0).To4(), Mask: net.CIDRMask(8, 32)},
		{IP: net.IPv6loopback, Mask: net.CIDRMask(128, 128)},
	}
	for _, ip := range n.IPs {
		if !ip.IsLoopback() {
			all = append(all, &net.IPNet{IP: ip, Mask: net.CIDRMask(8*len(ip), 8*len(ip))})
		}
	}
	return all
}

package keys

import (
	"errors"
	"net"
	"net/url"
)

var errEndpoint = errors.New("must be a URL like https://kms.example:8200")

// ParseEndpoint reads the URL of a provider. The error is the rule that it breaks:
// data keys and what persuades the provider go over TLS, or do not leave the
// machine.
func ParseEndpoint(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, errEndpoint
	}
	switch {
	case u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname()):
		return u, nil
	case u.Scheme == "http":
		return nil, errors.New("must be https: only on this machine itself may keys go without TLS")
	}
	return nil, errEndpoint
}

// isLoopback goes by what is written, not by what a resolver says now.
func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

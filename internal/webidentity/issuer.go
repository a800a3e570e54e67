package webidentity

import (
	"fmt"
	"net/url"
	"strings"
)

// Issuer is one whose tokens are taken.
type Issuer struct {
	// URL is the token's iss, to the letter.
	URL string
	// Audiences are those whose tokens are taken; there is at least one.
	Audiences []string
	// Private says that the issuer may be at a private address, this machine's among
	// them, and speak plain HTTP.
	Private bool
}

// Name is the issuer without its scheme, as ARNs and conditions have it.
func (i Issuer) Name() string {
	_, name, _ := strings.Cut(i.URL, "://")
	return strings.TrimSuffix(name, "/")
}

// Check says what is wrong with i.
func (i Issuer) Check() error {
	u, err := url.Parse(i.URL)
	switch {
	case err != nil:
		return fmt.Errorf("issuer %q: %w", i.URL, err)
	case u.Scheme != "https" && (u.Scheme != "http" || !i.Private):
		return fmt.Errorf("issuer %q: want https; http only of one that is private", i.URL)
	case u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.ContainsAny(i.URL, "?#"):
		return fmt.Errorf("issuer %q: want a host and a path, and nothing else", i.URL)
	case len(i.Audiences) == 0:
		return fmt.Errorf("issuer %q: want at least one audience: without one, its tokens for anybody would be taken", i.URL)
	}
	for _, a := range i.Audiences {
		if a == "" || a == "*" {
			return fmt.Errorf("issuer %q: %q is no audience", i.URL, a)
		}
	}
	return nil
}

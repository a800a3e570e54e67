package config

import (
	"fmt"
	"strings"

	freshet "github.com/freshet/freshet"
)

// issuers are written as a list of "[private] URL AUDIENCE [AUDIENCE …]".
type issuers struct{ p *[]freshet.Issuer }

func (v issuers) set(s string) error { return v.setAll(strings.Split(s, ",")) }

func (v issuers) setAll(items []string) error {
	var all []freshet.Issuer
	for _, item := range items {
		words := strings.Fields(item)
		if len(words) == 0 {
			continue
		}
		var i freshet.Issuer
		if i.Private = words[0] == "private"; i.Private {
			words = words[1:]
		}
		if len(words) < 2 {
			return fmt.Errorf("%q: must be the issuer's URL and at least one audience, parted by blanks, after the word private if it is at a private address", item)
		}
		i.URL, i.Audiences = words[0], words[1:]
		all = append(all, i)
	}
	*v.p = all
	return nil
}

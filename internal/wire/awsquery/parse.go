package awsquery

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/freshet/freshet/internal/awsapi"
)

const (
	// maxParameters is more than any request of a client has: PutMetricData has 1000
	// metrics at most, in a body that is bounded otherwise.
	maxParameters = 100_000
	// maxName is the length in bytes of the longest name.
	maxName = 512
	// maxDepth is how many structures, lists and maps may lie within each other.
	maxDepth = 16
)

// Parameters are those of one request, sorted by name. No name is there twice.
type Parameters []parameter

type parameter struct{ name, value string }

// Parse reads a form, or the query of a URL. What it returns aliases text. An error
// is an *awsapi.Error, as AWS's common errors have it.
func Parse(text string) (Parameters, error) {
	n := strings.Count(text, "&") + 1
	if n > maxParameters {
		return nil, malformed("The request has too many parameters.")
	}
	ps := make(Parameters, 0, n)
	for pair := range strings.SplitSeq(text, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		p := parameter{}
		var ok bool
		if p.name, ok = unescape(name); !ok || p.name == "" || len(p.name) > maxName {
			return nil, malformed("The query string contains a syntax error.")
		}
		if p.value, ok = unescape(value); !ok {
			return nil, malformed("The query string contains a syntax error.")
		}
		ps = append(ps, p)
	}
	slices.SortFunc(ps, func(a, b parameter) int { return strings.Compare(a.name, b.name) })
	for i := range ps {
		if i > 0 && ps[i].name == ps[i-1].name {
			return nil, malformed("The query string has a parameter more than once.")
		}
	}
	return ps, nil
}

// unescape reads what is escaped for a form, and wants UTF-8.
func unescape(s string) (string, bool) {
	if strings.ContainsAny(s, "%+;") {
		var err error
		if s, err = url.QueryUnescape(s); err != nil {
			return "", false
		}
	}
	return s, utf8.ValidString(s)
}

// Get returns the value of the parameter of that name.
func (ps Parameters) Get(name string) (value string, found bool) {
	i, found := ps.search(name)
	if !found {
		return "", false
	}
	return ps[i].value, true
}

func (ps Parameters) search(name string) (int, bool) {
	return slices.BinarySearchFunc(ps, name, func(p parameter, name string) int { return strings.Compare(p.name, name) })
}

// below returns the parameters whose names begin with prefix.
func (ps Parameters) below(prefix string) Parameters {
	from, _ := ps.search(prefix)
	n, _ := slices.BinarySearchFunc(ps[from:], prefix, func(p parameter, prefix string) int {
		if strings.HasPrefix(p.name, prefix) {
			return -1
		}
		return 1
	})
	return ps[from : from+n]
}

// malformed is what AWS says of parameters that cannot be read (Common errors,
// MalformedQueryString).
func malformed(text string) error {
	return &awsapi.Error{Code: "MalformedQueryString", Message: text, Status: http.StatusNotFound}
}

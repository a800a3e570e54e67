package sigv4

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// appendCanonical appends the canonical request: what a client has signed, spelled in
// the one way that both sides can find (IAM user guide, "Create a canonical
// request"). payload is its last line, the hash of the body.
//
// query holds the parameters as handlers see them, so that nothing can be signed as
// one thing and read as another.
func (c *Claim) appendCanonical(dst []byte, payload string) []byte {
	dst = append(dst, c.r.Method...)
	dst = append(dst, '\n')
	dst = appendPath(dst, rawPath(c.r))
	dst = append(dst, '\n')
	dst = appendQuery(dst, c.query, c.InQuery)
	dst = append(dst, '\n')
	for name := range strings.SplitSeq(c.SignedHeaders, ";") {
		dst = append(dst, name...)
		dst = append(dst, ':')
		dst = appendHeader(dst, c.r, name)
		dst = append(dst, '\n')
	}
	dst = append(dst, '\n')
	dst = append(dst, c.SignedHeaders...)
	dst = append(dst, '\n')
	return append(dst, payload...)
}

// rawPath is the path as it stands in the request line: what is encoded there must be
// encoded once more, as all services but S3 want it, and what is not only once.
func rawPath(r *http.Request) string {
	raw := r.RequestURI
	if raw == "" { // a request that no server has read
		return r.URL.EscapedPath()
	}
	raw, _, _ = strings.Cut(raw, "?")
	if _, after, absolute := strings.Cut(raw, "://"); absolute && raw[0] != '/' { // to a proxy
		if i := strings.IndexByte(after, '/'); i >= 0 {
			return after[i:]
		}
		return ""
	}
	return raw
}

// appendPath appends raw without empty and dot segments (RFC 3986, 6.2.2.3), encoded.
// An encoded dot is no dot here.
func appendPath(dst []byte, raw string) []byte {
	if strings.Contains(raw, "//") || strings.Contains(raw, "/.") {
		raw = normalized(raw)
	}
	if raw == "" {
		return append(dst, '/')
	}
	for i := range len(raw) {
		if raw[i] == '/' {
			dst = append(dst, '/')
		} else {
			dst = appendEncoded(dst, raw[i])
		}
	}
	return dst
}

func normalized(raw string) string {
	var kept []string
	for segment := range strings.SplitSeq(raw, "/") {
		switch segment {
		case "", ".":
		case "..":
			kept = kept[:max(0, len(kept)-1)]
		default:
			kept = append(kept, segment)
		}
	}
	path := "/" + strings.Join(kept, "/")
	if strings.HasSuffix(raw, "/") && len(kept) > 0 {
		path += "/"
	}
	return path
}

const upperHex = "0123456789ABCDEF"

// appendEncoded appends b, as %XX unless it is unreserved (RFC 3986, 2.3).
func appendEncoded(dst []byte, b byte) []byte {
	if 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' || b == '-' || b == '_' || b == '.' || b == '~' {
		return append(dst, b)
	}
	return append(dst, '%', upperHex[b>>4], upperHex[b&15])
}

// appendQuery appends the parameters, each encoded, sorted by name and then by value
// as they are encoded. The signature is none of them where it stands in the query.
func appendQuery(dst []byte, query url.Values, presigned bool) []byte {
	if len(query) == 0 {
		return dst
	}
	type parameter struct{ name, value string }
	var parameters []parameter
	for name, values := range query {
		if presigned && name == "X-Amz-Signature" {
			continue
		}
		for _, value := range values {
			parameters = append(parameters, parameter{encoded(name), encoded(value)})
		}
	}
	slices.SortFunc(parameters, func(a, b parameter) int {
		if c := strings.Compare(a.name, b.name); c != 0 {
			return c
		}
		return strings.Compare(a.value, b.value)
	})
	for i, p := range parameters {
		if i > 0 {
			dst = append(dst, '&')
		}
		dst = append(dst, p.name...)
		dst = append(dst, '=')
		dst = append(dst, p.value...)
	}
	return dst
}

func encoded(s string) string {
	b := make([]byte, 0, len(s)+len(s)/2)
	for i := range len(s) {
		b = appendEncoded(b, s[i])
	}
	return string(b)
}

// appendHeader appends the values of a header, separated by commas, each without the
// blanks around it and with one where there are more in a row, in quoted strings too.
func appendHeader(dst []byte, r *http.Request, name string) []byte {
	switch name {
	case "host", authority:
		return appendFolded(dst, r.Host)
	}
	for i, value := range headerValues(r, name) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendFolded(dst, value)
	}
	return dst
}

// authority is what a client of HTTP/2 may call the host.
const authority = ":authority"

// headerValues are the values of a header that a client has signed, nil if there is
// none. net/http takes some out of the map: they are put together again here. (A
// client signs a length that net/http has read: were it another number, the body
// would be another.)
func headerValues(r *http.Request, name string) []string {
	var room [64]byte
	if values := r.Header[string(appendCanonicalName(room[:0], name))]; len(values) > 0 {
		return values
	}
	switch {
	case name == "content-length" && r.ContentLength >= 0:
		return []string{strconv.FormatInt(r.ContentLength, 10)}
	case name == "transfer-encoding":
		return r.TransferEncoding
	case name == "expect" && r.ProtoMajor == 2:
		return []string{"100-continue"} // the only one that there is
	}
	return nil
}

// appendCanonicalName appends a name in lower case as net/http spells it.
func appendCanonicalName(dst []byte, name string) []byte {
	upper := true
	for i := range len(name) {
		b := name[i]
		if upper && 'a' <= b && b <= 'z' {
			b -= 'a' - 'A'
		}
		dst = append(dst, b)
		upper = b == '-'
	}
	return dst
}

func appendFolded(dst []byte, value string) []byte {
	value = strings.Trim(value, " \t")
	for {
		i := strings.Index(value, "  ")
		if i < 0 {
			return append(dst, value...)
		}
		dst = append(dst, value[:i+1]...)
		value = strings.TrimLeft(value[i:], " ")
	}
}

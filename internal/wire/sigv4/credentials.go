package sigv4

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/freshet/freshet/internal/awsapi"
)

// Algorithm is the only one that is accepted.
const Algorithm = "AWS4-HMAC-SHA256"

// terminator ends every credential scope.
const terminator = "aws4_request"

// Bounds of what becomes part of other things. A key's are IAM's
// (AccessKeyMetadata.AccessKeyId); the longest region has about 20 bytes.
const (
	maxKeyID  = 128
	maxRegion = 64
)

// Credentials are what a request says of its signer. Nothing in them is proven.
type Credentials struct {
	// AccessKeyID is 1 to 128 letters, digits, dashes and underscores.
	AccessKeyID string
	// Date, Region and Service are the scope. Date is YYYYMMDD. Region is at most
	// 64 letters, digits and dashes, and may be empty.
	Date, Region, Service string
	// SignedHeaders are names separated by semicolons, as they came.
	SignedHeaders string
	// Signature is as it came.
	Signature string
	// Time is the X-Amz-Date, or else the Date, as it came.
	Time string
	// SessionToken comes with temporary keys; else it is empty.
	SessionToken string
	// Expires is the X-Amz-Expires of a presigned request, as it came, or empty.
	Expires string
	// InQuery says that the request is presigned.
	InQuery bool
}

// Parse reads the credentials of r. The error is an *awsapi.Error with AWS's
// text.
func Parse(r *http.Request) (Credentials, error) {
	query := presigned(r.URL)
	switch header := r.Header["Authorization"]; {
	case len(header) == 0 || len(header) == 1 && header[0] == "":
		if query == nil {
			return Credentials{}, awsapi.Errorf("MissingAuthenticationTokenException", "Missing Authentication Token")
		}
		return parseQuery(query)
	case query != nil:
		return Credentials{}, invalid("Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.")
	case len(header) > 1:
		return Credentials{}, incomplete("Authorization header must be given once.")
	default:
		return parseHeader(r.Header, header[0])
	}
}

// presigned returns the query if it has the parameter that makes it one of
// credentials, else nil.
func presigned(u *url.URL) url.Values {
	if u.RawQuery == "" {
		return nil
	}
	query := u.Query() // parameters that do not parse are absent
	if !query.Has("X-Amz-Algorithm") {
		return nil
	}
	return query
}

// CheckService refuses credentials that were made for another service than the
// one called. The text is AWS's as seen on other services.
func (c *Credentials) CheckService(service string) error {
	if c.Service == service {
		return nil
	}
	return invalid("Credential should be scoped to correct service: '" + service + "'.")
}

// setScope reads credential, which is keyid/date/region/service/aws4_request.
// The texts are AWS's as seen on other services; for Kinesis none is recorded.
func (c *Credentials) setScope(credential string) error {
	rest, term, ok := cutLast(credential)
	rest, service, ok2 := cutLast(rest)
	rest, region, ok3 := cutLast(rest)
	key, date, ok4 := cutLast(rest)
	if !ok || !ok2 || !ok3 || !ok4 || key == "" || service == "" || strings.Contains(key, "/") {
		return incomplete("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '" + credential + "'")
	}
	if term != terminator {
		return incomplete("Credential should be scoped with a valid terminator: '" + terminator + "', not '" + term + "'.")
	}
	if len(date) != len("20060102") || strings.Trim(date, "0123456789") != "" {
		return incomplete("Credential should be scoped with a date of the form YYYYMMDD, not '" + date + "'.")
	}
	if !within(region, maxRegion, isRegionByte) {
		return incomplete("Credential should be scoped to a valid region, not '" + region + "'.")
	}
	if !within(key, maxKeyID, isKeyByte) {
		return incomplete("Credential should begin with a valid access key id, not '" + key + "'.")
	}
	c.AccessKeyID, c.Date, c.Region, c.Service = key, date, region, service
	return nil
}

// within reports whether s has at most n bytes, all of them allowed.
func within(s string, n int, allowed func(byte) bool) bool {
	for i := range len(s) {
		if i == n || !allowed(s[i]) {
			return false
		}
	}
	return true
}

func isRegionByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-'
}

// isKeyByte allows what IAM does, and the dash that made-up keys have.
func isKeyByte(c byte) bool { return isRegionByte(c) || c == '_' }

func cutLast(s string) (before, after string, found bool) {
	i := strings.LastIndexByte(s, '/')
	if i < 0 {
		return "", s, false
	}
	return s[:i], s[i+1:], true
}

package sigv4

import (
	"net/http"
	"strings"
)

// parseHeader reads an Authorization header: the algorithm, then parameters
// separated by commas or blanks. What is missing is told before what is wrong.
func parseHeader(h http.Header, header string) (Credentials, error) {
	var c Credentials
	var credential, odd string
	var given [3]bool
	algorithm, rest := token(header)
	for rest != "" {
		var parameter string
		if parameter, rest = token(rest); parameter == "" {
			continue
		}
		name, value, _ := strings.Cut(parameter, "=")
		switch field, i := c.parameter(name, &credential); {
		case field == nil:
			odd = "Authorization header has an unknown parameter '" + parameter + "'. "
		case given[i]:
			odd = "Authorization header has more than one parameter '" + name + "'. "
		default:
			*field, given[i] = value, true
		}
	}
	for _, name := range [...]string{"X-Amz-Date", "X-Amz-Security-Token"} {
		if len(h[name]) > 1 {
			odd = "The header '" + name + "' must be given once. "
		}
	}
	if c.Time = h.Get("X-Amz-Date"); c.Time == "" {
		c.Time = h.Get("Date")
	}
	if missing := c.missing(credential); missing != "" {
		return Credentials{}, incomplete(missing + "Authorization=" + header)
	}
	if algorithm != Algorithm {
		odd = "Authorization header requires the algorithm '" + Algorithm + "'. "
	}
	if odd != "" {
		return Credentials{}, incomplete(odd + "Authorization=" + header)
	}
	c.SessionToken = h.Get("X-Amz-Security-Token")
	return c, c.setScope(credential)
}

// token cuts s at the first comma or blank.
func token(s string) (first, rest string) {
	for i := range len(s) {
		if s[i] == ',' || s[i] == ' ' {
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

// parameter returns where the parameter of that name goes, and which of the three it
// is, or nil.
func (c *Credentials) parameter(name string, credential *string) (field *string, which int) {
	switch name {
	case "Credential":
		return credential, 0
	case "Signature":
		return &c.Signature, 1
	case "SignedHeaders":
		return &c.SignedHeaders, 2
	}
	return nil, 0
}

// missing returns a sentence for each part that lacks, in AWS's order.
func (c *Credentials) missing(credential string) string {
	var text string
	for _, part := range [...]struct{ value, sentence string }{
		{credential, "Authorization header requires 'Credential' parameter. "},
		{c.Signature, "Authorization header requires 'Signature' parameter. "},
		{c.SignedHeaders, "Authorization header requires 'SignedHeaders' parameter. "},
		{c.Time, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "},
	} {
		if part.value == "" {
			text += part.sentence
		}
	}
	return text
}

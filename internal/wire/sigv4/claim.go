package sigv4

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Skew is how far a client's clock may be from ours, as AWS has it.
const Skew = 15 * time.Minute

// maxExpires bounds how long a presigned request is good for, as S3 does.
const maxExpires = 7 * 24 * time.Hour

// maxSignedHeaders bounds the work that a request can ask of us before anything is
// known of who sent it. Clients sign less than twenty.
const maxSignedHeaders = 100

// stampLayout is ISO 8601's basic format, in which times are signed.
const stampLayout = "20060102T150405Z"

// Payloads that are no hash.
const (
	unsignedPayload = "UNSIGNED-PAYLOAD"
	streamedPayload = "STREAMING-"
)

// Rules are what a server demands of credentials besides their form.
type Rules struct {
	// Regions are those that credentials may be scoped to, nil all.
	Regions []string
	// UnsignedPayload takes requests whose signature does not cover the body. Only
	// TLS keeps such a body from being changed on its way.
	UnsignedPayload bool
}

// Claim is credentials of a request that keep to the rules at some time. Nothing in
// them is proven. It refers to the request, which must stay as it is.
type Claim struct {
	*Credentials
	r     *http.Request
	query url.Values
	// stamp is the time that was signed, in ISO 8601's basic format.
	stamp string
	// payload is the X-Amz-Content-Sha256, "" if there is none.
	payload string
}

// Check checks all that can be without the key and the body. An error is an
// *awsapi.Error with AWS's text where a source has it. c belongs to r, and its
// service was checked.
func (c *Credentials) Check(r *http.Request, rules Rules, now time.Time) (Claim, error) {
	claim := Claim{Credentials: c, r: r}
	if r.URL.RawQuery != "" {
		var err error
		if claim.query, err = url.ParseQuery(r.URL.RawQuery); err != nil {
			return Claim{}, incomplete("The query string does not parse: what is signed would not be what is read.")
		}
	}
	if err := c.CheckRegion(rules.Regions); err != nil {
		return Claim{}, err
	}
	if err := claim.checkTime(now); err != nil {
		return Claim{}, err
	}
	if err := claim.checkHeaders(); err != nil {
		return Claim{}, err
	}
	return claim, claim.checkPayload(rules)
}

// CheckRegion refuses credentials for none of the regions, of which nil is all.
func (c *Credentials) CheckRegion(regions []string) error {
	if c.Region == "" || regions != nil && !slices.Contains(regions, c.Region) {
		return invalid("Credential should be scoped to a valid region, not '" + c.Region + "'.")
	}
	return nil
}

// Unsigned says that the signature does not cover the body, which need not be hashed.
func (c *Claim) Unsigned() bool { return c.payload == unsignedPayload }

// checkTime checks that the scope is of the day of the time, and that the time is
// now.
func (c *Claim) checkTime(now time.Time) error {
	at, err := parseTime(c.Time)
	if err != nil {
		return incomplete("Date must be in ISO-8601 'basic format'. Got '" + c.Time + "'. See http://en.wikipedia.org/wiki/ISO_8601")
	}
	c.stamp = at.Format(stampLayout)
	if day := c.stamp[:8]; day != c.Date {
		return invalid("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '" +
			c.Date + "' != '" + day + "', from '" + c.stamp + "'.")
	}
	life, lasts := Skew, "15 min."
	if c.Expires != "" {
		seconds, err := strconv.ParseUint(c.Expires, 10, 32)
		if err != nil || seconds == 0 || seconds > uint64(maxExpires/time.Second) {
			return incomplete("X-Amz-Expires must be a number of seconds from 1 to 604800, a week, not '" + c.Expires + "'.")
		}
		life, lasts = time.Duration(seconds)*time.Second, c.Expires+" sec."
	}
	now = now.UTC().Truncate(time.Second)
	if earliest := now.Add(-life); at.Before(earliest) {
		return expired("Signature expired: ", c.stamp, " is now earlier than ", earliest, now, " - ", lasts)
	}
	if latest := now.Add(Skew); at.After(latest) {
		return expired("Signature not yet current: ", c.stamp, " is still later than ", latest, now, " + ", "15 min.")
	}
	return nil
}

func expired(what, stamp, is string, bound, now time.Time, sign, life string) error {
	return invalid(what + stamp + is + bound.Format(stampLayout) + " (" + now.Format(stampLayout) + sign + life + ")")
}

// parseTime reads an X-Amz-Date, or a Date, which may be HTTP's.
func parseTime(s string) (time.Time, error) {
	if len(s) == len(stampLayout) { // package time would take fractions of a second, too
		return time.Parse(stampLayout, s)
	}
	at, err := http.ParseTime(s)
	if err != nil {
		at, err = time.Parse(time.RFC1123Z, s)
	}
	return at.UTC(), err
}

// checkHeaders checks that the headers that must be signed are, and that those that
// are signed are there.
func (c *Claim) checkHeaders() error {
	count, last, host := 0, "", false
	for name := range strings.SplitSeq(c.SignedHeaders, ";") {
		if count++; count > maxSignedHeaders {
			return incomplete("There may be at most " + strconv.Itoa(maxSignedHeaders) + " SignedHeaders.")
		}
		if name <= last || strings.ToLower(name) != name {
			return incomplete("SignedHeaders must be in lower case and sorted, each once.")
		}
		last = name
		switch {
		case name == "host" || name == authority && c.r.ProtoMajor == 2:
			host = true
		case headerValues(c.r, name) == nil:
			return invalid("'" + name + "' is a 'SignedHeader' in the AWS Authorization, but no header of the request.")
		}
	}
	if !host {
		return invalid("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
	}
	for name, values := range c.r.Header {
		if !hasPrefixFold(name, "x-amz-") || len(values) == 0 || strings.EqualFold(name, "x-amz-content-sha256") {
			continue
		}
		if !c.signs(name) {
			return invalid("'" + strings.ToLower(name) + "' must be a 'SignedHeader' in the AWS Authorization.")
		}
	}
	return nil
}

// signs reports whether a header of that name is signed.
func (c *Claim) signs(name string) bool {
	for signed := range strings.SplitSeq(c.SignedHeaders, ";") {
		if strings.EqualFold(signed, name) {
			return true
		}
	}
	return false
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// checkPayload reads what the request says of its payload.
func (c *Claim) checkPayload(rules Rules) error {
	values := c.r.Header["X-Amz-Content-Sha256"]
	if len(values) == 0 {
		return nil
	}
	c.payload = values[0]
	switch {
	case len(values) > 1:
		return incomplete("X-Amz-Content-Sha256 must be given once.")
	case c.payload == unsignedPayload && !rules.UnsignedPayload:
		return invalid("The body must be signed: " + unsignedPayload + " is not taken here.")
	case strings.HasPrefix(c.payload, streamedPayload):
		return invalid("The body must be signed as a whole: " + c.payload + " is not taken here.")
	case c.payload == "":
		return incomplete("X-Amz-Content-Sha256 must not be empty.")
	}
	return nil
}

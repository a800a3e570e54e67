package access

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// requestContext is what conditions are judged by (IAM user guide, global condition
// context keys). All of it is the server's: of what a client sends there is in it only
// its user agent and the tags that the request is about.
type requestContext struct {
	identity *Identity
	request  *Request
	resource *Resource
}

// Values returns the values of a key, which is in lower case.
func (c *requestContext) Values(key string) []string {
	if fact, ok := facts[key]; ok {
		if v := fact(c); v != "" {
			return []string{v}
		}
		return nil
	}
	if !strings.HasPrefix(key, "aws:") {
		return c.request.Keys[key]
	}
	if key == "aws:tagkeys" {
		return c.tagKeys()
	}
	prefix, tag, _ := strings.Cut(key, "/")
	switch prefix {
	case "aws:principaltag":
		return tagged(c.identity.principal.Tags, tag)
	case "aws:resourcetag":
		return tagged(c.resource.Tags, tag)
	case "aws:requesttag":
		return tagged(c.request.Tags, tag)
	}
	return nil
}

// facts are the keys that have one value, "" for none.
var facts = map[string]func(*requestContext) string{
	"aws:currenttime":     func(c *requestContext) string { return c.identity.facts.Time.UTC().Format(time.RFC3339) },
	"aws:epochtime":       func(c *requestContext) string { return strconv.FormatInt(c.identity.facts.Time.Unix(), 10) },
	"aws:tokenissuetime":  (*requestContext).tokenIssueTime,
	"aws:sourceip":        (*requestContext).sourceIP,
	"aws:securetransport": func(c *requestContext) string { return strconv.FormatBool(c.identity.facts.Secure) },
	"aws:useragent":       func(c *requestContext) string { return c.identity.facts.UserAgent },
	"aws:requestedregion": func(c *requestContext) string { return c.identity.region },
	"aws:resourceaccount": func(c *requestContext) string { return c.resource.Account },

	"aws:principalaccount":  func(c *requestContext) string { return c.identity.principal.Account },
	"aws:principalarn":      (*requestContext).principalARN,
	"aws:principaltype":     func(c *requestContext) string { return principalTypes[c.identity.principal.Kind] },
	"aws:userid":            func(c *requestContext) string { return c.identity.principal.ID },
	"aws:sourceidentity":    func(c *requestContext) string { return c.begun().SourceIdentity },
	"aws:federatedprovider": func(c *requestContext) string { return c.begun().Provider },
	"aws:username":          func(c *requestContext) string { return c.identity.principal.UserName },

	// There is no second factor. Unlike AWS, keys that last say so too: for them it
	// has no such key, and a statement that denies without it would pass them.
	"aws:multifactorauthpresent": func(*requestContext) string { return "false" },
	// Nobody calls for somebody else.
	"aws:viaawsservice":         func(*requestContext) string { return "false" },
	"aws:principalisawsservice": func(*requestContext) string { return "false" },
}

// principalTypes are the words of aws:PrincipalType.
var principalTypes = map[Kind]string{Root: "Account", User: "User", AssumedRole: "AssumedRole"}

// begun is how the principal's session began.
func (c *requestContext) begun() Begun {
	if b := c.identity.principal.Begun; b != nil {
		return *b
	}
	return Begun{}
}

func (c *requestContext) tokenIssueTime() string {
	if c.identity.facts.TokenIssued.IsZero() {
		return ""
	}
	return c.identity.facts.TokenIssued.UTC().Format(time.RFC3339)
}

// sourceIP is no address if it is not known where a request comes from, so that no
// condition on it can be decided.
func (c *requestContext) sourceIP() string {
	if !c.identity.facts.Source.IsValid() {
		return "unknown"
	}
	return c.identity.facts.Source.Unmap().WithZone("").String()
}

// principalARN is a role's, where it is a session's principal that calls.
func (c *requestContext) principalARN() string {
	if c.identity.principal.Role != "" {
		return c.identity.principal.Role
	}
	return c.identity.principal.ARN
}

// tagKeys are the keys of tags that the request gives or takes.
func (c *requestContext) tagKeys() []string {
	keys := slices.AppendSeq(slices.Clone(c.request.TagKeys), maps.Keys(c.request.Tags))
	slices.Sort(keys)
	return slices.Compact(keys)
}

// tagged returns the values of the tags whose key is tag in whatever case: keys of
// conditions have none. Of two that differ only by it both count, so that a second tag
// hides no first.
func tagged(tags map[string]string, tag string) (values []string) {
	for k, v := range tags {
		if strings.EqualFold(k, tag) {
			values = append(values, v)
		}
	}
	slices.Sort(values)
	return values
}

package policy

import "strings"

// Context is what conditions and variables ask about a request. Whoever makes it
// derives it from what it knows; nothing in it is taken from a caller as it is.
type Context interface {
	// Values returns the values of a key, which is in lower case; nil if it has none.
	Values(key string) []string
}

// Values is a Context that was made beforehand. Its keys are in lower case.
type Values map[string][]string

// Values returns the values of key.
func (v Values) Values(key string) []string { return v[key] }

// isKey reports whether s, in lower case, may be the key of a condition.
func isKey(s string) bool {
	prefix, name, ok := strings.Cut(s, ":")
	return ok && prefix != "" && name != "" && !strings.ContainsAny(prefix, " \t${}")
}

// isKnown reports whether key is one that requests may have. Of any other nobody can
// tell whether a request should have it: a condition on it is undecided, unless the
// context has it.
func isKnown(key string) bool {
	_, known := keys[key]
	if !known {
		prefix, tag, tagged := strings.Cut(key, "/")
		known = tagged && tag != "" && tagKeys[prefix]
	}
	return known
}

// hasSeveral reports whether key may have several values, which take a quantifier.
func hasSeveral(key string) bool { return keys[key] == several }

type arity uint8

const (
	one arity = iota
	several
)

// tagKeys are keys that a tag's key follows.
var tagKeys = map[string]bool{"aws:principaltag": true, "aws:resourcetag": true, "aws:requesttag": true}

// keys are those of AWS's that mean something here, if only that a request never has
// them (IAM user guide, global condition context keys, and keys for STS; service
// authorization reference, Kinesis Data Streams). An organization, a VPC, a device or
// a service that calls for somebody there is none.
var keys = map[string]arity{
	"aws:calledvia": several, "aws:calledviafirst": one, "aws:calledvialast": one,
	"aws:currenttime": one, "aws:epochtime": one, "aws:tokenissuetime": one,
	"aws:federatedprovider":      one,
	"aws:multifactorauthage":     one,
	"aws:multifactorauthpresent": one,
	"aws:principalaccount":       one,
	"aws:principalarn":           one,
	"aws:principalisawsservice":  one,
	"aws:principalorgid":         one,
	"aws:principalorgpaths":      several,
	"aws:principalservicename":   one, "aws:principalservicenameslist": several,
	"aws:principaltype": one, "aws:userid": one, "aws:username": one,
	"aws:referer": one, "aws:useragent": one,
	"aws:requestedregion": one,
	"aws:resourceaccount": one, "aws:resourceorgid": one, "aws:resourceorgpaths": several,
	"aws:securetransport": one,
	"aws:sourceaccount":   one, "aws:sourcearn": one, "aws:sourceorgid": one, "aws:sourceorgpaths": several,
	"aws:sourceidentity": one,
	"aws:sourceip":       one, "aws:sourcevpc": one, "aws:sourcevpce": one, "aws:vpcsourceip": one,
	"aws:tagkeys":       several,
	"aws:viaawsservice": one,

	// Ours, after IAM's: what operations of identities give or take (docs/guide/4-identity.md).
	"freshet:permissionsboundary": one, "freshet:policyarn": one,

	"kinesis:fisactionid": one, "kinesis:fisinjectpercentage": one, "kinesis:fistargetarns": several,

	"sts:durationseconds": one, "sts:externalid": one, "sts:requestcontext": one,
	"sts:rolesessionname": one, "sts:sourceidentity": one, "sts:transitivetagkeys": several,
	"iam:passedtoservice": one,
}

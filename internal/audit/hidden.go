package audit

import (
	"strings"

	"github.com/freshet/freshet/internal/awsapi"
)

// concealed stands where something was given that no event shows. The words are
// CloudTrail's.
const concealed = "HIDDEN_DUE_TO_SECURITY_REASONS"

// hiddenNames are members that hold what records are made of, or what lets its
// bearer go on reading. Names are in lower case. Blobs are hidden whatever their
// name.
var hiddenNames = map[string]bool{
	"data":            true,
	"text":            true, // of a record, in the extension API
	"records":         true,
	"partitionkey":    true,
	"explicithashkey": true, // a partition key's, or in its place
	"sharditerator":   true, // whoever has it may read
	"signature":       true,
	"privatekey":      true,
}

// hiddenParts are parts of the names of members that hold secrets, or what stands
// for them: SecretAccessKey, SessionToken, NextToken, WebIdentityToken,
// SAMLAssertion, AcknowledgementHandle. CloudTrail itself shows session tokens.
var hiddenParts = []string{"secret", "token", "password", "passphrase", "assertion", "handle", "credential"}

// shownNames are members that hiddenParts would hide although nothing below them
// needs to be.
var shownNames = map[string]bool{"credentials": true}

// hides reports whether a member of that name is not shown.
func hides(name string) bool {
	name = strings.ToLower(name)
	if hiddenNames[name] {
		return true
	}
	if shownNames[name] {
		return false
	}
	for _, part := range hiddenParts {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}

// hidesShape reports whether no value of the shape is shown.
func hidesShape(s *awsapi.Shape) bool { return s.Kind == awsapi.Blob || s.Sensitive }

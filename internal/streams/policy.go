package streams

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/freshet/freshet/internal/limits"
)

// checkPolicy judges a resource policy by what it must have (API,
// PutResourcePolicy: principals and actions; IAM user guide, the grammar of policies):
// it is one JSON object of a known version with statements, each of which allows or
// denies, and names principals and actions. What these mean is not judged, nor is a
// member that is not known. That AWS judges no less, or no more, is not confirmed.
func checkPolicy(text string) error {
	if len(text) > limits.PolicyBytes {
		return errPolicyTooLong(len(text), limits.PolicyBytes)
	}
	var p policyDocument
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return errPolicy("it is not a JSON object of a policy")
	}
	if p.Version != nil && !slices.Contains(policyVersions, *p.Version) {
		return errPolicy("its Version is neither 2012-10-17 nor 2008-10-17")
	}
	if len(p.Statement) == 0 {
		return errPolicy("it has no Statement")
	}
	for _, s := range p.Statement {
		if wrong := s.wrong(); wrong != "" {
			return errPolicy(wrong)
		}
	}
	return nil
}

var policyVersions = []string{"2012-10-17", "2008-10-17"}

// policyDocument is what is read of a policy.
type policyDocument struct {
	Version   *string
	Statement policyStatements
}

type policyStatement struct {
	Effect                  *string
	Principal, NotPrincipal json.RawMessage
	Action, NotAction       json.RawMessage
}

// policyStatements is one statement or a list of them.
type policyStatements []policyStatement

// UnmarshalJSON reads either.
func (l *policyStatements) UnmarshalJSON(text []byte) error {
	if bytes.HasPrefix(text, []byte("[")) {
		return json.Unmarshal(text, (*[]policyStatement)(l))
	}
	*l = make(policyStatements, 1)
	return json.Unmarshal(text, &(*l)[0])
}

// wrong returns what is wrong with a statement, "" if nothing is.
func (s policyStatement) wrong() string {
	switch {
	case s.Effect == nil || *s.Effect != "Allow" && *s.Effect != "Deny":
		return "a Statement has no Effect Allow or Deny"
	case given(s.Principal) == given(s.NotPrincipal):
		return "a Statement has not one of Principal and NotPrincipal"
	case given(s.Action) == given(s.NotAction):
		return "a Statement has not one of Action and NotAction"
	}
	return ""
}

func given(member json.RawMessage) bool { return len(member) > 0 && string(member) != "null" }

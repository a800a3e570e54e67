package access

import (
	"github.com/freshet/freshet/internal/access/policy"
	"github.com/freshet/freshet/internal/awsapi"
)

// denied is the answer to who may not (IAM user guide, troubleshooting access denied
// error messages; the form of Kinesis was observed).
func denied(p *Principal, u *Use, d policy.Decision) error {
	because := " because no " + string(d.Layer) + " allows the " + u.Action + " action"
	if d.Effect == policy.Deny {
		because = " with an explicit deny in " + withArticle[d.Layer]
	}
	return awsapi.Errorf("AccessDeniedException", "User: %s is not authorized to perform: %s on resource: %s%s", p.ARN, u.Action, u.Resource.ARN, because)
}

var withArticle = map[policy.Layer]string{
	policy.ByIdentity: "an identity-based policy",
	policy.ByResource: "a resource-based policy",
	policy.ByTrust:    "the role trust policy",
	policy.ByBoundary: "a permissions boundary",
	policy.BySession:  "a session policy",
}

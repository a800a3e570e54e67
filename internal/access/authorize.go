package access

import "github.com/freshet/freshet/internal/awsapi"

// Resource is something that an operation touches.
type Resource struct {
	// ARN names it, whether it exists or not; "*" is for operations of no resource.
	ARN string
	// Account owns it; empty for "*".
	Account string
}

// Authorize is the only way to a Caller of a request: it decides whether i may
// perform action, which names the service and the operation, kinesis:PutRecord, on
// all of the resources. The Caller acts in the account that owns them.
//
// An error is AWS's AccessDeniedException.
func Authorize(i Identity, action string, resources ...Resource) (Caller, error) {
	if i.IsZero() {
		panic("BUG: access: " + action + " without an identity")
	}
	if i.principal == nil {
		return Caller{account: i.account, region: i.region, keyID: i.keyID}, nil
	}
	for _, r := range resources {
		if i.principal.Kind != Root || r.Account != "" && r.Account != i.account {
			return Caller{}, denied(i.principal, action, r)
		}
	}
	return Caller{account: i.account, region: i.region, keyID: i.keyID, principal: i.principal}, nil
}

func denied(p *Principal, action string, r Resource) error {
	return awsapi.Errorf("AccessDeniedException", "User: %s is not authorized to perform: %s on resource: %s", p.ARN, action, r.ARN)
}

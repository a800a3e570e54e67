package identity

import (
	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/access/policy"
	"github.com/freshet/freshet/internal/extapi"
)

// Touches is what policies are asked about the request in, a pointer to one of
// extapi's, of a principal of account: its action, what it touches, the tags it gives,
// and two keys of conditions, after those of IAM. freshet:PermissionsBoundary is the
// boundary that a user or a role is to get, or has; freshet:PolicyARN the policy that
// is to be attached or detached.
//
// What is of another account nobody may touch. But to the operator's account
// everything belongs: there the policies decide, by the ARN.
func (s *Service) Touches(account string, in any) (access.Request, error) {
	n, err := s.catalog.known()
	if err != nil {
		return access.Request{}, err
	}
	t := (&touching{n, account}).request(in)
	if account == n.operator {
		t.owner = account
	}
	return access.Request{
		Uses: []access.Use{{Action: Action(in), Resource: access.Resource{ARN: t.arn, Account: t.owner, Tags: t.has}}},
		Tags: t.gives,
		Keys: t.keys,
	}, nil
}

// touched is a user, a role, a policy or an account, which need not be there.
type touched struct {
	arn, owner string
	has, gives map[string]string // tags
	keys       policy.Values
}

// touching finds what requests of principals of an account touch.
type touching struct {
	*snapshot
	account string
}

func (t *touching) request(in any) touched {
	switch in := in.(type) {
	case *extapi.CreateAccountRequest:
		return touched{arn: rootARN(in.ID), owner: t.operator}
	case *extapi.GetAccountRequest:
		return t.root(in.Account)
	case *extapi.ListAccountsRequest:
		return touched{arn: "*"}
	case *extapi.UpdateAccountRequest:
		return t.root(in.Account)
	case *extapi.DeleteAccountRequest:
		return touched{arn: rootARN(in.Account), owner: t.operator}
	case *extapi.CreateKeyRequest:
		if in.Root {
			return t.root(in.Account)
		}
		return t.user(in.Account, in.User)
	case *extapi.ListKeysRequest:
		if in.User == "" {
			return t.all("user", in.Account)
		}
		return t.user(in.Account, in.User)
	case *extapi.UpdateKeyRequest:
		return t.keyOwner(in.Key)
	case *extapi.RotateKeyRequest:
		return t.keyOwner(in.Key)
	case *extapi.DeleteKeyRequest:
		return t.keyOwner(in.Key)
	}
	return t.holderRequest(in)
}

func (t *touching) holderRequest(in any) touched {
	switch in := in.(type) {
	case *extapi.CreateUserRequest:
		return t.made("user", in.Account, in.Path, in.Name).giving(in.Tags).bounded(t.policyARN(in.Account, in.Boundary))
	case *extapi.GetUserRequest:
		return t.user(in.Account, in.Name)
	case *extapi.ListUsersRequest:
		return t.all("user", in.Account)
	case *extapi.DeleteUserRequest:
		return t.user(in.Account, in.Name)
	case *extapi.CreateRoleRequest:
		return t.made("role", in.Account, in.Path, in.Name).giving(in.Tags).bounded(t.policyARN(in.Account, in.Boundary))
	case *extapi.GetRoleRequest:
		return t.role(in.Account, in.Name)
	case *extapi.ListRolesRequest:
		return t.all("role", in.Account)
	case *extapi.UpdateRoleRequest:
		return t.role(in.Account, in.Name)
	case *extapi.DeleteRoleRequest:
		return t.role(in.Account, in.Name)
	}
	return t.policyRequest(in)
}

func (t *touching) policyRequest(in any) touched {
	switch in := in.(type) {
	case *extapi.CreatePolicyRequest:
		return t.made("policy", in.Account, in.Path, in.Name)
	case *extapi.GetPolicyRequest:
		return t.policy(in.Account, in.Policy)
	case *extapi.ListPoliciesRequest:
		return t.all("policy", in.Account)
	case *extapi.UpdatePolicyRequest:
		return t.policy(in.Account, in.Policy)
	case *extapi.DeletePolicyRequest:
		return t.policy(in.Account, in.Policy)
	case *extapi.AttachPolicyRequest:
		return t.holder(in.Account, in.Principal).attaching(t.policyARN(in.Account, in.Policy))
	case *extapi.DetachPolicyRequest:
		return t.holder(in.Account, in.Principal).attaching(t.policyARN(in.Account, in.Policy))
	case *extapi.PutInlinePolicyRequest:
		return t.holder(in.Account, in.Principal)
	case *extapi.DeleteInlinePolicyRequest:
		return t.holder(in.Account, in.Principal)
	case *extapi.SetBoundaryRequest:
		return t.holder(in.Account, in.Principal).bounded(t.policyARN(in.Account, in.Policy))
	case *extapi.SetTagsRequest:
		return t.holder(in.Account, in.Principal).giving(in.Tags)
	case *extapi.SimulatePolicyRequest:
		if in.Principal == rootName {
			return t.root(in.Account)
		}
		return t.holder(in.Account, in.Principal)
	}
	panic("BUG: identity: nobody knows what " + Action(in) + " touches")
}

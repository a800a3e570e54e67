package identity

import (
	"strings"

	"github.com/freshet/freshet/internal/access"
)

// What a request means, within a snapshot. That the caller may reach the account was
// decided when he was authorised; it is looked at here once more, since one account's
// users are nothing to another's.

// target is the account that a request means which names account, or none.
func (n *snapshot) target(caller access.Caller, account string) (*account, error) {
	id := caller.Account()
	if account != "" {
		id = account
	}
	if err := checkAccountID(id); err != nil {
		return nil, err
	}
	if id != caller.Account() && caller.Account() != n.operator {
		return nil, errDenied("%s may not reach account %s", caller.Principal(), id)
	}
	if a := n.accounts[id]; a != nil {
		return a, nil
	}
	return nil, errNoSuchEntity("The account with id %s cannot be found.", id)
}

func (n *snapshot) userNamed(a *account, name string) (*user, error) {
	if u := n.users[keyOf(a.id, name)]; u != nil {
		return u, nil
	}
	return nil, errNoSuchEntity("The user with name %s cannot be found.", name)
}

func (n *snapshot) roleNamed(a *account, name string) (*role, error) {
	if r := n.roles[keyOf(a.id, name)]; r != nil {
		return r, nil
	}
	return nil, errNoSuchEntity("The role with name %s cannot be found.", name)
}

// policyOf is the managed policy of a that ref names, by its ARN or its name.
func (n *snapshot) policyOf(a *account, ref string) (*managed, error) {
	m := n.policies[keyOf(a.id, ref)]
	if strings.HasPrefix(ref, "arn:") {
		m = n.policyAt(ref)
	}
	if m == nil || m.account != a.id {
		return nil, errNoSuchEntity("Policy %s does not exist or is not attachable.", ref)
	}
	return m, nil
}

// keyFor is the key of that id, if it is of an account that the caller may reach.
func (n *snapshot) keyFor(caller access.Caller, id string) (*key, error) {
	k := n.keys[id]
	if k == nil || k.Account != caller.Account() && caller.Account() != n.operator {
		return nil, errNoSuchEntity("The Access Key with id %s cannot be found.", id)
	}
	return k, nil
}

// mayTouchRoot refuses to let anybody but a root make, change or delete the keys of
// an account's root: its own, or the operator's. No policy can allow it, as in IAM.
func (n *snapshot) mayTouchRoot(caller access.Caller, account string) error {
	switch caller.Principal() {
	case rootARN(account), rootARN(n.operator):
		return nil
	}
	return errDenied("%s may not touch the keys of the root of account %s: only a root may", caller.Principal(), account)
}

// ofOperator refuses everybody who is not of the operator's account.
func (n *snapshot) ofOperator(caller access.Caller) error {
	if caller.Account() == n.operator {
		return nil
	}
	return errDenied("%s may not administer accounts: only who is of account %s may", caller.Principal(), n.operator)
}

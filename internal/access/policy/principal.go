package policy

import "strings"

// Principal is who makes a request, as policies of resources and of trust name him.
type Principal struct {
	// Account is that of a principal of IAM, else empty.
	Account string
	// ARN is arn:aws:iam::A:root, …:user/name or arn:aws:sts::A:assumed-role/role/session.
	ARN string
	// Role is the ARN of the role whose session it is, else empty.
	Role string
	// Federated is the ARN or the name of the provider that vouches for who has no
	// principal yet, else empty.
	Federated string
}

// named is what a Principal element names.
type named struct {
	all       bool            // "*"
	accounts  map[string]bool // whole accounts
	arns      map[string]bool
	federated map[string]bool
	// other is whether there are principals of kinds that make no requests here.
	other bool
}

// isRoot reports whether p is the root of its account.
func (p Principal) isRoot() bool {
	return p.Account != "" && strings.HasSuffix(p.ARN, ":iam::"+p.Account+":root")
}

// names says whether n names p, and whether it does so itself: who names an account
// only lets the account decide, which does so by policies of identity (IAM user
// guide, AWS account principals).
func (n *named) names(p Principal) (answer, direct bool) {
	switch {
	case n.all,
		p.Federated != "" && n.federated[p.Federated],
		p.ARN != "" && n.arns[p.ARN],
		p.Role != "" && n.arns[p.Role]:
		return true, true
	case p.Account != "" && n.accounts[p.Account]:
		return true, p.isRoot()
	}
	return false, false
}

// spares says whether n, in a NotPrincipal that denies, spares p: everything that p
// is must be named, its account, its role and itself (IAM user guide, NotPrincipal).
func (n *named) spares(p Principal) bool {
	if n.all || p.Federated != "" && n.federated[p.Federated] {
		return true
	}
	return p.Account != "" && n.accounts[p.Account] && (p.isRoot() || n.arns[p.ARN]) && (p.Role == "" || n.arns[p.Role])
}

// add names a principal of the kind AWS.
func (n *named) add(text string) error {
	f := strings.SplitN(text, ":", arnFields)
	switch {
	case text == "*":
		n.all = true
	case isAccount(text):
		n.accounts[text] = true
	case len(f) != arnFields || f[0] != "arn" || f[1] == "" || f[3] != "" || !isAccount(f[4]) || strings.ContainsAny(text, "*?"):
		return errPrincipal("AWS", text)
	case f[2] == "iam" && f[5] == "root":
		n.accounts[f[4]] = true
	case f[2] == "iam" && (nameAfter(f[5], "user/") || nameAfter(f[5], "role/")), f[2] == "sts" && nameAfter(f[5], "assumed-role/"), f[2] == "sts" && nameAfter(f[5], "federated-user/"):
		n.arns[text] = true
	default:
		return errPrincipal("AWS", text)
	}
	return nil
}

func nameAfter(s, prefix string) bool { return len(s) > len(prefix) && strings.HasPrefix(s, prefix) }

func isAccount(s string) bool { return len(s) == 12 && strings.Trim(s, "0123456789") == "" }

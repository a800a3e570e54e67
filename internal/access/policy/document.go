package policy

// Kind says what a document is attached to, and so what it must have and may not.
type Kind uint8

// The kinds of documents.
const (
	// Identity is a policy of a user or a role, its boundary, or that of a session. It
	// names no principal.
	Identity Kind = iota + 1
	// Resource is a policy of what is reached. It names principals.
	Resource
	// Trust says who may assume a role. It names principals and no resource, which is
	// the role, and its actions are those of STS.
	Trust
)

// Document is a policy that was parsed; it never changes.
type Document struct {
	kind       Kind
	statements []statement
	warnings   []Warning
}

// Kind is what Parse was told.
func (d *Document) Kind() Kind { return d.kind }

// Effect is what a statement does where it applies.
type Effect uint8

// The effects. The zero Effect is that of no statement.
const (
	Allow Effect = iota + 1
	Deny
)

// statement is one of a document's. Lists that begin with Not are the same lists,
// turned round by a flag.
type statement struct {
	name   string // the Sid, or #n
	effect Effect

	principals   *named // nil in a policy of identity
	notPrincipal bool
	actions      []pattern
	notAction    bool
	resources    []resource // none in a trust policy
	notResource  bool
	conditions   []condition
}

// resource matches an ARN, or if all is set anything, also what has none.
type resource struct {
	all bool
	arn arnPattern
}

func (r *resource) matches(arn string, ctx Context) tri {
	if r.all {
		return yes
	}
	return r.arn.matches(arn, ctx)
}

// Grants is how widely the statements of a document that allow do so, which some
// services bound.
type Grants struct {
	// Everybody says that one allows "*", or everybody who is not named.
	Everybody bool
	// Outsiders says that one names principals that are not IAM's: services, providers
	// of identities, canonical users.
	Outsiders bool
	// Wildcards says that one allows actions by a wildcard, or all that are not named.
	Wildcards bool
}

// Grants looks at the document's statements.
func (d *Document) Grants() (g Grants) {
	for i := range d.statements {
		st := &d.statements[i]
		if st.effect != Allow {
			continue
		}
		if p := st.principals; p != nil {
			g.Everybody = g.Everybody || p.all || st.notPrincipal
			g.Outsiders = g.Outsiders || p.other || len(p.federated) > 0
		}
		g.Wildcards = g.Wildcards || st.notAction
		for _, action := range st.actions {
			g.Wildcards = g.Wildcards || !action.plain()
		}
	}
	return g
}

package policy

// Request is what policies are asked about: one action on one resource.
type Request struct {
	Principal Principal
	// Action is service:Operation.
	Action string
	// Resource is an ARN, or "*" for an operation of no resource.
	Resource string
	Context  Context
}

// verdict is what a document says of a request.
type verdict struct {
	denied, allowed *statement // nil if no statement does
	// direct says that a statement that allows names the principal itself, and not
	// only its account.
	direct bool
}

// judge asks all statements. Which of two that deny, or allow, is named is the first
// in the document, and makes no other difference.
func (d *Document) judge(req *Request, action string) (v verdict) {
	for i := range d.statements {
		st := &d.statements[i]
		if st.effect == Deny && v.denied != nil || st.effect == Allow && v.allowed != nil && v.direct {
			continue
		}
		answer, direct := st.applies(req, action)
		switch {
		case st.effect == Deny && answer != no:
			v.denied = st
		case st.effect == Allow && answer == yes && (v.allowed == nil || direct):
			v.allowed, v.direct = st, direct
		}
	}
	return v
}

// applies says whether st speaks of req. action is req.Action in lower case.
func (st *statement) applies(req *Request, action string) (answer tri, direct bool) {
	answer, direct = st.ofPrincipal(req.Principal)
	if answer == no {
		return no, false
	}
	if answer = min(answer, st.ofAction(action)); answer == no {
		return no, false
	}
	if answer = min(answer, st.ofResource(req)); answer == no {
		return no, false
	}
	for i := range st.conditions {
		if answer = min(answer, st.conditions[i].holds(req.Context)); answer == no {
			return no, false
		}
	}
	return answer, direct
}

func (st *statement) ofPrincipal(p Principal) (answer tri, direct bool) {
	if st.principals == nil {
		return yes, true
	}
	named, direct := st.principals.names(p)
	switch {
	case !st.notPrincipal:
		return truth(named), direct
	case st.effect == Deny:
		return truth(!st.principals.spares(p)), true
	}
	return truth(!named), true
}

func (st *statement) ofAction(action string) tri {
	answer := no
	for i := range st.actions {
		if answer = st.actions[i].matches(action, nil); answer == yes {
			break
		}
	}
	return turned(answer, st.notAction)
}

func (st *statement) ofResource(req *Request) tri {
	if st.resources == nil { // a trust policy is about its role
		return yes
	}
	answer := no
	for i := range st.resources {
		if answer = max(answer, st.resources[i].matches(req.Resource, req.Context)); answer == yes {
			break
		}
	}
	return turned(answer, st.notResource)
}

func turned(t tri, not bool) tri {
	if not {
		return t.not()
	}
	return t
}

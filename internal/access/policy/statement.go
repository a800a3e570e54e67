package policy

import "strings"

// statement understands a draft.
func (p *parser) statement(index int, d draft) (statement, error) {
	st := statement{name: d.name(index)}
	for _, set := range []func(*statement, draft) error{
		p.setEffect, p.setPrincipals, p.setActions, p.setResources, p.setConditions,
	} {
		if err := set(&st, d); err != nil {
			return statement{}, err
		}
	}
	p.lint(&st, d)
	return st, nil
}

func (p *parser) setEffect(st *statement, d draft) error {
	if d.sid != nil && strings.TrimFunc(*d.sid, isSid) != "" {
		return errSid(*d.sid)
	}
	switch {
	case d.effect == nil:
		return errMissing("Effect")
	case *d.effect == "Allow":
		st.effect = Allow
	case *d.effect == "Deny":
		st.effect = Deny
	default:
		return errEffect(*d.effect)
	}
	return nil
}

// isSid reports whether c may be in a Sid. IAM allows letters and digits alone; services
// whose resources have policies allow more, and so do we.
func isSid(c rune) bool {
	return c < 0x7f && (c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.ContainsRune(" _-.", c))
}

// list returns the list of an element or of its negation.
func (d draft) list(element string) (list []string, not bool, err error) {
	list, not = d.lists[element], d.lists["Not"+element] != nil
	if list != nil && not {
		return nil, false, errBoth(element)
	}
	if not {
		list = d.lists["Not"+element]
	}
	return list, not, nil
}

func (p *parser) setPrincipals(st *statement, d draft) error {
	who, not := d.principals["Principal"], d.principals["NotPrincipal"]
	switch {
	case p.doc.kind == Identity && (who != nil || not != nil):
		return malformed("Policy document should not specify a principal.")
	case p.doc.kind == Identity:
		return nil
	case who != nil && not != nil:
		return errBoth("Principal")
	case who == nil && not == nil:
		return errMissing("Principal")
	case not != nil && p.doc.kind == Trust:
		return errProhibited("NotPrincipal")
	case not != nil:
		st.principals, st.notPrincipal = not, true
	default:
		st.principals = who
	}
	return nil
}

func (p *parser) setActions(st *statement, d draft) error {
	list, not, err := d.list("Action")
	if err != nil {
		return err
	}
	if list == nil {
		return errMissing("Action")
	}
	if not && p.doc.kind == Trust {
		return errProhibited("NotAction")
	}
	st.notAction = not
	for _, action := range list {
		if err := p.checkAction(action); err != nil {
			return err
		}
		parts, err := splitting{wildcards: true}.parts(action)
		if err != nil {
			return err
		}
		st.actions = append(st.actions, patternOf(parts, true))
	}
	return nil
}

// checkAction demands a service and the name of an operation, in which there may be
// wildcards.
func (p *parser) checkAction(action string) error {
	vendor, name, ok := strings.Cut(action, ":")
	switch {
	case p.doc.kind == Trust && (action == "*" || ok && !strings.EqualFold(vendor, "sts")):
		return errTrustAction(action)
	case action == "*":
		return nil
	case !ok, vendor == "", strings.Trim(strings.ToLower(vendor), "abcdefghijklmnopqrstuvwxyz0123456789-") != "", name == "":
		return errVendor(action)
	case strings.Contains(name, ":"):
		return errColons(action)
	}
	return nil
}

func (p *parser) setResources(st *statement, d draft) error {
	list, not, err := d.list("Resource")
	if err != nil {
		return err
	}
	if p.doc.kind == Trust {
		if list != nil {
			return errProhibited("Resource")
		}
		return nil
	}
	if list == nil {
		return errMissing("Resource")
	}
	st.notResource = not
	for _, text := range list {
		r, err := p.resource(text)
		if err != nil {
			return err
		}
		st.resources = append(st.resources, r)
	}
	return nil
}

// resource reads what an ARN must look like. In a policy of identity the fields that are
// missing match everything (IAM user guide, Resource: incomplete ARNs).
func (p *parser) resource(text string) (resource, error) {
	if text == "*" {
		return resource{all: true}, nil
	}
	if !strings.HasPrefix(text, "arn:") {
		return resource{}, errResource(text)
	}
	parts, err := splitting{true, p.variables}.parts(text)
	if err != nil {
		return resource{}, err
	}
	arn, given := arnPatternOf(parts)
	if given < arnFields && p.doc.kind != Identity {
		return resource{}, errResource(text)
	}
	return resource{arn: arn}, nil
}

func (p *parser) setConditions(st *statement, d draft) error {
	for _, dc := range d.conditions {
		c, op := parseOperator(dc.operator)
		c.key = strings.ToLower(dc.key)
		if !isKey(c.key) {
			return errVendor(dc.key)
		}
		for _, text := range dc.values {
			if c.unknown {
				continue
			}
			if err := c.add(op, text, p.variables); err != nil {
				return errCondition(dc.operator, text, err)
			}
		}
		st.conditions = append(st.conditions, c)
	}
	return nil
}

// add adds a value that the request's are compared with.
func (c *condition) add(op operator, text string, variables bool) error {
	if c.null {
		absent, err := parseBool(text)
		c.absent = append(c.absent, absent)
		return err
	}
	t, err := op.compile(text, variables)
	c.tests = append(c.tests, t)
	return err
}

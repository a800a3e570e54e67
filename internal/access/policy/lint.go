package policy

import "fmt"

// Warning is something in a policy that is allowed and hardly meant.
type Warning struct {
	// Statement is its Sid, or #n.
	Statement string
	Message   string
}

func (w Warning) String() string { return "statement " + w.Statement + ": " + w.Message }

// Warnings are what Parse found, in the order of the statements.
func (d *Document) Warnings() []Warning { return d.warnings }

func (p *parser) warn(st *statement, format string, args ...any) {
	p.doc.warnings = append(p.doc.warnings, Warning{st.name, fmt.Sprintf(format, args...)})
}

// lint warns of what st has.
func (p *parser) lint(st *statement, d draft) {
	effect := "allows nothing"
	if st.effect == Deny {
		effect = "denies as if the condition were met"
	}
	for i, c := range st.conditions {
		operator, key := d.conditions[i].operator, d.conditions[i].key
		switch {
		case c.unknown:
			p.warn(st, "there is no condition operator %q: the statement %s", operator, effect)
		case !isKnown(c.key):
			p.warn(st, "no request is known to have the condition key %q: where one has it not, the statement %s", key, effect)
		case c.quantifier == forOne && !c.null && hasSeveral(c.key):
			p.warn(st, "%q has several values: %s without ForAnyValue or ForAllValues %s where there is more than one", key, operator, effect)
		case c.quantifier != forOne && !hasSeveral(c.key):
			p.warn(st, "%q has one value: %s needs no quantifier", key, operator)
		case c.quantifier == forAll && st.effect == Allow:
			p.warn(st, "%s is met by a request without %q", operator, key)
		}
	}
	if st.effect == Allow && (st.notAction || st.notResource || st.notPrincipal) {
		p.warn(st, "it allows everything that is not named, also what does not exist yet")
	}
	for _, v := range p.unknownVariables(d) {
		p.warn(st, "no request is known to have the variable %q: the statement %s", "${"+v+"}", effect)
	}
}

// unknownVariables returns the keys of variables in the resources of d that no request
// has.
func (p *parser) unknownVariables(d draft) (all []string) {
	if !p.variables {
		return nil
	}
	for _, element := range []string{"Resource", "NotResource"} {
		for _, text := range d.lists[element] {
			parts, _ := splitting{true, true}.parts(text)
			for _, part := range parts {
				if part.kind == ofAsker && !isKnown(part.variable.key) {
					all = append(all, part.variable.key)
				}
			}
		}
	}
	return all
}

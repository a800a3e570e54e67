package policy

import (
	"encoding/json"
	"strconv"
	"strings"
)

// MostBytes is what no policy is longer than, of whatever kind; services have lower
// bounds of their own.
const MostBytes = 20 << 10

// What a document may have. AWS bounds only its length.
const (
	mostStatements = 256
	mostValues     = 4096
	mostMembers    = 256
)

// Parse reads a policy of that kind. It is strict: what is not of the language is
// refused, and no key may come twice. An error is an *Error. An operator or a key of
// a condition that is not known is no error but a warning: such a condition is never met
// where it would allow, and always where it would deny.
func Parse(kind Kind, text string) (*Document, error) {
	if err := check(text); err != nil {
		return nil, err
	}
	p := parser{reader: newReader(text), doc: &Document{kind: kind}}
	err := p.object("the policy", p.element)
	if err == nil {
		err = p.end()
	}
	if err != nil {
		return nil, err
	}
	if p.drafts == nil {
		return nil, errMissing("Statement")
	}
	if err := p.uniqueSids(); err != nil {
		return nil, err
	}
	for i, d := range p.drafts {
		st, err := p.statement(i, d)
		if err != nil {
			return nil, err
		}
		p.doc.statements = append(p.doc.statements, st)
	}
	return p.doc, nil
}

// parser makes a Document. Statements are read first and understood afterwards, since
// Version, on which variables depend, may come last.
type parser struct {
	*reader
	doc       *Document
	variables bool
	drafts    []draft
}

// draft is a statement as it was written.
type draft struct {
	sid, effect *string
	// The lists, by the names of their elements.
	lists      map[string][]string
	principals map[string]*named
	conditions []draftCondition
}

type draftCondition struct {
	operator, key string
	values        []string
}

// element reads an element of the policy.
func (p *parser) element(key string) error {
	switch key {
	case "Version":
		version, err := p.text(key)
		if err == nil && version != "2012-10-17" && version != "2008-10-17" {
			err = errVersion(version)
		}
		p.variables = version == "2012-10-17"
		return err
	case "Id":
		_, err := p.text(key)
		return err
	case "Statement":
		err := p.listOrOne(p.draft)
		if err == nil && p.drafts == nil {
			err = errSyntax("Statement is empty")
		}
		return err
	}
	return errSyntax("there is no element " + quote(key))
}

// draft reads a statement whose first token is t.
func (p *parser) draft(t json.Token) error {
	if t != json.Delim('{') {
		return errSyntax("a statement is not an object")
	}
	if len(p.drafts) == mostStatements {
		return errTooMany("statements", mostStatements)
	}
	d := draft{lists: map[string][]string{}, principals: map[string]*named{}}
	err := p.members(func(key string) error { return p.draftElement(&d, key) })
	p.drafts = append(p.drafts, d)
	return err
}

func (p *parser) draftElement(d *draft, key string) (err error) {
	switch key {
	case "Sid":
		d.sid, err = p.optionalText(key)
	case "Effect":
		d.effect, err = p.optionalText(key)
	case "Action", "NotAction", "Resource", "NotResource":
		d.lists[key], err = p.texts(key)
	case "Principal", "NotPrincipal":
		d.principals[key], err = p.principal(key)
	case "Condition":
		err = p.object(key, func(operator string) error {
			return p.object(operator, func(key string) error {
				values, err := p.scalars(key, true)
				d.conditions = append(d.conditions, draftCondition{operator, key, values})
				return err
			})
		})
	default:
		err = errSyntax("a statement has no element " + quote(key))
	}
	return err
}

func (p *parser) optionalText(key string) (*string, error) {
	s, err := p.text(key)
	return &s, err
}

// principal reads "*" or an object of kinds of principals.
func (p *parser) principal(element string) (*named, error) {
	n := &named{accounts: map[string]bool{}, arns: map[string]bool{}, federated: map[string]bool{}}
	t, err := p.token()
	if err != nil {
		return nil, err
	}
	if t == "*" {
		n.all = true
		return n, nil
	}
	if t != json.Delim('{') {
		return nil, errSyntax(element + " is neither \"*\" nor an object")
	}
	err = p.members(func(kind string) error {
		names, err := p.texts(kind)
		for _, name := range names {
			if err == nil {
				err = n.addOf(kind, name)
			}
		}
		return err
	})
	if err == nil && n.empty() {
		err = errSyntax(element + " names nobody")
	}
	return n, err
}

func (n *named) empty() bool {
	return !n.all && !n.other && len(n.accounts)+len(n.arns)+len(n.federated) == 0
}

// addOf names a principal of a kind.
func (n *named) addOf(kind, name string) error {
	switch kind {
	case "AWS":
		return n.add(name)
	case "Federated":
		if name == "" || strings.ContainsAny(name, "*?") {
			return errPrincipal(kind, name)
		}
		n.federated[name] = true
	case "Service", "CanonicalUser":
		if name == "" || strings.ContainsAny(name, "*?") {
			return errPrincipal(kind, name)
		}
		n.other = true
	default:
		return errPrincipal(kind, name)
	}
	return nil
}

// uniqueSids demands that no two statements have one name.
func (p *parser) uniqueSids() error {
	seen := map[string]bool{}
	for _, d := range p.drafts {
		if d.sid == nil || *d.sid == "" {
			continue
		}
		if seen[*d.sid] {
			return errSids(*d.sid)
		}
		seen[*d.sid] = true
	}
	return nil
}

// name is what a decision calls the statement.
func (d draft) name(index int) string {
	if d.sid != nil && *d.sid != "" {
		return *d.sid
	}
	return "#" + strconv.Itoa(index+1)
}

package policy

import "strings"

// condition is a key of the request and the values that an operator compares with
// it. Those of a statement must all hold.
type condition struct {
	key        string // in lower case
	quantifier quantifier
	ifExists   bool
	negated    bool
	// null says that this is the operator Null: the values are in absent.
	null   bool
	absent []bool
	// unknown says that there is no such operator; what it means nobody can tell.
	unknown bool
	tests   []test
}

type quantifier uint8

const (
	forOne quantifier = iota
	forAll
	forAny
)

// parseOperator reads the name of an operator with what is before and behind it.
func parseOperator(name string) (c condition, op operator) {
	if rest, ok := strings.CutPrefix(name, "ForAllValues:"); ok {
		name, c.quantifier = rest, forAll
	} else if rest, ok := strings.CutPrefix(name, "ForAnyValue:"); ok {
		name, c.quantifier = rest, forAny
	}
	if name == "Null" {
		c.null, c.unknown = true, c.quantifier != forOne
		return c, op
	}
	name, c.ifExists = strings.CutSuffix(name, "IfExists")
	op, known := operators[name]
	c.unknown, c.negated = !known, op.negated
	return c, op
}

// holds says whether the request meets c.
func (c *condition) holds(ctx Context) tri {
	values := ctx.Values(c.key)
	if c.unknown || values == nil && !isKnown(c.key) {
		return maybe
	}
	if c.null {
		answer := no
		for _, absent := range c.absent {
			answer = max(answer, truth(absent == (len(values) == 0)))
		}
		return answer
	}
	if len(values) == 0 {
		return c.withoutValue()
	}
	switch c.quantifier {
	case forAll:
		answer := yes
		for _, v := range values {
			answer = min(answer, c.passes(v, ctx))
		}
		return answer
	case forAny:
		answer := no
		for _, v := range values {
			answer = max(answer, c.passes(v, ctx))
		}
		return answer
	}
	if len(values) > 1 {
		// AWS does not say what becomes of several values without a quantifier.
		return maybe
	}
	return c.passes(values[0], ctx)
}

// withoutValue says whether c holds for a request that has not the key (IAM user guide,
// condition operators, and multivalued context keys).
func (c *condition) withoutValue() tri {
	switch {
	case c.ifExists || c.quantifier == forAll:
		return yes
	case c.quantifier == forAny:
		return no
	}
	return truth(c.negated)
}

// passes says whether one value of the request meets c. A negation belongs to the
// value: it passes if it is like none of the policy's, whatever the other values
// of the request are.
func (c *condition) passes(value string, ctx Context) tri {
	answer := no
	for _, t := range c.tests {
		answer = max(answer, t(value, ctx))
	}
	if c.negated {
		return answer.not()
	}
	return answer
}

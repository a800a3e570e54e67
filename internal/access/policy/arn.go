package policy

import "strings"

// arnPattern matches ARNs field by field, so that a star in one of the first five
// does not reach into the next (IAM user guide, Resource; ARN condition operators).
type arnPattern struct{ fields [arnFields]pattern }

const arnFields = 6

// arnPatternOf makes a pattern of the parts of an ARN. It reports how many fields there
// are; those that are missing match everything.
func arnPatternOf(parts []part) (p arnPattern, given int) {
	fields := [arnFields][]part{}
	at := 0
	for _, next := range parts {
		for next.kind == literal && at < arnFields-1 {
			before, after, more := strings.Cut(next.text, ":")
			if !more {
				break
			}
			if before != "" {
				fields[at] = append(fields[at], part{text: before})
			}
			at++
			next.text = after
		}
		if next.kind != literal || next.text != "" {
			fields[at] = append(fields[at], next)
		}
	}
	for i := range fields {
		if i > at {
			fields[i] = []part{{kind: anyMany}}
		}
		p.fields[i] = patternOf(fields[i], false)
	}
	return p, at + 1
}

// matches says whether p matches arn, which is no if arn is none.
func (p *arnPattern) matches(arn string, ctx Context) tri {
	answer := yes
	for i := range p.fields {
		field, rest, more := strings.Cut(arn, ":")
		if i == arnFields-1 {
			field = arn // in the last, colons are text
		} else if !more {
			return no
		}
		if answer = min(answer, p.fields[i].matches(field, ctx)); answer == no {
			return no
		}
		arn = rest
	}
	return answer
}

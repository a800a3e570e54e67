package policy

import (
	"strings"
	"unicode/utf8"
)

// part is what a pattern is made of.
type part struct {
	kind     partKind
	text     string // of a literal
	variable variable
}

type partKind uint8

const (
	literal partKind = iota
	anyOne           // ?
	anyMany          // *
	ofAsker          // a variable
)

// pattern is text in which * and ? stand for other text, and variables for what
// the context says. It is cut at its stars: between them lie segments, and one
// without a star has one segment.
type pattern struct {
	segments []segment
	fold     bool // letters match in either case
	varies   bool // there are variables
}

// segment is parts of which none is anyMany.
type segment []part

// splitting says how text becomes parts.
type splitting struct{ wildcards, variables bool }

// parts reads s.
func (how splitting) parts(s string) ([]part, error) {
	var all []part
	from := 0
	flush := func(to int) {
		if to > from {
			all = append(all, part{text: s[from:to]})
		}
	}
	for i := 0; i < len(s); {
		switch {
		case how.wildcards && s[i] == '*':
			flush(i)
			all = append(all, part{kind: anyMany})
		case how.wildcards && s[i] == '?':
			flush(i)
			all = append(all, part{kind: anyOne})
		case how.variables && strings.HasPrefix(s[i:], "${"):
			flush(i)
			end := variableEnd(s[i:])
			p, err := parseVariable(s[i : i+max(end, 0)])
			if end < 0 || err != nil {
				return nil, errVariable(s)
			}
			all = append(all, p)
			i += end - 1
		default:
			i++
			continue
		}
		i++
		from = i
	}
	flush(len(s))
	return all, nil
}

// patternOf makes a pattern of parts.
func patternOf(parts []part, fold bool) pattern {
	p := pattern{segments: []segment{nil}, fold: fold}
	for _, part := range parts {
		last := len(p.segments) - 1
		switch part.kind {
		case anyMany:
			if last == 0 || len(p.segments[last]) > 0 { // ** is *
				p.segments = append(p.segments, nil)
			}
			continue
		case ofAsker:
			p.varies = true
		case literal:
			if fold {
				part.text = strings.ToLower(part.text)
			}
		}
		p.segments[last] = append(p.segments[last], part)
	}
	return p
}

// matches says whether p matches all of s. It is maybe where a variable has no value
// and some value would let it match. A pattern with fold takes s in lower case.
//
// The time is in proportion to the lengths of s and p if there is no question mark, and
// to their product at worst: after a star the first place that fits is as good as
// any later one, so that nothing is tried again.
func (p *pattern) matches(s string, ctx Context) tri {
	segments, unknown := p.segments, false
	if p.varies {
		segments, unknown = p.resolved(ctx)
	}
	if !glob(segments, s) {
		return no
	}
	if unknown {
		return maybe
	}
	return yes
}

// resolved returns the segments with literals in the place of variables. One that
// has no value becomes a star, and then unknown is true. What a value says is never
// a wildcard.
func (p *pattern) resolved(ctx Context) (segments []segment, unknown bool) {
	for _, seg := range p.segments {
		var now segment
		for _, part := range seg {
			if part.kind == ofAsker {
				text, ok := part.variable.value(ctx)
				if !ok {
					segments, now, unknown = append(segments, now), nil, true
					continue
				}
				if p.fold {
					text = strings.ToLower(text)
				}
				part.kind, part.text = literal, text
			}
			now = append(now, part)
		}
		segments = append(segments, now)
	}
	return segments, unknown
}

func glob(segments []segment, s string) bool {
	n, ok := segments[0].prefix(s)
	if len(segments) == 1 {
		return ok && n == len(s)
	}
	if !ok {
		return false
	}
	s = s[n:]
	last := len(segments) - 1
	for _, seg := range segments[1:last] {
		end, ok := seg.find(s)
		if !ok {
			return false
		}
		s = s[end:]
	}
	return segments[last].suffix(s)
}

// prefix returns how much of the beginning of s the segment takes.
func (seg segment) prefix(s string) (taken int, ok bool) {
	rest := s
	for _, p := range seg {
		if p.kind == anyOne {
			_, n := utf8.DecodeRuneInString(rest)
			if n == 0 {
				return 0, false
			}
			rest = rest[n:]
		} else if rest, ok = strings.CutPrefix(rest, p.text); !ok {
			return 0, false
		}
	}
	return len(s) - len(rest), true
}

// suffix reports whether s ends with the segment.
func (seg segment) suffix(s string) (ok bool) {
	for i := len(seg) - 1; i >= 0; i-- {
		if seg[i].kind == anyOne {
			_, n := utf8.DecodeLastRuneInString(s)
			if n == 0 {
				return false
			}
			s = s[:len(s)-n]
		} else if s, ok = strings.CutSuffix(s, seg[i].text); !ok {
			return false
		}
	}
	return true
}

// find returns where the first place in s that the segment fits ends.
func (seg segment) find(s string) (end int, ok bool) {
	for at := 0; at <= len(s); {
		if len(seg) > 0 && seg[0].kind == literal {
			skip := strings.Index(s[at:], seg[0].text)
			if skip < 0 {
				return 0, false
			}
			at += skip
		}
		if n, ok := seg.prefix(s[at:]); ok {
			return at + n, true
		}
		_, n := utf8.DecodeRuneInString(s[at:])
		at += max(n, 1)
	}
	return 0, false
}

// plain reports whether p has no wildcard and no variable.
func (p *pattern) plain() bool {
	return len(p.segments) == 1 && len(p.segments[0]) == 1 && p.segments[0][0].kind == literal
}

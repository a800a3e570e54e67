package awsapi

import (
	"regexp"
	"sync"
)

// Pattern is a regular expression of a model. It is compiled when it is first
// used, so that a process that starts pays for none of them. Safe for
// concurrent use; make one with a composite literal and do not copy it.
type Pattern struct {
	// Text is the pattern as AWS prints it.
	Text string

	once     sync.Once
	compiled *regexp.Regexp
}

// javaEscape is a character by its number, as Java has it. It takes four digits: the
// \u10000 that models of AWS mean as one character is a \u1000 and a 0 to Java, and
// to us.
var javaEscape = regexp.MustCompile(`\\u([0-9A-Fa-f]{4})`)

// MatchString reports whether the whole of s matches. It panics if Text is not
// a regular expression; the generator admits none that is not.
func (p *Pattern) MatchString(s string) bool {
	p.once.Do(func() {
		text := javaEscape.ReplaceAllString(p.Text, `\x{$1}`)
		p.compiled = regexp.MustCompile(`^(?:` + text + `)$`)
	})
	return p.compiled.MatchString(s)
}

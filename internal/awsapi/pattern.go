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

// MatchString reports whether the whole of s matches. It panics if Text is not
// a regular expression; the generator admits none that is not.
func (p *Pattern) MatchString(s string) bool {
	p.once.Do(func() { p.compiled = regexp.MustCompile(`^(?:` + p.Text + `)$`) })
	return p.compiled.MatchString(s)
}

package identity

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/freshet/freshet/internal/access/policy"
	"github.com/freshet/freshet/internal/limits"
)

// parseIdentity reads a policy of a user or a role.
func parseIdentity(text string, most int) (*policy.Document, error) {
	return parse(policy.Identity, text, most)
}

// parseTrust reads who may assume a role.
func parseTrust(text string) (*policy.Document, error) {
	return parse(policy.Trust, text, limits.TrustPolicySize)
}

// parse reads a policy of at most so many characters.
func parse(kind policy.Kind, text string, most int) (*policy.Document, error) {
	if sizeOf(text) > most {
		return nil, errLimit("Cannot exceed quota for PolicySize: %d", most)
	}
	d, err := policy.Parse(kind, text)
	if e, ok := errors.AsType[*policy.Error](err); ok {
		return nil, errMalformed("%s", e.Message)
	}
	return d, err
}

// sizeOf is how long a policy is; blanks do not count (IAM user guide, quotas).
func sizeOf(text string) (n int) {
	for _, r := range text {
		if !unicode.IsSpace(r) {
			n++
		}
	}
	return n
}

// reparse reads a policy that was read when it was given.
func reparse(kind policy.Kind, what, text string) (*policy.Document, error) {
	d, err := policy.Parse(kind, text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return d, nil
}

func warningsOf(d *policy.Document) []string {
	var all []string
	for _, w := range d.Warnings() {
		all = append(all, strings.TrimSpace(fmt.Sprint(w)))
	}
	return all
}

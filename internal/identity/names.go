package identity

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/freshet/freshet/internal/limits"
)

// What things may be called (IAM API, CreateUser, CreatePolicy, CreateAccountAlias,
// Tag). Where Go's \w is ASCII, so is IAM's.
var (
	namePattern    = regexp.MustCompile(`^[\w+=,.@-]+$`)
	pathPattern    = regexp.MustCompile(`^/(?:[!-~]+/)?$`)
	aliasPattern   = regexp.MustCompile(`^[a-z0-9]+(?:-[a-z0-9]+)*$`)
	accountPattern = regexp.MustCompile(`^\d{12}$`)
	textPattern    = regexp.MustCompile(`^[\t\n\r -~\x{a1}-\x{ff}]*$`) // descriptions
)

func checkAccountID(id string) error {
	if !accountPattern.MatchString(id) {
		return errInvalid("%q is no account: it must be 12 digits", id)
	}
	return nil
}

// checkName checks the name of a user, a role or a policy, of at most so many
// characters.
func checkName(what, name string, most int) error {
	if len(name) > most || !namePattern.MatchString(name) {
		return errInvalid("%q cannot be the name of a %s: it must be 1 to %d characters of A-Z a-z 0-9 + = , . @ _ -", name, what, most)
	}
	return nil
}

// checkPath checks a path, and returns / for none.
func checkPath(path string) (string, error) {
	if path == "" {
		return "/", nil
	}
	if len(path) > limits.IdentityPath || !pathPattern.MatchString(path) {
		return "", errInvalid("%q is no path: it must begin and end with a slash, and have at most %d characters of ASCII without blanks", path, limits.IdentityPath)
	}
	return path, nil
}

func checkAlias(alias string) error {
	if alias == "" {
		return nil
	}
	if len(alias) < limits.AccountAliasShortest || len(alias) > limits.AccountAliasLongest || !aliasPattern.MatchString(alias) || accountPattern.MatchString(alias) {
		return errInvalid("%q cannot be an account's alias: it must be %d to %d characters of a-z 0-9, with single hyphens between them, and not 12 digits",
			alias, limits.AccountAliasShortest, limits.AccountAliasLongest)
	}
	return nil
}

func checkDescription(text string, most int) error {
	if utf8.RuneCountInString(text) > most || !textPattern.MatchString(text) {
		return errInvalid("a description has at most %d characters of Latin-1, and no control characters", most)
	}
	return nil
}

// checkTags checks tags as IAM does; names that begin with aws: are AWS's.
func checkTags(tags map[string]string) error {
	if len(tags) > limits.IdentityTags {
		return errLimit("Cannot exceed quota for TagsPerResource: %d", limits.IdentityTags)
	}
	lower := map[string]bool{}
	for key, value := range tags {
		switch {
		case utf8.RuneCountInString(key) > limits.IdentityTagKey || key == "" || !isTag(key):
			return errInvalid("%q cannot be a tag's key", key)
		case strings.HasPrefix(strings.ToLower(key), "aws:"):
			return errInvalid("%q cannot be a tag's key: the prefix aws: is reserved", key)
		case utf8.RuneCountInString(value) > limits.IdentityTagValue || !isTag(value):
			return errInvalid("the value of tag %q is too long or has characters that tags cannot have", key)
		case lower[strings.ToLower(key)]:
			return errInvalid("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		}
		lower[strings.ToLower(key)] = true
	}
	return nil
}

// isTag reports whether tags may have such a key, or such a value. (As a regular
// expression its classes of Unicode cost every start of the program 150 kB.)
func isTag(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool {
		return !unicode.In(r, unicode.L, unicode.Z, unicode.N) && !strings.ContainsRune("_.:/=+-@", r)
	})
}

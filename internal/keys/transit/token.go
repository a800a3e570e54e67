package transit

import (
	"fmt"
	"os"
	"strings"
)

// TokenFile returns an Options.Token that reads a file each time, as an agent keeps
// it up to date.
func TokenFile(path string) func() (string, error) {
	return func() (string, error) {
		content, err := os.ReadFile(path)
		if err != nil {
			return "", err
		}
		token := strings.TrimSpace(string(content))
		if !isToken(token) {
			return "", fmt.Errorf("%s: must hold a token, in ASCII without blanks", path)
		}
		return token, nil
	}
}

// isToken reports whether a token can be sent in a header.
func isToken(token string) bool {
	return token != "" && !strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' })
}

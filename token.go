package freshet

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/freshet/freshet/internal/durable"
	"github.com/freshet/freshet/internal/vfs"
)

// tokenBytes is the length of a token before it is written in hexadecimal.
const tokenBytes = 32

// Token returns the secret that the extension API of the server of a data folder
// wants to hear. The server makes it at its first start, in the file token, for
// the folder's owner to read. Without one it returns fs.ErrNotExist.
func Token(dir string) (string, error) { return readToken(vfs.OS, dir) }

func readToken(disk vfs.FS, dir string) (string, error) {
	content, err := vfs.ReadFile(disk, filepath.Join(dir, tokenName))
	if err != nil {
		return "", err
	}
	token := strings.TrimSpace(string(content))
	if b, err := hex.DecodeString(token); err != nil || len(b) != tokenBytes {
		return "", fmt.Errorf("the file %s must hold %d hexadecimal digits; remove it, and the next start makes another", tokenName, 2*tokenBytes)
	}
	return token, nil
}

// placeToken returns the folder's token, which it makes if there is none.
func placeToken(disk vfs.FS, dir string) (string, error) {
	token, err := readToken(disk, dir)
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return token, err
	}
	token = newToken()
	if err := durable.WriteFile(disk, filepath.Join(dir, tokenName), []byte(token+"\n")); err != nil {
		return "", unwritable(err)
	}
	return token, nil
}

func newToken() string {
	secret := make([]byte, tokenBytes)
	_, _ = rand.Read(secret) // it never fails
	return hex.EncodeToString(secret)
}

// minToken is the least length of a token that somebody thought of.
const minToken = 16

// checkToken returns the rule that a token of Options breaks, if it does.
func checkToken(token string) error {
	odd := func(r rune) bool { return r <= ' ' || r > '~' }
	if token != "" && (len(token) < minToken || strings.ContainsFunc(token, odd)) {
		return fmt.Errorf("must be at least %d letters, digits and signs of ASCII, without blanks", minToken)
	}
	return nil
}

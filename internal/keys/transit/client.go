package transit

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/freshet/freshet/internal/keys"
)

// client asks the engine.
type client struct {
	http      *http.Client
	engine    *url.URL
	namespace string
	token     func() (string, error)
	timeout   time.Duration
}

// request is what encrypt and decrypt take; JSON writes bytes in base64, as the
// server wants them.
type request struct {
	Plaintext      []byte `json:"plaintext,omitempty"`
	Ciphertext     string `json:"ciphertext,omitempty"`
	AssociatedData []byte `json:"associated_data,omitempty"`
	Context        []byte `json:"context,omitempty"`
}

// noRedirect leaves a redirection as the answer.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// maxAnswer bounds an answer, in bytes: a key is described with all its versions.
const maxAnswer = 1 << 20

// call sends in to a path of the engine, and reads the answer's data into out,
// unless that is nil. Errors are those of package keys, without secrets.
func (c *client) call(ctx context.Context, method, path string, in, out any) error {
	token, err := c.token()
	if err != nil {
		return fmt.Errorf("%w: the token: %w", keys.ErrUnavailable, err)
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	r, content, err := c.request(ctx, method, path, in)
	if err != nil {
		return err
	}
	defer clear(content)
	r.Header.Set("X-Vault-Token", token)
	reply, err := c.http.Do(r)
	if err != nil {
		return fmt.Errorf("%w: %w", keys.ErrUnavailable, err)
	}
	defer reply.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(reply.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("%w: %s does not finish its answer: %w", keys.ErrUnavailable, c.engine.Host, err)
	}
	defer clear(answer)
	if reply.StatusCode != http.StatusOK {
		return refusal(reply, answer, token)
	}
	return read(answer, out)
}

// request makes the request, and returns its content too, in which secrets may be.
func (c *client) request(ctx context.Context, method, path string, in any) (*http.Request, []byte, error) {
	var content []byte
	if in != nil {
		var err error
		if content, err = json.Marshal(in); err != nil {
			panic("BUG: a request does not encode: " + err.Error())
		}
	}
	r, err := http.NewRequestWithContext(ctx, method, c.engine.JoinPath(path).String(), bytes.NewReader(content))
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", keys.ErrUnavailable, err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Vault-Request", "true") // agents may want it, against forged requests of browsers
	if c.namespace != "" {
		r.Header.Set("X-Vault-Namespace", c.namespace)
	}
	return r, content, nil
}

func read(answer []byte, out any) error {
	if out == nil {
		return nil
	}
	envelope := struct {
		Data any `json:"data"`
	}{out}
	if err := json.Unmarshal(answer, &envelope); err != nil {
		return fmt.Errorf("%w: the server's answer is not as it should be", keys.ErrUnavailable) // err may show a key
	}
	return nil
}

// meanings are what the server means by 400, by words that its errors have in common
// from version to version (OpenBao sdk/helper/keysutil, policy.go).
var meanings = []struct {
	words string
	means error
}{
	{"encryption key not found", keys.ErrNotFound},
	{"message authentication failed", keys.ErrCiphertext},
	{"unable to decrypt", keys.ErrCiphertext},
	{"invalid ciphertext", keys.ErrCiphertext},
	{"soft-deleted", keys.ErrInvalidState},
	{"disallowed by policy", keys.ErrInvalidState}, // below min_decryption_version
	{"not supported", keys.ErrInvalidState},
	{"associated_data", keys.ErrInvalidState}, // for a key that cannot
}

// refusal is the error that an answer other than 200 means.
func refusal(reply *http.Response, answer []byte, token string) error {
	said := words(answer)
	if token != "" {
		said = strings.ReplaceAll(said, token, "[redacted]") // should it be told back to us
	}
	switch status := reply.StatusCode; {
	case status == http.StatusForbidden || status == http.StatusUnauthorized:
		return fmt.Errorf("%w: %s", keys.ErrAccessDenied, said)
	case status == http.StatusNotFound:
		return fmt.Errorf("%w: %s", keys.ErrNotFound, said)
	case status == http.StatusTooManyRequests:
		return fmt.Errorf("%w: %s", keys.ErrThrottled, said)
	case status >= 300 && status < 400:
		return fmt.Errorf("%w: the server leads elsewhere, to %q, which is not followed: configure that address", keys.ErrUnavailable, reply.Header.Get("Location"))
	case status != http.StatusBadRequest:
		return fmt.Errorf("%w: status %d: %s", keys.ErrUnavailable, status, said)
	}
	for _, m := range meanings {
		if strings.Contains(said, m.words) {
			return fmt.Errorf("%w: %s", m.means, said)
		}
	}
	return fmt.Errorf("%w: %s", keys.ErrInvalidState, said)
}

// words are the errors that an answer holds, of what length fits a line.
func words(answer []byte) string {
	var said struct {
		Errors []string `json:"errors"`
	}
	if err := json.Unmarshal(answer, &said); err != nil || len(said.Errors) == 0 {
		return "the server gives no reason"
	}
	return fmt.Sprintf("%.300s", strings.Join(strings.Fields(strings.Join(said.Errors, "; ")), " "))
}

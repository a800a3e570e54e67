//go:build e2e

package keys

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/keys"
	"github.com/freshet/freshet/internal/keys/keystest"
	"github.com/freshet/freshet/internal/keys/transit"
)

const root = "root"

// policy is what transit's doc.go says that a token needs.
const policy = `
path "transit/keys/+"    { capabilities = ["read"] }
path "transit/encrypt/+" { capabilities = ["update"] }
path "transit/decrypt/+" { capabilities = ["update"] }
`

func TestOpenBao(t *testing.T) {
	if testing.Short() {
		return // no package registry has the command
	}
	bao, token := startBao(t)
	for _, derived := range []bool{false, true} {
		made := 0
		t.Run(map[bool]string{false: "Plain", true: "Derived"}[derived], func(t *testing.T) {
			keystest.Run(t, func(t *testing.T) keystest.Rig {
				return keystest.Rig{
					Provider: bao.provider(t, token),
					Create: func(t *testing.T) string {
						made++
						name := strings.ToLower(strings.NewReplacer("/", "-").Replace(t.Name()))
						bao.post(t, "transit/keys/"+name, map[string]any{"derived": derived})
						return "alias/" + name
					},
					Rotate: func(t *testing.T, name string) {
						bao.post(t, "transit/keys/"+strings.TrimPrefix(name, "alias/")+"/rotate", map[string]any{})
					},
				}
			})
		})
		if made == 0 {
			t.Error("no test made a key")
		}
	}
	t.Run("AnOlderVersionMayBeForbidden", func(t *testing.T) {
		p := bao.provider(t, token)
		d, err := p.Generate(t.Context(), keys.DefaultAlias, nil)
		check(t, err)
		bao.post(t, "transit/keys/freshet/rotate", map[string]any{})
		bao.post(t, "transit/keys/freshet/config", map[string]any{"min_decryption_version": 2})
		_, err = p.Unwrap(t.Context(), d.Wrapped, nil)
		keystest.Only(t, err, keys.ErrInvalidState)
	})
	t.Run("ATokenMayBeRefused", func(t *testing.T) {
		_, err := bao.provider(t, "s.nobody").Generate(t.Context(), keys.DefaultAlias, nil)
		keystest.Only(t, err, keys.ErrAccessDenied)
	})
	t.Run("AKeyOfAnotherKind", func(t *testing.T) {
		bao.post(t, "transit/keys/rsa", map[string]any{"type": "rsa-2048"})
		_, err := bao.provider(t, token).Generate(t.Context(), "rsa", nil)
		keystest.Only(t, err, keys.ErrInvalidState)
	})
	t.Run("ASoftDeletedKey", func(t *testing.T) {
		bao.post(t, "transit/keys/gone", map[string]any{})
		p := bao.provider(t, token)
		d, err := p.Generate(t.Context(), "gone", nil)
		check(t, err)
		bao.request(t, http.MethodDelete, "transit/keys/gone/soft-delete", nil)
		k, err := p.Describe(t.Context(), "gone")
		if err != nil || k.State != keys.PendingDeletion {
			t.Errorf("it is described as %+v, %v", k, err)
		}
		_, err = p.Unwrap(t.Context(), d.Wrapped, nil)
		keystest.Only(t, err, keys.ErrInvalidState)
	})
	t.Run("Sealed", func(t *testing.T) {
		p := bao.provider(t, token)
		bao.post(t, "sys/seal", nil)
		_, err := p.Describe(t.Context(), keys.DefaultAlias)
		keystest.Only(t, err, keys.ErrUnavailable)
	})
	bao.stop()
	_, err := bao.provider(t, token).Describe(t.Context(), keys.DefaultAlias)
	keystest.Only(t, err, keys.ErrUnavailable)
}

// TestServerWithAnOpenBao: the secrets of its access keys are sealed by a key of it.
func TestServerWithAnOpenBao(t *testing.T) {
	if testing.Short() {
		return // no package registry has the command
	}
	bao, token := startBao(t)
	newProduction(t,
		"FRESHET_ENCRYPTION_PROVIDER=transit", "FRESHET_ENCRYPTION_VAULT_ADDRESS="+bao.address, "FRESHET_ENCRYPTION_VAULT_TOKEN="+token,
	).needsIts(t, bao)
}

// startBao starts a server with the key freshet, and makes a token that may use
// keys.
func startBao(t *testing.T) (bao keeper, token string) {
	t.Helper()
	bao = start(t, "/v1/sys/health", func(address string) []string {
		return []string{cmp.Or(os.Getenv("BAO"), "bao"), "server", "-dev", "-dev-no-store-token", "-dev-root-token-id=" + root, "-dev-listen-address=" + address}
	})
	bao.post(t, "sys/mounts/transit", map[string]any{"type": "transit"})
	bao.post(t, "sys/policies/acl/freshet", map[string]any{"policy": policy})
	bao.post(t, "transit/keys/freshet", map[string]any{})
	return bao, bao.post(t, "auth/token/create", map[string]any{"policies": []string{"freshet"}}).Auth.Token
}

func (k keeper) provider(t *testing.T, token string) *transit.Provider {
	t.Helper()
	p, err := transit.New(transit.Options{Address: k.address, Token: func() (string, error) { return token, nil }})
	check(t, err)
	return p
}

// said is what the server answers to its operator.
type said struct {
	Auth struct {
		Token string `json:"client_token"`
	} `json:"auth"`
	Errors []string `json:"errors"`
}

func (k keeper) post(t *testing.T, path string, in any) said {
	t.Helper()
	return k.request(t, http.MethodPost, path, in)
}

func (k keeper) request(t *testing.T, method, path string, in any) (s said) {
	t.Helper()
	body, err := json.Marshal(in)
	check(t, err)
	r, err := http.NewRequestWithContext(t.Context(), method, k.address+"/v1/"+path, bytes.NewReader(body))
	check(t, err)
	r.Header.Set("X-Vault-Token", root)
	reply, err := http.DefaultClient.Do(r)
	check(t, err)
	defer reply.Body.Close()
	if reply.StatusCode != http.StatusNoContent {
		check(t, json.NewDecoder(reply.Body).Decode(&s))
	}
	if reply.StatusCode >= 300 {
		t.Fatalf("%s %s: status %d: %q", method, path, reply.StatusCode, s.Errors)
	}
	return s
}

package transit

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/freshet/freshet/internal/keys/keystest"
)

const (
	testToken     = "s.Ks7vKtRQ2oVJyJ8kJtB1kUqc"
	testNamespace = "team/blue"
)

// engine is a transit engine in memory. It takes what the API's pages say it takes
// and nothing else.
type engine struct {
	t  *testing.T
	mu struct {
		sync.Mutex
		keys map[string]*engineKey
	}
	// answer, if set, answers instead.
	answer http.HandlerFunc
	// overlooks makes it a server of before associated data.
	overlooks bool
}

type engineKey struct {
	Type        string `json:"type"`
	Derived     bool   `json:"derived"`
	SoftDeleted bool   `json:"soft_deleted"`
	Latest      int    `json:"latest_version"`
	versions    []cipher.AEAD
}

func (e *engine) add(name, kind string, derived bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.mu.keys[name] = &engineKey{Type: kind, Derived: derived}
	e.mu.keys[name].rotate()
}

func (k *engineKey) rotate() {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret)
	block, _ := aes.NewCipher(secret)
	aead, _ := cipher.NewGCMWithRandomNonce(block)
	k.versions = append(k.versions, aead)
	k.Latest++
}

// open starts an engine with the default key, and a provider of it.
func open(t *testing.T) (*engine, *Provider) {
	e := &engine{t: t}
	e.mu.keys = map[string]*engineKey{}
	e.add(defaultKey, "aes256-gcm96", false)
	s := httptest.NewServer(e)
	t.Cleanup(s.Close)
	p, err := New(Options{Address: s.URL, Namespace: testNamespace, Token: func() (string, error) { return testToken, nil }})
	if err != nil {
		t.Fatal(err)
	}
	return e, p
}

func (e *engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if e.answer != nil {
		e.answer(w, r)
		return
	}
	if r.Header.Get("X-Vault-Token") != testToken || r.Header.Get("X-Vault-Namespace") != testNamespace || r.Header.Get("X-Vault-Request") != "true" {
		refuse(w, http.StatusForbidden, "permission denied")
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	verb, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/v1/transit/"), "/")
	k := e.mu.keys[name]
	switch {
	case verb == "keys" && r.Method == http.MethodGet && k == nil:
		refuse(w, http.StatusNotFound)
	case verb == "keys" && r.Method == http.MethodGet:
		answer(w, k)
	case k == nil:
		refuse(w, http.StatusBadRequest, "encryption key not found")
	case (verb == "encrypt" || verb == "decrypt") && r.Method == http.MethodPost:
		e.use(w, r, k, verb)
	default:
		refuse(w, http.StatusNotFound, "no handler for route "+strconv.Quote(r.URL.Path)+". route entry not found.")
	}
}

func (e *engine) use(w http.ResponseWriter, r *http.Request, k *engineKey, verb string) {
	var in struct {
		Plaintext      *string `json:"plaintext"`
		Ciphertext     *string `json:"ciphertext"`
		AssociatedData string  `json:"associated_data"`
		Context        string  `json:"context"`
	}
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		e.t.Errorf("the request does not decode: %v", err)
	}
	associated, err := base64.StdEncoding.DecodeString(in.AssociatedData)
	if err != nil || e.overlooks {
		associated = nil
	}
	associated = append(associated, in.Context...)
	switch {
	case k.SoftDeleted:
		refuse(w, http.StatusBadRequest, "refusing to use soft-deleted key")
	case k.Derived == (in.Context == ""):
		refuse(w, http.StatusBadRequest, "missing 'context' for key derivation; the key was created using a derived key")
	case verb == "encrypt" && in.Plaintext != nil:
		plain, _ := base64.StdEncoding.DecodeString(*in.Plaintext)
		sealed := k.versions[k.Latest-1].Seal(nil, nil, plain, associated)
		answer(w, map[string]any{"key_version": k.Latest, "ciphertext": fmt.Sprintf("vault:v%d:%s", k.Latest, base64.StdEncoding.EncodeToString(sealed))})
	case verb == "decrypt" && in.Ciphertext != nil:
		k.decrypt(w, *in.Ciphertext, associated)
	default:
		e.t.Errorf("%s without what it takes", verb)
	}
}

func (k *engineKey) decrypt(w http.ResponseWriter, ciphertext string, associated []byte) {
	var version int
	var text string
	if _, err := fmt.Sscanf(ciphertext, "vault:v%d:%s", &version, &text); err != nil {
		refuse(w, http.StatusBadRequest, "invalid ciphertext: no prefix")
		return
	}
	if version == 0 {
		version = 1
	}
	sealed, err := base64.StdEncoding.DecodeString(text)
	if err != nil || version > k.Latest {
		refuse(w, http.StatusBadRequest, "invalid ciphertext: version is too new")
		return
	}
	plain, err := k.versions[version-1].Open(nil, nil, sealed, associated)
	if err != nil {
		refuse(w, http.StatusBadRequest, "cipher: message authentication failed")
		return
	}
	answer(w, map[string]any{"plaintext": base64.StdEncoding.EncodeToString(plain)})
}

func answer(w http.ResponseWriter, data any) {
	_ = json.NewEncoder(w).Encode(map[string]any{"request_id": "1", "lease_id": "", "data": data, "warnings": nil})
}

func refuse(w http.ResponseWriter, status int, errors ...string) {
	var body bytes.Buffer
	_ = json.NewEncoder(&body).Encode(map[string]any{"errors": append([]string{}, errors...)})
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes())
}

func rig(derived bool) func(t *testing.T) keystest.Rig {
	return func(t *testing.T) keystest.Rig {
		e, p := open(t)
		e.add(defaultKey, "aes256-gcm96", derived)
		return keystest.Rig{
			Provider: p,
			Create:   func(*testing.T) string { e.add("orders", "chacha20-poly1305", derived); return "alias/orders" },
			Rotate: func(_ *testing.T, name string) {
				e.mu.Lock()
				defer e.mu.Unlock()
				e.mu.keys[strings.TrimPrefix(name, "alias/")].rotate()
			},
		}
	}
}

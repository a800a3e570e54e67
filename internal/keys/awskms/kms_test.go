package awskms

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/freshet/freshet/internal/keys"
	"github.com/freshet/freshet/internal/keys/keystest"
)

const (
	arnPrefix = "arn:aws:kms:eu-west-1:111122223333:"
	idSize    = 36
)

// service is a KMS in memory: what the API reference says of the three operations.
type service struct {
	t  *testing.T
	mu struct {
		sync.Mutex
		keys    map[string]*serviceKey // by id
		aliases map[string]string      // ids
	}
	// fails, if set, is the code that everything is refused with, by this status.
	fails  string
	status int
}

type serviceKey struct {
	id       string
	state    string
	spec     string
	versions []cipher.AEAD
}

func (k *serviceKey) rotate() {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret)
	block, _ := aes.NewCipher(secret)
	aead, _ := cipher.NewGCMWithRandomNonce(block)
	k.versions = append(k.versions, aead)
}

func (s *service) add(id, alias string) *serviceKey {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := &serviceKey{id: id, state: "Enabled", spec: "SYMMETRIC_DEFAULT"}
	k.rotate()
	s.mu.keys[id] = k
	s.mu.aliases[alias] = id
	return k
}

// find returns the key of an id, alias or ARN, or nil.
func (s *service) find(name string) *serviceKey {
	name = strings.TrimPrefix(strings.TrimPrefix(name, arnPrefix), "key/")
	if id, ok := s.mu.aliases[name]; ok {
		name = id
	}
	return s.mu.keys[name]
}

// Ids of the keys; that of an AWS key is a UUID.
const (
	defaultID = "1234abcd-12ab-34cd-56ef-1234567890ab"
	ordersID  = "0987dcba-09fe-87dc-65ba-ab0987654321"
)

// open starts a service with one key, and a provider to which that is the default.
func open(t *testing.T) (*service, *Provider) {
	s := &service{t: t}
	s.mu.keys, s.mu.aliases = map[string]*serviceKey{}, map[string]string{}
	s.add(defaultID, "alias/freshet")
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	p, err := New(t.Context(), Options{
		Endpoint: server.URL, Region: "eu-west-1", DefaultKey: "alias/freshet",
		Credentials: credentials.NewStaticCredentialsProvider("AKIAEXAMPLE", "secret", ""),
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, p
}

func rig(t *testing.T) keystest.Rig {
	s, p := open(t)
	does := func(change func(k *serviceKey)) func(*testing.T, string) {
		return func(_ *testing.T, name string) {
			s.mu.Lock()
			defer s.mu.Unlock()
			change(s.find(name))
		}
	}
	return keystest.Rig{
		Provider: p,
		Create:   func(*testing.T) string { s.add(ordersID, "alias/orders"); return "alias/orders" },
		Rotate:   does((*serviceKey).rotate),
		Disable:  does(func(k *serviceKey) { k.state = "Disabled" }),
		Enable:   does(func(k *serviceKey) { k.state = "Enabled" }),
	}
}

type document = map[string]any

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct {
		KeyID             string `json:"KeyId"`
		KeySpec           string
		EncryptionContext map[string]string
		CiphertextBlob    []byte
	}
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		s.t.Errorf("the request does not decode: %v", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	operation := strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "TrentService.")
	associated := keys.Binding(in.EncryptionContext).Bytes()
	if operation == "Decrypt" && len(in.CiphertextBlob) > idSize {
		in.KeyID = string(in.CiphertextBlob[:idSize])
	}
	k := s.find(in.KeyID)
	switch {
	case s.fails != "":
		refuse(w, s.status, s.fails)
	case operation == "Decrypt" && len(in.CiphertextBlob) < idSize+2:
		refuse(w, 400, "InvalidCiphertextException")
	case operation == "Decrypt" && k == nil:
		refuse(w, 400, "AccessDeniedException") // it does not tell which keys there are
	case k == nil:
		refuse(w, 400, "NotFoundException")
	case operation == "DescribeKey":
		answer(w, document{"KeyMetadata": document{
			"KeyId": k.id, "Arn": arnPrefix + "key/" + k.id, "KeyState": k.state, "KeySpec": k.spec, "KeyUsage": "ENCRYPT_DECRYPT",
		}})
	case k.state == "Disabled":
		refuse(w, 400, "DisabledException")
	case k.state != "Enabled":
		refuse(w, 400, "KMSInvalidStateException")
	case operation == "GenerateDataKey" && in.KeySpec == "AES_256":
		k.generate(w, associated)
	case operation == "Decrypt":
		k.decrypt(w, in.CiphertextBlob, associated)
	default:
		s.t.Errorf("asked for %s of a %s", operation, in.KeySpec)
	}
}

func (k *serviceKey) generate(w http.ResponseWriter, associated []byte) {
	plain := make([]byte, 32)
	_, _ = rand.Read(plain)
	newest := len(k.versions) - 1
	blob := append([]byte(k.id), byte(newest))
	blob = k.versions[newest].Seal(blob, nil, plain, associated)
	answer(w, document{"KeyId": arnPrefix + "key/" + k.id, "Plaintext": plain, "CiphertextBlob": blob})
}

func (k *serviceKey) decrypt(w http.ResponseWriter, blob, associated []byte) {
	if version := int(blob[idSize]); version < len(k.versions) {
		if plain, err := k.versions[version].Open(nil, nil, blob[idSize+1:], associated); err == nil {
			answer(w, document{"KeyId": arnPrefix + "key/" + k.id, "Plaintext": plain})
			return
		}
	}
	refuse(w, 400, "InvalidCiphertextException")
}

func answer(w http.ResponseWriter, d document) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_ = json.NewEncoder(w).Encode(d)
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(document{"__type": code, "message": "refused"})
}

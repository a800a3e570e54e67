package transit

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/freshet/freshet/internal/keys"
)

// Provider is a transit engine. Its methods may be called at once.
type Provider struct {
	client     client
	defaultKey string
	// binds is set once the server has shown that it authenticates bindings.
	binds atomic.Bool
}

var _ keys.Provider = (*Provider)(nil)

// New makes the provider. The server is not asked yet.
func New(o Options) (*Provider, error) {
	o = o.withDefaults()
	engine, err := o.engine()
	if err != nil {
		return nil, err
	}
	transport, err := o.transport()
	if err != nil {
		return nil, err
	}
	return &Provider{
		client: client{
			engine: engine, namespace: o.Namespace, token: o.Token, timeout: o.Timeout,
			http: &http.Client{Transport: transport, CheckRedirect: noRedirect},
		},
		defaultKey: o.DefaultKey,
	}, nil
}

// description is what the server says of a key, as much as we want of it.
type description struct {
	name        string
	Type        string `json:"type"`
	Derived     bool   `json:"derived"`
	SoftDeleted bool   `json:"soft_deleted"` // OpenBao
}

// binding are the types of keys that authenticate associated data.
var binding = []string{"aes128-gcm96", "aes256-gcm96", "chacha20-poly1305", "xchacha20-poly1305"}

func (d description) key() keys.Key {
	k := keys.Key{ID: d.name, ARN: keys.LocalARN(d.name), State: keys.Enabled}
	switch {
	case d.SoftDeleted:
		k.State = keys.PendingDeletion
	case !slices.Contains(binding, d.Type):
		k.State = keys.Unavailable
	}
	return k
}

// Describe is keys.Provider's. A key of a type that cannot wrap ours is Unavailable.
func (p *Provider) Describe(ctx context.Context, name string) (keys.Key, error) {
	d, err := p.describe(ctx, name)
	if err != nil {
		return keys.Key{}, err
	}
	return d.key(), nil
}

func (p *Provider) describe(ctx context.Context, name string) (description, error) {
	d := description{}
	var err error
	if d.name, err = p.local(name); err != nil {
		return d, err
	}
	if err := p.client.call(ctx, http.MethodGet, "keys/"+d.name, nil, &d); err != nil {
		return d, fmt.Errorf("describe key %s: %w", d.name, err)
	}
	return d, nil
}

// local is what the server calls a key.
func (p *Provider) local(name string) (string, error) {
	local, ok := keys.LocalName(name)
	if local == keys.DefaultAlias {
		return p.defaultKey, nil
	}
	local = strings.TrimPrefix(local, "alias/")
	if !ok || !isName(local) {
		return "", fmt.Errorf("key %q: %w: no key is named like that", name, keys.ErrNotFound)
	}
	return local, nil
}

// Generate is keys.Provider's. It looks at the key first: a server may make one that
// it is asked to encrypt with.
func (p *Provider) Generate(ctx context.Context, name string, bind keys.Binding) (keys.DataKey, error) {
	d, err := p.describe(ctx, name)
	if err != nil {
		return keys.DataKey{}, err
	}
	if err := d.key().Usable(); err != nil {
		return keys.DataKey{}, fmt.Errorf("key %s, of type %s: %w", d.name, d.Type, err)
	}
	plain := keys.NewPlaintext()
	w, err := p.wrap(ctx, d, plain, bind)
	if err != nil {
		plain.Zero()
		return keys.DataKey{}, err
	}
	return keys.DataKey{Plaintext: plain, Wrapped: w.encode(), KeyID: d.name}, nil
}

// wrap lets the server encrypt plain.
func (p *Provider) wrap(ctx context.Context, d description, plain keys.Plaintext, bind keys.Binding) (wrapped, error) {
	w := wrapped{name: d.name, derived: d.Derived}
	var said struct {
		Ciphertext string `json:"ciphertext"`
	}
	in := request{Plaintext: plain.Bytes(), AssociatedData: associated(bind), Context: w.context(bind)}
	if err := p.client.call(ctx, http.MethodPost, "encrypt/"+d.name, in, &said); err != nil {
		return w, fmt.Errorf("wrap with key %s: %w", d.name, err)
	}
	w.ciphertext = said.Ciphertext
	if !ciphertextForm.MatchString(w.ciphertext) {
		return w, fmt.Errorf("wrap with key %s: %w: the server answered something else", d.name, keys.ErrUnavailable)
	}
	return w, p.checkBinds(ctx, w, bind)
}

// checkBinds refuses a server that overlooks associated data: it would unwrap for
// any stream what was made for one. It asks once.
func (p *Provider) checkBinds(ctx context.Context, w wrapped, bind keys.Binding) error {
	if p.binds.Load() {
		return nil
	}
	err := p.decrypt(ctx, w, request{Context: w.context(bind)}, nil)
	switch {
	case errors.Is(err, keys.ErrCiphertext):
		p.binds.Store(true)
		return nil
	case err != nil:
		return err
	}
	return fmt.Errorf("key %s: %w: the server does not authenticate what keys are for; it is too old", w.name, keys.ErrInvalidState)
}

// Unwrap is keys.Provider's.
func (p *Provider) Unwrap(ctx context.Context, sealed []byte, bind keys.Binding) (keys.Plaintext, error) {
	w, err := decode(sealed)
	if err != nil {
		return keys.Plaintext{}, err
	}
	var said struct {
		Plaintext []byte `json:"plaintext"`
	}
	if err := p.decrypt(ctx, w, request{AssociatedData: associated(bind), Context: w.context(bind)}, &said); err != nil {
		return keys.Plaintext{}, err
	}
	plain, ok := keys.TakePlaintext(said.Plaintext)
	if !ok {
		return keys.Plaintext{}, fmt.Errorf("unwrap with key %s: %w: what was wrapped is no data key", w.name, keys.ErrCiphertext)
	}
	return plain, nil
}

func (p *Provider) decrypt(ctx context.Context, w wrapped, in request, out any) error {
	in.Ciphertext = w.ciphertext
	if err := p.client.call(ctx, http.MethodPost, "decrypt/"+w.name, in, out); err != nil {
		return fmt.Errorf("unwrap with key %s: %w", w.name, err)
	}
	return nil
}

package keystest

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/keys"
)

// Rig is a provider and what only its operator can do.
type Rig struct {
	keys.Provider

	// Create makes a key and returns what a client calls it.
	Create func(t *testing.T) string
	// Rotate makes a new version of the key.
	Rotate func(t *testing.T, name string)
	// Disable and Enable are nil if the provider knows no such thing; nothing
	// is tested of it then.
	Disable, Enable func(t *testing.T, name string)
}

// bound is what keys are made for here.
var bound = keys.ForStream("arn:aws:kinesis:us-east-1:000000000000:stream/orders")

// Run tests that the drivers that open makes keep the contract. Each is used by one
// test.
func Run(t *testing.T, open func(t *testing.T) Rig) {
	for _, rule := range []struct {
		name string
		test func(t *testing.T, r Rig)
	}{
		{"TheDefaultKeyIsThere", defaultKey},
		{"AKeyHasSeveralNames", names},
		{"WhatIsNoKeyIsNotFound", notFound},
		{"WhatWasWrappedUnwraps", roundTrip},
		{"DataKeysDiffer", differ},
		{"TheCallerOwnsThePlaintext", owned},
		{"ADataKeyOpensForWhatItWasMadeForAlone", binding},
		{"ADamagedKeyDoesNotOpen", damaged},
		{"ARotatedKeyOpensWhatItWrapped", rotated},
		{"TheEndOfTheContextIsNoRefusal", canceled},
		{"CallsRunAtOnce", atOnce},
	} {
		t.Run(rule.name, func(t *testing.T) { rule.test(t, open(t)) })
	}
	if r := open(t); r.Disable != nil {
		t.Run("ADisabledKeyRefuses", func(t *testing.T) { disabled(t, r) })
	}
}

// sentinels are all errors of the contract.
var sentinels = []error{
	keys.ErrNotFound, keys.ErrDisabled, keys.ErrInvalidState, keys.ErrAccessDenied, keys.ErrOptInRequired,
	keys.ErrThrottled, keys.ErrCiphertext, keys.ErrUnavailable,
}

// Only fails the test unless err is that of the contract's errors and no other.
func Only(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error %v, want %v", err, want)
	}
	for _, other := range sentinels {
		if other != want && errors.Is(err, other) {
			t.Errorf("error %v is %v as well", err, other)
		}
	}
}

func (r Rig) describe(t *testing.T, name string) keys.Key {
	t.Helper()
	k, err := r.Describe(t.Context(), name)
	if err != nil {
		t.Fatalf("describe %s: %v", name, err)
	}
	return k
}

func (r Rig) generate(t *testing.T, name string) keys.DataKey {
	t.Helper()
	d, err := r.Generate(t.Context(), name, bound)
	if err != nil {
		t.Fatalf("generate under %s: %v", name, err)
	}
	return d
}

func (r Rig) unwraps(t *testing.T, d keys.DataKey) {
	t.Helper()
	p, err := r.Unwrap(t.Context(), d.Wrapped, bound)
	if err != nil {
		t.Fatalf("unwrap: %v", err)
	}
	if string(p.Bytes()) != string(d.Plaintext.Bytes()) {
		t.Fatal("what was unwrapped is another key")
	}
}

func defaultKey(t *testing.T, r Rig) {
	k := r.describe(t, keys.DefaultAlias)
	if k.ID == "" || k.State != keys.Enabled || k.Usable() != nil {
		t.Errorf("the default key is %+v", k)
	}
	if !strings.HasPrefix(k.ARN, "arn:aws:kms:") || !strings.HasSuffix(k.ARN, ":key/"+k.ID) {
		t.Errorf("its ARN is %s", k.ARN)
	}
	if again := r.describe(t, keys.DefaultAlias); again != k {
		t.Errorf("asked again it is %+v, before %+v", again, k)
	}
}

func names(t *testing.T, r Rig) {
	for _, name := range []string{keys.DefaultAlias, r.Create(t)} {
		k := r.describe(t, name)
		for _, other := range []string{k.ID, k.ARN} {
			if same := r.describe(t, other); same != k {
				t.Errorf("%s is %+v, and %s is %+v", name, k, other, same)
			}
			if d := r.generate(t, other); d.KeyID != k.ID {
				t.Errorf("%s is key %s, and wraps with key %s", other, k.ID, d.KeyID)
			}
		}
	}
}

func notFound(t *testing.T, r Rig) {
	for _, name := range []string{
		"0f8fad5b-d9cb-469f-a165-70867728950e", "alias/nobody",
		"arn:aws:kms:us-east-1:000000000000:key/0f8fad5b-d9cb-469f-a165-70867728950e",
		"arn:aws:kms:us-east-1:000000000000:alias/nobody",
	} {
		_, err := r.Describe(t.Context(), name)
		Only(t, err, keys.ErrNotFound)
		_, err = r.Generate(t.Context(), name, bound)
		Only(t, err, keys.ErrNotFound)
	}
}

func roundTrip(t *testing.T, r Rig) {
	for _, name := range []string{keys.DefaultAlias, r.Create(t)} {
		d := r.generate(t, name)
		if len(d.Wrapped) == 0 || len(d.Wrapped) > keys.MaxWrapped {
			t.Errorf("a wrapped key of %d bytes", len(d.Wrapped))
		}
		r.unwraps(t, d)
		shows(t, string(d.Wrapped), d.Plaintext)
	}
}

// shows fails the test if text holds the key.
func shows(t *testing.T, text string, p keys.Plaintext) {
	t.Helper()
	for _, form := range []string{string(p.Bytes()), hex.EncodeToString(p.Bytes()), base64.StdEncoding.EncodeToString(p.Bytes())} {
		if strings.Contains(text, form) {
			t.Error("the key can be read in clear")
		}
	}
}

func differ(t *testing.T, r Rig) {
	a, b := r.generate(t, keys.DefaultAlias), r.generate(t, keys.DefaultAlias)
	if string(a.Plaintext.Bytes()) == string(b.Plaintext.Bytes()) || string(a.Wrapped) == string(b.Wrapped) {
		t.Error("the same data key twice")
	}
}

func owned(t *testing.T, r Rig) {
	d := r.generate(t, keys.DefaultAlias)
	key := string(d.Plaintext.Bytes())
	d.Plaintext.Zero()
	wrapped := append([]byte(nil), d.Wrapped...)
	p, err := r.Unwrap(t.Context(), wrapped, bound)
	if err != nil || string(p.Bytes()) != key {
		t.Fatalf("after the plaintext was zeroed it does not unwrap: %v", err)
	}
	clear(wrapped)
	if string(p.Bytes()) != key {
		t.Error("the plaintext lies in what was unwrapped")
	}
}

func binding(t *testing.T, r Rig) {
	d := r.generate(t, keys.DefaultAlias)
	more := keys.Binding{"and": "more"}
	for name, value := range bound {
		more[name] = value
	}
	for _, other := range []keys.Binding{nil, {}, keys.ForStream("arn:aws:kinesis:us-east-1:000000000000:stream/parcels"), more} {
		_, err := r.Unwrap(t.Context(), d.Wrapped, other)
		Only(t, err, keys.ErrCiphertext)
	}
	r.unwraps(t, d)
}

func damaged(t *testing.T, r Rig) {
	d := r.generate(t, keys.DefaultAlias)
	refuses := func(what string, wrapped []byte) {
		t.Helper()
		_, err := r.Unwrap(t.Context(), wrapped, bound)
		if err == nil {
			t.Fatalf("%s: it unwraps", what)
		}
		shows(t, err.Error(), d.Plaintext)
		switch { // what was damaged may be the key's name
		case errors.Is(err, keys.ErrNotFound), errors.Is(err, keys.ErrAccessDenied):
		default:
			Only(t, err, keys.ErrCiphertext)
		}
	}
	refuses("nothing", nil)
	refuses("something else", []byte("something else"))
	refuses("its beginning", d.Wrapped[:len(d.Wrapped)-1])
	refuses("its first byte", d.Wrapped[:1])
	refuses("more", append(append([]byte(nil), d.Wrapped...), 0))
	for at := range d.Wrapped {
		wrapped := append([]byte(nil), d.Wrapped...)
		wrapped[at] ^= 1
		refuses("a changed byte", wrapped)
	}
	r.unwraps(t, d)
}

func rotated(t *testing.T, r Rig) {
	name := r.Create(t)
	k := r.describe(t, name)
	older := r.generate(t, name)
	r.Rotate(t, name)
	newer := r.generate(t, name)
	r.unwraps(t, older)
	r.unwraps(t, newer)
	if now := r.describe(t, name); now != k || newer.KeyID != k.ID {
		t.Errorf("the rotated key is %+v, it was %+v", now, k)
	}
}

func disabled(t *testing.T, r Rig) {
	name := r.Create(t)
	d := r.generate(t, name)
	r.Disable(t, name)
	if k := r.describe(t, name); k.State != keys.Disabled {
		t.Errorf("the key is described as %+v", k)
	}
	_, err := r.Generate(t.Context(), name, bound)
	Only(t, err, keys.ErrDisabled)
	_, err = r.Unwrap(t.Context(), d.Wrapped, bound)
	Only(t, err, keys.ErrDisabled)
	r.generate(t, keys.DefaultAlias) // another key goes on
	r.Enable(t, name)
	r.unwraps(t, d)
	r.generate(t, name)
}

func canceled(t *testing.T, r Rig) {
	d := r.generate(t, keys.DefaultAlias)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := r.Describe(ctx, keys.DefaultAlias)
	ended(t, err)
	_, err = r.Generate(ctx, keys.DefaultAlias, bound)
	ended(t, err)
	_, err = r.Unwrap(ctx, d.Wrapped, bound)
	ended(t, err)
}

func ended(t *testing.T, err error) {
	t.Helper()
	Only(t, err, keys.ErrUnavailable)
	if !errors.Is(err, context.Canceled) || keys.Refused(err) {
		t.Errorf("error %v", err)
	}
}

func atOnce(t *testing.T, r Rig) {
	const callers = 8
	type made struct {
		key keys.DataKey
		err error
	}
	all := make(chan made, callers)
	for range callers {
		go func() { // the default key is first used here, by all of them
			d, err := r.Generate(t.Context(), keys.DefaultAlias, bound)
			all <- made{d, err}
		}()
	}
	var first string
	for range callers {
		m := <-all
		if m.err != nil {
			t.Error(m.err)
			continue
		}
		if first == "" {
			first = m.key.KeyID
		}
		if m.key.KeyID != first {
			t.Errorf("the default key is %s and %s", first, m.key.KeyID)
		}
		r.unwraps(t, m.key)
	}
}

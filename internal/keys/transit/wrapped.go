package transit

import (
	"fmt"
	"regexp"

	"github.com/freshet/freshet/internal/keys"
)

// The first bytes of a wrapped key; doc.go draws it.
const (
	wrapKind    = 'T'
	wrapPlain   = 1
	wrapDerived = 2
)

// wrapped is a wrapped key, in parts.
type wrapped struct {
	name       string
	derived    bool
	ciphertext string
}

// ciphertextForm is what the server answers. It is read more strictly than the
// server does, which takes v0 for v1.
var ciphertextForm = regexp.MustCompile(`^vault:v[1-9][0-9]{0,9}:[A-Za-z0-9+/]+={0,2}$`)

func (w wrapped) encode() []byte {
	out := []byte{wrapKind, wrapPlain, byte(len(w.name))}
	if w.derived {
		out[1] = wrapDerived
	}
	return append(append(out, w.name...), w.ciphertext...)
}

func decode(sealed []byte) (w wrapped, err error) {
	if len(sealed) == 0 || sealed[0] != wrapKind {
		return w, fmt.Errorf("%w: no transit engine wrapped it: was another provider configured then?", keys.ErrCiphertext)
	}
	odd := fmt.Errorf("%w: it is not of a known format", keys.ErrCiphertext)
	if len(sealed) < 3 || len(sealed) > keys.MaxWrapped || sealed[1] != wrapPlain && sealed[1] != wrapDerived {
		return w, odd
	}
	w.derived = sealed[1] == wrapDerived
	rest := sealed[3:]
	if len(rest) < int(sealed[2]) {
		return w, odd
	}
	w.name, w.ciphertext = string(rest[:sealed[2]]), string(rest[sealed[2]:])
	if !isName(w.name) || !ciphertextForm.MatchString(w.ciphertext) {
		return w, odd
	}
	return w, nil
}

// associated is what the server authenticates beside a key: never nothing, so that
// a key without a binding is bound to that.
func associated(bind keys.Binding) []byte {
	return append([]byte("freshet data key 1\x00"), bind.Bytes()...)
}

// context is what a derived key is derived by, nil for others.
func (w wrapped) context(bind keys.Binding) []byte {
	if !w.derived {
		return nil
	}
	return associated(bind)
}

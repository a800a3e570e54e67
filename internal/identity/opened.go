package identity

import (
	"maps"
	"slices"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/access/policy"
)

// Documents that were read, with the policies in them understood and the secrets
// known. They are kept as long as the documents have not changed.

type openedPolicy struct {
	policyDocument
	document *policy.Document
}

type openedUser struct {
	userDocument
	inline []policy.Named
}

type openedRole struct {
	roleDocument
	trust  *policy.Document
	inline []policy.Named
}

type openedKey struct {
	keyDocument
	secret access.Secret
}

func openPolicy(_ string, d policyDocument) (openedPolicy, error) {
	document, err := reparse(policy.Identity, "the policy", d.Text)
	return openedPolicy{d, document}, err
}

func openUser(_ string, d userDocument) (openedUser, error) {
	inline, err := openInline(d.Inline)
	return openedUser{d, inline}, err
}

func openRole(_ string, d roleDocument) (openedRole, error) {
	trust, err := reparse(policy.Trust, "the trust policy", d.Trust)
	if err != nil {
		return openedRole{}, err
	}
	inline, err := openInline(d.Inline)
	return openedRole{d, trust, inline}, err
}

func openInline(texts map[string]string) ([]policy.Named, error) {
	var all []policy.Named
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		d, err := reparse(policy.Identity, "the inline policy "+name, texts[name])
		if err != nil {
			return nil, err
		}
		all = append(all, policy.Named{Name: name, Document: d})
	}
	return all, nil
}

func (l *loader) openKey(id string, d keyDocument) (openedKey, error) {
	secret, err := l.unseal(keyPrefix+id, d.Sealed)
	return openedKey{d, secret}, err
}

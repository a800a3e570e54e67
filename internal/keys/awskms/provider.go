package awskms

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/freshet/freshet/internal/keys"
)

// Provider is a KMS. Its methods may be called at once.
type Provider struct {
	client     *kms.Client
	defaultKey string
	timeout    time.Duration
}

var _ keys.Provider = (*Provider)(nil)

// New makes the provider of what o and AWS's configuration say. KMS is not asked
// yet. ctx bounds the reading of that alone.
func New(ctx context.Context, o Options) (*Provider, error) {
	c, err := o.load(ctx)
	if err != nil {
		return nil, err
	}
	p := &Provider{client: kms.NewFromConfig(c), defaultKey: o.DefaultKey, timeout: o.Timeout}
	if p.defaultKey == "" {
		p.defaultKey = keys.DefaultAlias
	}
	if p.timeout == 0 {
		p.timeout = 10 * time.Second
	}
	return p, nil
}

// The first bytes of a wrapped key; doc.go draws it.
const (
	wrapKind   = 'K'
	wrapFormat = 1
)

// Describe is keys.Provider's. A key that cannot wrap ours is Unavailable.
func (p *Provider) Describe(ctx context.Context, name string) (keys.Key, error) {
	ctx, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	name = p.named(name)
	said, err := p.client.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: &name})
	if err != nil {
		return keys.Key{}, fmt.Errorf("describe key %q: %w", name, meaning(err, keys.ErrNotFound))
	}
	m := said.KeyMetadata
	if m == nil || m.KeyId == nil || m.Arn == nil {
		return keys.Key{}, fmt.Errorf("describe key %q: %w: the answer describes none", name, keys.ErrUnavailable)
	}
	k := keys.Key{ID: *m.KeyId, ARN: *m.Arn, State: keys.State(m.KeyState)}
	if k.State == keys.Enabled && !wraps(m) {
		k.State = keys.Unavailable
	}
	return k, nil
}

// wraps reports whether a key can wrap ours. What others that speak the API leave
// out, GenerateDataKey will say.
func wraps(m *types.KeyMetadata) bool {
	return (m.KeyUsage == "" || m.KeyUsage == types.KeyUsageTypeEncryptDecrypt) &&
		(m.KeySpec == "" || m.KeySpec == types.KeySpecSymmetricDefault)
}

// named is what KMS calls a key.
func (p *Provider) named(name string) string {
	if local, ok := keys.LocalName(name); ok && local == keys.DefaultAlias {
		return p.defaultKey
	}
	return name
}

// Generate is keys.Provider's.
func (p *Provider) Generate(ctx context.Context, name string, bind keys.Binding) (keys.DataKey, error) {
	ctx, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	name = p.named(name)
	said, err := p.client.GenerateDataKey(ctx, &kms.GenerateDataKeyInput{
		KeyId: &name, KeySpec: types.DataKeySpecAes256, EncryptionContext: bind,
	})
	if err != nil {
		return keys.DataKey{}, fmt.Errorf("wrap with key %q: %w", name, meaning(err, keys.ErrNotFound))
	}
	plain, ok := keys.TakePlaintext(said.Plaintext)
	if !ok || said.KeyId == nil || len(said.CiphertextBlob) == 0 || len(said.CiphertextBlob) > keys.MaxWrapped-2 {
		return keys.DataKey{}, fmt.Errorf("wrap with key %q: %w: the answer is no data key", name, keys.ErrUnavailable)
	}
	id := (*said.KeyId)[strings.LastIndex(*said.KeyId, "/")+1:] // it answers an ARN
	return keys.DataKey{Plaintext: plain, Wrapped: append([]byte{wrapKind, wrapFormat}, said.CiphertextBlob...), KeyID: id}, nil
}

// Unwrap is keys.Provider's.
func (p *Provider) Unwrap(ctx context.Context, wrapped []byte, bind keys.Binding) (keys.Plaintext, error) {
	switch {
	case len(wrapped) == 0 || wrapped[0] != wrapKind:
		return keys.Plaintext{}, fmt.Errorf("%w: no KMS wrapped it: was another provider configured then?", keys.ErrCiphertext)
	case len(wrapped) < 3 || len(wrapped) > keys.MaxWrapped || wrapped[1] != wrapFormat:
		return keys.Plaintext{}, fmt.Errorf("%w: it is not of a known format", keys.ErrCiphertext)
	}
	ctx, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	said, err := p.client.Decrypt(ctx, &kms.DecryptInput{CiphertextBlob: wrapped[2:], EncryptionContext: bind})
	if err != nil {
		return keys.Plaintext{}, fmt.Errorf("unwrap: %w", meaning(err, keys.ErrCiphertext))
	}
	plain, ok := keys.TakePlaintext(said.Plaintext)
	if !ok {
		return keys.Plaintext{}, fmt.Errorf("unwrap: %w: what was wrapped is no data key", keys.ErrCiphertext)
	}
	return plain, nil
}

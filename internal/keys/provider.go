package keys

import "context"

// DefaultAlias is what clients call the default key: at AWS the one that KMS keeps
// for Kinesis in every account. Every provider resolves it.
const DefaultAlias = "alias/aws/kinesis"

// Provider keeps keys and wraps data keys with them.
//
// Calls may take as long as a network does, and end with their context. They may
// run at once. Errors are those of errors.go.
type Provider interface {
	// Describe resolves what a client calls a key: DefaultAlias, an id, an alias
	// (alias/name), or the ARN of a key or an alias. A key that may not be used
	// is described as well, with its state. Unless the provider is a remote one, it
	// makes the default key when that is asked for first.
	Describe(ctx context.Context, name string) (Key, error)

	// Generate makes a data key and wraps it with the newest version of the key of
	// that name, which may be whatever Describe takes. The caller owns the
	// result, and zeroes its plaintext when it is needed no more.
	Generate(ctx context.Context, name string, bind Binding) (DataKey, error)

	// Unwrap returns the plaintext of what Generate wrapped, with the same
	// binding, by any version of a key since: wrapped says which. It does not
	// keep wrapped. The caller owns the result, as that of Generate.
	Unwrap(ctx context.Context, wrapped []byte, bind Binding) (Plaintext, error)
}

// Key is a key-encryption key, as its provider describes it.
type Key struct {
	// ID names the key for ever, within its provider.
	ID string
	// ARN names it as AWS does.
	ARN string
	// State says whether it can be used.
	State State
}

// Usable returns nil, or the error that the key's state means to who would use it.
func (k Key) Usable() error {
	switch k.State {
	case Enabled:
		return nil
	case Disabled:
		return ErrDisabled
	default:
		return ErrInvalidState // one that we do not know either
	}
}

// State is the state of a key, in KMS's words (API_KeyMetadata, KeyState). There
// are others than these; with none of them the key can be used.
type State string

// The states that we tell apart; all but the first are refused.
const (
	Enabled         State = "Enabled"
	Disabled        State = "Disabled"
	PendingDeletion State = "PendingDeletion"
	Unavailable     State = "Unavailable"
)

// DataKey is a key to encrypt data with.
type DataKey struct {
	// Plaintext is the key.
	Plaintext Plaintext
	// Wrapped is the key as the provider encrypted it: at most MaxWrapped bytes,
	// to be kept beside the data. It is no secret. Only the provider that made it
	// knows what is in it.
	Wrapped []byte
	// KeyID is the id of the key that wrapped it.
	KeyID string
}

// MaxWrapped bounds a wrapped key, in bytes: AWS KMS takes ciphertexts of so many
// (API_Decrypt, CiphertextBlob), and we put a few before them.
const MaxWrapped = 6144 + 256

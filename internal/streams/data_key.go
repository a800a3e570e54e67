package streams

import (
	"context"

	"github.com/freshet/freshet/internal/keys"
	"github.com/freshet/freshet/internal/shardlog"
)

// Unwrap returns how a log has the data keys of streams opened by p: they are bound
// to the stream's ARN (keys.ForStream).
func Unwrap(p keys.Provider) shardlog.Unwrap {
	return func(ctx context.Context, k shardlog.WrappedKey) (shardlog.Secret, error) {
		plain, err := p.Unwrap(ctx, k.Wrapped, keys.ForStream(k.Bind))
		if err != nil {
			return shardlog.Secret{}, err
		}
		return secretOf(plain), nil
	}
}

// secretOf moves a data key from its provider's hands into the log's.
func secretOf(plain keys.Plaintext) shardlog.Secret {
	defer plain.Zero()
	secret, ok := shardlog.NewSecret(plain.Bytes())
	if !ok {
		panic("BUG: a provider's data key has another length than the log's")
	}
	return secret
}

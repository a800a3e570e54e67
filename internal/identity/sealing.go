package identity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/meta"
)

// openSealer makes the sealer of this store, with a new key if the store has none.
// It is called before anything else is.
func (c *catalog) openSealer(ctx context.Context, sealing func(context.Context, []byte) (Sealer, error)) error {
	for {
		wrapped, err := c.wrapped(ctx)
		if err != nil {
			return fmt.Errorf("read how secrets are sealed: %w", err)
		}
		if sealing == nil {
			return nil // who needs one says so: seal and unseal
		}
		if c.sealer, err = sealing(ctx, wrapped); err != nil {
			if wrapped != nil {
				return fmt.Errorf("%w: the server needs the keyring that this data folder was used with, or the Vault or KMS: %w", ErrNoSealing, err)
			}
			return err
		}
		if wrapped != nil {
			return nil
		}
		err = c.keepWrapped(ctx, c.sealer.Wrapped())
		if !errors.Is(err, meta.ErrConflict) {
			return err
		}
		// Another process was first: its key is the one.
	}
}

func (c *catalog) wrapped(ctx context.Context) ([]byte, error) {
	var d sealingDocument
	err := c.store.View(ctx, func(r meta.Reader) error {
		doc, err := r.Get(sealingKey)
		if errors.Is(err, meta.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return json.Unmarshal(doc.Value, &d)
	})
	return d.Wrapped, err
}

// keepWrapped returns meta.ErrConflict if there is one already.
func (c *catalog) keepWrapped(ctx context.Context, wrapped []byte) error {
	value, err := json.Marshal(sealingDocument{wrapped})
	if err != nil {
		return err
	}
	_, err = c.store.Update(ctx, func(tx meta.Tx) error { return tx.PutIf(sealingKey, value, 0) })
	if err != nil && !errors.Is(err, meta.ErrConflict) {
		return fmt.Errorf("keep how secrets are sealed: %w", err)
	}
	return err
}

// seal encrypts a secret for the document of that key.
func (c *catalog) seal(document string, secret access.Secret) ([]byte, error) {
	if c.sealer == nil {
		return nil, ErrNoSealing
	}
	return c.sealer.Seal(document, []byte(secret.Reveal())), nil
}

func (c *catalog) unseal(document string, sealed []byte) (access.Secret, error) {
	if c.sealer == nil {
		return access.Secret{}, ErrNoSealing
	}
	plain, err := c.sealer.Open(document, sealed)
	if err != nil {
		return access.Secret{}, err
	}
	defer clear(plain)
	return access.NewSecret(string(plain)), nil
}

package freshet

import (
	"fmt"
	"path/filepath"

	"github.com/freshet/freshet/internal/durable"
	"github.com/freshet/freshet/internal/identity"
)

// Credentials are an account and a key of its root, who may do everything in it.
type Credentials struct {
	Account, AccessKeyID string
	// SecretAccessKey is the secret, which is shown to nobody a second time.
	SecretAccessKey string
}

// String is not the secret.
func (c Credentials) String() string { return c.AccessKeyID + " of account " + c.Account }

// GoString is not the secret, either.
func (c Credentials) GoString() string { return c.String() }

// RootCredentialsFile is where the first start of a data folder in Production puts
// the key of the root, in the form that AWS_SHARED_CREDENTIALS_FILE names, for its
// owner alone to read. The server does not read it: it may be moved away.
func RootCredentialsFile(dir string) string { return filepath.Join(dir, rootCredentialsName) }

// RootCredentials returns the key of the root if this is the first start of a data
// folder in Production, or of a server in memory, once Ready is closed. Later nobody
// can tell it.
func (s *Server) RootCredentials() (made Credentials, ok bool) {
	k := s.inner.RootKey()
	if k == nil {
		return Credentials{}, false
	}
	return Credentials{k.Account, k.KeyID, k.Secret.Reveal()}, true
}

// Account is the account of the server's root, once Ready is closed; without
// Production DevAccount.
func (s *Server) Account() string { return s.inner.Account() }

// keepRoot puts the root's key where its user finds it.
func (o Options) keepRoot(k identity.RootKey) error {
	if o.Durability == DurabilityMemory {
		return nil // RootCredentials has it
	}
	if err := durable.WriteFile(o.onDisk(), RootCredentialsFile(o.DataDir), k.CredentialsFile()); err != nil {
		return fmt.Errorf("data folder %s: %w", o.DataDir, unwritable(err))
	}
	return nil
}

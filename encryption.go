package freshet

import (
	"path/filepath"

	"github.com/freshet/freshet/internal/keys"
	"github.com/freshet/freshet/internal/keys/keyfile"
)

// keyringName is the keyring in a data folder. No backup has it: who holds both
// holds what was encrypted.
const keyringName = "keyring"

// Encryption says who keeps the keys that streams and secrets are encrypted with.
type Encryption struct {
	// Keyring is the file with the keys, overriding the default: the file keyring
	// in the data folder, or with DurabilityMemory none, so that the keys end with
	// the server. It is made at its first use, and is better kept elsewhere than
	// what it encrypts.
	Keyring string
	// DefaultKey is the id or alias of the key that clients call
	// alias/aws/kinesis, overriding the default: one that is made for that.
	DefaultKey string
}

// KeyringFile is where the keyring is, "" in memory.
func (o Options) KeyringFile() string {
	o = o.withDefaults()
	switch {
	case o.Encryption.Keyring != "":
		return o.Encryption.Keyring
	case o.Durability == DurabilityMemory:
		return ""
	}
	return filepath.Join(o.DataDir, keyringName)
}

// keyProvider returns who keeps the keys. It asks nobody yet.
func (o Options) keyProvider() keys.Provider {
	return keyfile.New(keyfile.Options{Path: o.KeyringFile(), DefaultKey: o.Encryption.DefaultKey, Disk: o.onDisk()})
}

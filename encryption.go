package freshet

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/freshet/freshet/internal/keys"
	"github.com/freshet/freshet/internal/keys/awskms"
	"github.com/freshet/freshet/internal/keys/keyfile"
	"github.com/freshet/freshet/internal/keys/transit"
)

// keyringName is the keyring in a data folder. No backup has it: who holds both
// holds what was encrypted.
const keyringName = "keyring"

// KeyProvider is who keeps the keys that others are encrypted with.
type KeyProvider string

const (
	// KeysInFile keeps them in a file on this machine, the keyring.
	KeysInFile KeyProvider = "file"
	// KeysInTransit keeps them in the transit engine of a Vault or an OpenBao.
	KeysInTransit KeyProvider = "transit"
	// KeysInKMS keeps them in an AWS KMS, or what speaks its API.
	KeysInKMS KeyProvider = "aws-kms"
)

// Encryption says who keeps the keys that streams and secrets are encrypted with.
type Encryption struct {
	// Provider keeps them, overriding the default KeysInFile.
	Provider KeyProvider
	// DefaultKey is the key that clients call alias/aws/kinesis, overriding the
	// default: in a keyring one that is made for that, in a transit engine the
	// one named freshet. In a KMS there is no default, for AWS lets nobody but
	// Kinesis use that alias. It is an id, an alias or an ARN.
	DefaultKey string

	// Keyring is the file with the keys, overriding the default: the file keyring
	// in the data folder, or with DurabilityMemory none, so that the keys end with
	// the server. It is made at its first use, and is better kept elsewhere than
	// what it encrypts.
	Keyring string

	// VaultAddress is the URL of the Vault or OpenBao, VaultMount where its engine
	// is, overriding the default transit, VaultNamespace its namespace, if any.
	VaultAddress, VaultMount, VaultNamespace string
	// VaultToken is what the server is shown; or VaultTokenPath is a file that
	// holds it, which is read anew each time, so that an agent may replace it.
	VaultToken     Secret
	VaultTokenPath string
	// VaultCA is a file with the authorities of its certificate, PEM, overriding
	// the default: the machine's.
	VaultCA string

	// KMSEndpoint is the URL of the KMS, overriding AWS's of KMSRegion, which
	// overrides that of AWS's own environment and shared files. Credentials come
	// from there.
	KMSEndpoint, KMSRegion string
}

// KeyringFile is where the keyring is, "" if there is none on the disk.
func (o Options) KeyringFile() string {
	o = o.withDefaults()
	switch {
	case o.Encryption.Provider != KeysInFile:
		return ""
	case o.Encryption.Keyring != "":
		return o.Encryption.Keyring
	case o.Durability == DurabilityMemory:
		return ""
	}
	return filepath.Join(o.DataDir, keyringName)
}

// keyProvider returns who keeps the keys. It asks nobody yet.
func (o Options) keyProvider() (keys.Provider, error) {
	e := o.Encryption
	switch e.Provider {
	case KeysInTransit:
		return transit.New(transit.Options{
			Address: e.VaultAddress, Mount: e.VaultMount, Namespace: e.VaultNamespace,
			Token: e.vaultToken(), CAFile: e.VaultCA, DefaultKey: e.transitKey(),
		})
	case KeysInKMS:
		return awskms.New(context.Background(), awskms.Options{Endpoint: e.KMSEndpoint, Region: e.KMSRegion, DefaultKey: e.DefaultKey})
	default:
		return keyfile.New(keyfile.Options{Path: o.KeyringFile(), DefaultKey: e.DefaultKey, Disk: o.onDisk()}), nil
	}
}

// transitKey is the name of the default key in a transit engine.
func (e Encryption) transitKey() string {
	name, _ := keys.LocalName(e.DefaultKey)
	return strings.TrimPrefix(name, "alias/")
}

func (e Encryption) vaultToken() func() (string, error) {
	if e.VaultTokenPath != "" {
		return transit.TokenFile(e.VaultTokenPath)
	}
	return func() (string, error) { return e.VaultToken.Reveal(), nil }
}

// check returns the rules that are broken, each with its field.
func (e Encryption) check() error {
	var errs []error
	fail := func(field, rule string) { errs = append(errs, fmt.Errorf("Encryption.%s: %s", field, rule)) }
	if e.DefaultKey == keys.DefaultAlias {
		fail("DefaultKey", "must be another name of a key: this is the one that it says what to do with")
	}
	switch e.Provider {
	case KeysInFile:
	case KeysInTransit:
		if _, rule := keys.ParseEndpoint(e.VaultAddress); rule != nil {
			fail("VaultAddress", fmt.Sprintf("%q: %v", e.VaultAddress, rule))
		}
		if e.VaultToken.IsZero() == (e.VaultTokenPath == "") {
			fail("VaultTokenPath", "the token must be given, in this file or as VaultToken, and not in both")
		}
	case KeysInKMS:
		if e.DefaultKey == "" {
			fail("DefaultKey", "must be given: AWS lets nobody but Kinesis use the key of alias/aws/kinesis")
		}
		if _, rule := keys.ParseEndpoint(e.KMSEndpoint); e.KMSEndpoint != "" && rule != nil {
			fail("KMSEndpoint", fmt.Sprintf("%q: %v", e.KMSEndpoint, rule))
		}
	default:
		fail("Provider", fmt.Sprintf("%q: must be file, transit or aws-kms", e.Provider))
	}
	return errors.Join(append(errs, e.unused())...)
}

// unused reports what is said of a provider that is not asked: somebody believes
// that it is.
func (e Encryption) unused() error {
	vault := e.VaultAddress != "" || e.VaultNamespace != "" || !e.VaultToken.IsZero() || e.VaultTokenPath != "" || e.VaultCA != ""
	kms := e.KMSEndpoint != "" || e.KMSRegion != ""
	switch {
	case vault && e.Provider != KeysInTransit:
		return fmt.Errorf("Encryption.Provider: %q: a Vault is given, so it must be transit", e.Provider)
	case kms && e.Provider != KeysInKMS:
		return fmt.Errorf("Encryption.Provider: %q: a KMS is given, so it must be aws-kms", e.Provider)
	case e.Keyring != "" && e.Provider != KeysInFile:
		return fmt.Errorf("Encryption.Provider: %q: a keyring is given, so it must be file", e.Provider)
	}
	return nil
}

package freshet

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestEncryptionThatCannotBe(t *testing.T) {
	f := func(e Encryption, want ...string) {
		t.Helper()
		err := Options{Encryption: e}.Validate()
		if err == nil && len(want) > 0 || err != nil && len(want) == 0 {
			t.Fatalf("%+v: %v, want %q", e, err, want)
		}
		for _, w := range want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%+v: error lacks %q: %v", e, w, err)
			}
		}
	}
	token := NewSecret("hvs.secret")
	f(Encryption{})
	f(Encryption{Keyring: "/etc/freshet/keyring", DefaultKey: "alias/streams"})
	f(Encryption{Provider: "vault"}, "Provider", "must be file, transit or aws-kms")
	f(Encryption{DefaultKey: "alias/aws/kinesis"}, "DefaultKey", "must be another")
	f(Encryption{Provider: KeysInTransit, VaultAddress: "https://vault.example:8200", VaultToken: token})
	f(Encryption{Provider: KeysInTransit, VaultAddress: "https://vault.example:8200", VaultTokenPath: "token", DefaultKey: "streams"})
	f(Encryption{Provider: KeysInTransit}, "VaultAddress", "must be a URL", "VaultTokenPath", "must be given")
	f(Encryption{Provider: KeysInTransit, VaultAddress: "http://vault.example", VaultToken: token, VaultTokenPath: "token"}, "must be https", "not in both")
	f(Encryption{Provider: KeysInKMS, DefaultKey: "alias/streams", KMSRegion: "eu-west-1"})
	f(Encryption{Provider: KeysInKMS, KMSEndpoint: "http://kms.example"}, "DefaultKey", "must be given", "KMSEndpoint", "must be https")
	f(Encryption{VaultAddress: "https://vault.example"}, "must be transit")
	f(Encryption{VaultToken: token}, "must be transit")
	f(Encryption{KMSRegion: "eu-west-1"}, "must be aws-kms")
	f(Encryption{Provider: KeysInKMS, DefaultKey: "alias/streams", Keyring: "keyring"}, "must be file")
}

func TestProvidersAreMadeAndNotAsked(t *testing.T) {
	for _, e := range []Encryption{
		{}, {Provider: KeysInTransit, VaultAddress: "https://127.0.0.1:1", VaultTokenPath: "/no/such/file"},
		{Provider: KeysInKMS, DefaultKey: "alias/streams", KMSEndpoint: "https://127.0.0.1:1"},
	} {
		s, err := New(Options{Durability: DurabilityMemory, Encryption: e})
		if err != nil {
			t.Errorf("%+v: %v", e, err)
			continue
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := New(Options{Durability: DurabilityMemory, Encryption: Encryption{
		Provider: KeysInTransit, VaultAddress: "https://127.0.0.1:1", VaultToken: NewSecret("hvs.secret"), VaultCA: "/no/such/file",
	}}); err == nil || strings.Contains(err.Error(), "hvs.secret") {
		t.Errorf("authorities that are not there: %v", err)
	}
}

func TestKeyringFile(t *testing.T) {
	f := func(o Options, want string) {
		t.Helper()
		if got := o.KeyringFile(); got != want {
			t.Errorf("%+v: %q, want %q", o.Encryption, got, want)
		}
	}
	f(Options{}, filepath.Join("freshet-data", "keyring"))
	f(Options{DataDir: "data"}, filepath.Join("data", "keyring"))
	f(Options{Encryption: Encryption{Keyring: "/etc/keyring"}}, "/etc/keyring")
	f(Options{Durability: DurabilityMemory}, "")
	f(Options{Durability: DurabilityMemory, Encryption: Encryption{Keyring: "/etc/keyring"}}, "/etc/keyring")
	f(Options{Encryption: Encryption{Provider: KeysInKMS}}, "")
}

package keyfile

import (
	"bytes"
	"encoding/hex"
	"os"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/keys"
	"github.com/freshet/freshet/internal/keys/keystest"
)

const (
	aKey     = "0f8fad5b-d9cb-469f-a165-70867728950e"
	aSecret  = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA="
	aVersion = `{"version": 1, "created": "2026-11-24T18:00:00Z", "secret": "` + aSecret + `"}`
)

// keyring is a file with the members of one key after its id.
func keyring(members string) string {
	return `{"format": "freshet-keyring", "version": 1, "keys": [{"id": "` + aKey + `", ` + members + `}]}`
}

// wrappedLongAgo was made of the drawing in doc.go by another program: a salt of the
// bytes 64 to 95, and the key that the test names.
const wrappedLongAgo = "46010f8fad5bd9cb469fa16570867728950e00000001404142434445464748494a4b4c4d4e4f505152535455565758595a5b" +
	"5c5d5e5f8abb3304dcc7630ca15226c14053c7c71227585aa2a9b735631d5547c9481a02acbd3f4be3126971041ff76be35d" +
	"3b93"

// TestWhatWasWrappedLongAgo opens a key of the first release, byte by byte.
func TestWhatWasWrappedLongAgo(t *testing.T) {
	f := open(t)
	check(t, os.WriteFile(f.o.Path, []byte(keyring(`"aliases": ["alias/aws/kinesis"], "created": "2026-11-24T18:00:00Z", "disabled": false, "versions": [`+aVersion+`]`)), 0o600))
	wrapped, err := hex.DecodeString(wrappedLongAgo)
	check(t, err)
	p, err := f.Unwrap(t.Context(), wrapped, keys.ForStream("arn:aws:kinesis:us-east-1:000000000000:stream/orders"))
	check(t, err)
	if want := "freshet freshet freshet freshet!"; string(p.Bytes()) != want {
		t.Errorf("it opens to %q, want %q", p.Bytes(), want)
	}
}

func TestKeyringsThatAreNone(t *testing.T) {
	good := `"aliases": ["alias/a"], "created": "2026-11-24T18:00:00Z", "disabled": false, "versions": [` + aVersion + `]`
	f := func(content, want string) {
		t.Helper()
		_, err := decode([]byte(content))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s\n%v, want %q", content, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "AQIDB") {
			t.Errorf("the error shows a secret: %v", err)
		}
	}
	f(keyring(good), "")
	f(`{"format": "freshet-keyring", "version": 1, "keys": []}`, "")
	f(``, "not JSON")
	f(`{"format": "freshet-keyring", "version": 1, "keys": []`, "not JSON")
	f(keyring(good)+"{}", "behind the keyring")
	f(keyring(good+`, "owner": "me"`), "not JSON as a keyring has it")
	f(keyring(`"secret": "`+aSecret+`"`), "not JSON as a keyring has it")
	f(`{"format": "keyring", "version": 1, "keys": []}`, "is no keyring")
	f(`{"format": "freshet-keyring", "version": 2, "keys": []}`, "is of version 2")
	f(strings.Replace(keyring(good), aKey, strings.ToUpper(aKey), 1), "no UUID")
	f(strings.Replace(keyring(good), aKey, "0f8fad5bd9cb469fa16570867728950e", 1), "no UUID")
	f(strings.Replace(keyring(good), `"version": 1, "created"`, `"version": 2, "created"`, 1), "version 2 stands where 1 should")
	f(strings.Replace(keyring(good), aVersion, aVersion+", "+aVersion, 1), "version 1 stands where 2 should")
	f(strings.Replace(keyring(good), aVersion, "", 1), "has no version")
	f(strings.Replace(keyring(good), aSecret, aSecret[:8], 1), "has not 32 bytes")
	f(strings.Replace(keyring(good), aSecret, "?"+aSecret[1:], 1), "not JSON as a keyring has it")
	f(strings.Replace(keyring(good), aSecret, strings.Repeat("A", 43)+"=", 1), "nothing but zeros")
	f(strings.Replace(keyring(good), "alias/a", "a", 1), "must be alias/")
	f(strings.Replace(keyring(good), `"alias/a"`, `"alias/a", "alias/a"`, 1), "is two keys")
	f(strings.Replace(keyring(good), `"disabled": false`, `"disabled": "no"`, 1), "not of its type")
}

// A keyring that is damaged is no keyring without keys: nothing is made over it.
func TestDamagedKeyringIsLeftAsItIs(t *testing.T) {
	f := open(t)
	check(t, os.WriteFile(f.o.Path, []byte("{"), 0o600))
	_, err := f.Describe(t.Context(), keys.DefaultAlias)
	keystest.Only(t, err, keys.ErrUnavailable)
	_, err = f.Create(t.Context(), "")
	keystest.Only(t, err, keys.ErrUnavailable)
	left, err := os.ReadFile(f.o.Path)
	if err != nil || string(left) != "{" {
		t.Errorf("it holds %q, %v", left, err)
	}
}

func FuzzKeyring(f *testing.F) {
	f.Add([]byte(keyring(`"aliases": ["alias/a"], "created": "2026-11-24T18:00:00Z", "disabled": true, "versions": [` + aVersion + `]`)))
	f.Add([]byte(`{"format": "freshet-keyring", "version": 1, "keys": []}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		r, err := decode(content)
		if err != nil {
			return
		}
		written := encode(r)
		again, err := decode(written)
		if err != nil || !bytes.Equal(encode(again), written) {
			t.Errorf("%s is written\n%s\nand read again %v", content, written, err)
		}
	})
}

func FuzzHeader(f *testing.F) {
	k := &key{id: newID(), versions: []version{newVersion(testTime)}}
	f.Add([]byte("F\x01"))
	f.Add(wrap(k, keys.NewPlaintext(), nil))
	f.Fuzz(func(t *testing.T, wrapped []byte) {
		h, err := readHeader(wrapped)
		if err != nil {
			keystest.Only(t, err, keys.ErrCiphertext)
			return
		}
		h.version = 1
		if _, err := unwrap(k, h, wrapped, keys.ForStream("arn")); err == nil {
			t.Errorf("%x opens", wrapped)
		}
	})
}

package keyfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/freshet/freshet/internal/keys"
)

// What a keyring begins with.
const (
	fileFormat  = "freshet-keyring"
	fileVersion = 1
)

// document is the file; doc.go shows one.
type document struct {
	Format  string        `json:"format"`
	Version int           `json:"version"`
	Keys    []keyDocument `json:"keys"`
}

type keyDocument struct {
	ID       string            `json:"id"`
	Aliases  []string          `json:"aliases"`
	Created  time.Time         `json:"created"`
	Disabled bool              `json:"disabled"`
	Versions []versionDocument `json:"versions"`
}

type versionDocument struct {
	Version int       `json:"version"`
	Created time.Time `json:"created"`
	Secret  []byte    `json:"secret"`
}

// decode reads a keyring. It does not keep content. Errors hold none of it: a part
// of a secret may be what is wrong.
func decode(content []byte) (*ring, error) {
	d := json.NewDecoder(bytes.NewReader(content))
	d.DisallowUnknownFields()
	var doc document
	if err := d.Decode(&doc); err != nil {
		return nil, sayWhere(err, d.InputOffset())
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is something behind the keyring")
	}
	if doc.Format != fileFormat {
		return nil, fmt.Errorf("is no keyring: its format is not %q", fileFormat)
	}
	if doc.Version != fileVersion {
		return nil, fmt.Errorf("is of version %d, and this program knows version %d", doc.Version, fileVersion)
	}
	r := &ring{}
	for n, kd := range doc.Keys {
		k, err := kd.key()
		if err != nil {
			return nil, fmt.Errorf("key %d: %w", n+1, err)
		}
		r.keys = append(r.keys, k)
	}
	if err := r.check(); err != nil {
		return nil, err
	}
	return r, nil
}

// sayWhere tells what is wrong with JSON without showing it.
func sayWhere(err error, offset int64) error {
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &kind):
		return fmt.Errorf("%s is not of its type, before byte %d", kind.Field, kind.Offset)
	default:
		return fmt.Errorf("is not JSON as a keyring has it, near byte %d", offset)
	}
}

// key takes the secrets out of kd.
func (kd keyDocument) key() (*key, error) {
	i, ok := parseID(kd.ID)
	if !ok {
		return nil, errors.New("its id is no UUID in small letters")
	}
	k := &key{id: i, aliases: kd.Aliases, created: kd.Created, disabled: kd.Disabled}
	for n, vd := range kd.Versions {
		if vd.Version != n+1 {
			return nil, fmt.Errorf("%s: version %d stands where %d should", i, vd.Version, n+1)
		}
		secret, ok := keys.TakePlaintext(vd.Secret)
		if !ok {
			return nil, fmt.Errorf("%s: the secret of version %d has not %d bytes", i, vd.Version, keys.KeySize)
		}
		k.versions = append(k.versions, version{created: vd.Created, secret: secret})
	}
	return k, nil
}

// encode writes a keyring. The result holds secrets.
func encode(r *ring) []byte {
	doc := document{Format: fileFormat, Version: fileVersion, Keys: []keyDocument{}}
	for _, k := range r.keys {
		kd := keyDocument{ID: k.id.String(), Aliases: k.aliases, Created: k.created, Disabled: k.disabled}
		for n, v := range k.versions {
			kd.Versions = append(kd.Versions, versionDocument{Version: n + 1, Created: v.created, Secret: v.secret.Bytes()})
		}
		doc.Keys = append(doc.Keys, kd)
	}
	content, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		panic("BUG: a keyring does not encode: " + err.Error())
	}
	return append(content, '\n')
}

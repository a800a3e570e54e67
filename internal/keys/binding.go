package keys

import (
	"encoding/binary"
	"maps"
	"slices"
)

// Binding is what a data key is made for, in names and values: the encryption
// context of AWS KMS. It is authenticated, and no secret: a remote provider may log
// it. Who unwraps a key says it again, to the letter.
type Binding map[string]string

// ForStream is the binding of the data key of a stream. The name is the one that
// Kinesis gives its context (developer guide, "Permissions to use user-generated
// KMS keys").
func ForStream(arn string) Binding { return Binding{"aws:kinesis:arn": arn} }

// Bytes encodes b as its drivers authenticate it: for each name, in the order of
// their bytes, the name and its value, each after its length in 4 bytes. Two
// bindings have the same bytes only if they are equal.
func (b Binding) Bytes() []byte {
	var out []byte
	for _, name := range slices.Sorted(maps.Keys(b)) {
		for _, part := range []string{name, b[name]} {
			out = binary.BigEndian.AppendUint32(out, uint32(len(part)))
			out = append(out, part...)
		}
	}
	return out
}

package shardlog

import (
	"fmt"
	"slices"
	"strings"
)

// Compression is a way to make records smaller on the disk.
type Compression uint8

const (
	// NoCompression keeps records as they are.
	NoCompression Compression = iota
	// S2 compresses at the speed of the disk, text to about a quarter
	// (https://github.com/klauspost/compress/tree/master/s2).
	S2
)

// compressions are the names, by value.
var compressions = []string{NoCompression: "none", S2: "s2"}

// String returns the name, as ParseCompression reads it.
func (c Compression) String() string {
	if int(c) >= len(compressions) {
		return fmt.Sprintf("compression %d", uint8(c))
	}
	return compressions[c]
}

// ParseCompression reads a name: none, s2.
func ParseCompression(name string) (Compression, error) {
	i := slices.Index(compressions, name)
	if i < 0 {
		return 0, fmt.Errorf("must be %s", strings.Join(compressions, " or "))
	}
	return Compression(i), nil
}

//go:build race

package scratch

import "bytes"

var nonsense = bytes.Repeat([]byte{0xDB}, 64<<10)

// mangle overwrites memory that was released.
func mangle(memory []byte) {
	for len(memory) > 0 {
		memory = memory[copy(memory, nonsense):]
	}
}

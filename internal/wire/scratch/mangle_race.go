//go:build race

package scratch

// mangle overwrites memory that was released.
func mangle(memory []byte) {
	for i := range memory {
		memory[i] = 0xDB
	}
}

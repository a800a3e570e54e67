package disklog

import (
	"os"
	"testing"
)

// TestEveryByte flips a bit of every eleventh byte of a folder's files, under make
// torture of every one: the log does not open and says why, or each read returns
// what was appended or says that it cannot. See FuzzDamage.
func TestEveryByte(t *testing.T) {
	step := int64(11)
	if os.Getenv("FRESHET_TORTURE") != "" {
		step = 1
	}
	base := newWreck(t)
	end := map[string]int64{
		journal1: base.frame(29) + 2*4096, segment1: base.size(segment1), segment2: base.size(segment2),
		manifestName: base.size(manifestName),
	}
	for name, end := range end {
		for at := int64(0); at < end && !t.Failed(); at += step {
			w := &wreck{T: t, fs: base.fs.CrashClone(nil)}
			w.edit(name, at, func(p []byte) { p[0] ^= 1 << (at % 8) }, 1)
			if w.wantAllOrAWord(); t.Failed() {
				t.Errorf("byte %d of %s", at, name)
			}
		}
	}
}

package disklog

import (
	"errors"
	"slices"
	"testing"

	"github.com/freshet/freshet/internal/shardlog/shardlogtest"
)

// FuzzDamage writes any bytes at any place of a folder's files, and looks what
// becomes of it: the log does not open and says that something is damaged, or each
// read returns what was appended or says so. Nothing is ever wrong or missing
// without a word, but for the last frame, which may look torn.
func FuzzDamage(f *testing.F) {
	files := []string{journal1, manifestName, segment1, segment2}
	for file := range files {
		f.Add(uint8(file), uint32(100), []byte{1})
	}
	f.Add(uint8(0), uint32(4096*14), []byte{1})
	var base *wreck // made once, by whoever comes first
	f.Fuzz(func(t *testing.T, file uint8, at uint32, change []byte) {
		if base == nil {
			base = newWreck(t)
		}
		w := &wreck{T: t, fs: base.fs.CrashClone(nil)}
		name := files[int(file)%len(files)]
		if at = at % uint32(w.size(name)); int(at)+len(change) > int(w.size(name)) {
			change = change[:int(w.size(name))-int(at)]
		}
		if len(change) == 0 {
			return
		}
		w.edit(name, int64(at), func(p []byte) {
			for i := range p {
				p[i] ^= change[i]
			}
		}, len(change))
		w.wantAllOrAWord()
	})
}

// wantAllOrAWord checks a damaged wreck.
func (w *wreck) wantAllOrAWord() {
	w.Helper()
	_, verified := Verify(w.fs, "data", shardlogtest.Unwrap)
	l, err := Open(w.fs, "data", Options{})
	if err != nil {
		if !isDamageOrNewer(err) || verified == nil {
			w.Errorf("Open: %v; Verify: %v", err, verified)
		}
		return
	}
	defer l.Close()
	_, but29 := numbered(0, 29)
	for s, want := range map[uint32][]string{1: {all, but29}, 2: {"two"}} {
		records, state, err := readShard(l, shardOf(s))
		switch {
		case err != nil && (!isDamageOrNewer(err) || verified == nil):
			w.Errorf("read of shard %d: %v; Verify: %v", s, err, verified)
		case err == nil && !slices.Contains(want, dataOf(records)):
			w.Errorf("shard %d is %q, %+v; Verify: %v", s, dataOf(records), state, verified)
		}
	}
}

func isDamageOrNewer(err error) bool {
	_, damage := errors.AsType[*CorruptionError](err)
	_, newer := errors.AsType[*FormatError](err)
	return damage || newer
}

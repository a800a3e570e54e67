package disklog

import (
	"testing"
)

// TestPayloadThatLooksNewer: what lies behind the last frame, or in the place of
// blocks that a crash has lost, may be payload of an earlier use of the file, and
// payload may look like anything. It must not pass for the work of a newer
// program: the folder would not open any more.
func TestPayloadThatLooksNewer(t *testing.T) {
	f := func(name string, forge func(w *wreck), want int) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			w := newWreck(t)
			forge(w)
			r := start(t, w.fs, "data", Options{})
			_, joined := numbered(0, want)
			r.wantData(shardOf(1), joined)
			r.stopped()
		})
	}
	f("frame header", func(w *wreck) {
		w.edit(journal1, w.frame(29)+4096, func(p []byte) {
			startHeader(p, magicFrame)
			p[4] = 2
			finishHeader(p)
		}, headerSize)
	}, 30)
	f("sub-frame with a codec", func(w *wreck) { w.forgeSub(func(p []byte) { p[5] = 1 }) }, 29)
	f("sub-frame of a kind", func(w *wreck) { w.forgeSub(func(p []byte) { p[4] = 9 }) }, 29)
}

// forgeSub changes the only sub-frame of the last frame and mends its checksum,
// but not the header that binds it.
func (w *wreck) forgeSub(change func(p []byte)) {
	w.Helper()
	w.edit(journal1, w.frame(29), func(p []byte) {
		sub := p[headerSize : headerSize+le.Uint32(p[32:])]
		change(sub)
		le.PutUint32(sub, checksum(sub[4:]))
	}, 4096)
}

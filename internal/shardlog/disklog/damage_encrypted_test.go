package disklog

import (
	"fmt"
	"testing"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs/crashfs"
)

// newEncrypted returns a wreck like that of newWreck, with shard 1 encrypted: 0 to
// 9 with key 1, in segment 1, 10 to 19 with key 2, in segment 2, and what the
// journal has with key 2 too. Shard 2 is of the same stream.
func newEncrypted(t *testing.T) *wreck {
	o, written := flushed(1 << 10)
	o.JournalMin, o.JournalMax = 256<<10, 256<<10
	w := &wreck{T: t, fs: crashfs.New()}
	r := start(t, w.fs, "data", o)
	for n := range 2 {
		r.encrypt(streamOf(1), byte(n), shardlog.Settings{})
		data, _ := numbered(n*10, n*10+10)
		entries := make([]shardlog.Entry, 0, 12)
		for _, d := range data {
			entries = append(entries, shardlog.Entry{Shard: shardOf(1), Key: "key", Data: []byte(d)})
		}
		if n == 0 {
			entries = append(entries, shardlog.Entry{Shard: shardOf(2), Key: "key", Data: []byte("two")})
		}
		entries = append(entries, shardlog.Entry{Shard: shardOf(9), Data: make([]byte, 1100)})
		appendAll(t, r.Log, entries)
		<-written
	}
	r.stopped()
	r = start(t, w.fs, "data", opening)
	if err := r.Configure(t.Context(), streamOf(1), shardlog.Settings{Key: 2}); err != nil {
		t.Fatal(err)
	}
	for n := 20; n < 30; n++ {
		r.put(shardOf(1), fmt.Sprint(n))
	}
	w.fs = w.fs.CrashClone(nil)
	r.stopped()
	return w
}

// resealBlock changes the first block of a segment on purpose, and mends its
// checksum: only the encryption can tell.
func (w *wreck) resealBlock(name string, change func(p []byte)) {
	w.Helper()
	head := make([]byte, headerSize)
	w.edit(name, headerSize, func(p []byte) { copy(head, p) }, headerSize)
	w.edit(name, headerSize, func(p []byte) {
		change(p)
		le.PutUint32(p, checksum(p[4:]))
	}, headerSize+int(le.Uint32(head[12:])))
}

const notWhatWas = "is not what was encrypted"

func damageOfWhatIsEncrypted(t *testing.T) {
	f := onWreck(t, newEncrypted)
	const first = headerSize
	f("nothing", func(*wreck) {}, survived(all))
	f("bit of a block", flipped(segment1, first+headerSize+50), unreadable(segment1, 10, true))
	block := func(at int) func(*wreck) {
		return func(w *wreck) { w.resealBlock(segment1, func(p []byte) { p[at] ^= 1 }) }
	}
	for _, part := range []struct {
		name string
		at   int
	}{
		{"salt", headerSize}, {"nonce", headerSize + saltSize}, {"ciphertext", headerSize + saltSize + 12}, {"generation of what was compressed", 16},
	} {
		f("bit of a block's "+part.name+", with a good checksum", block(part.at), unreadable(segment1, 10, true))
	}
	f("block under the key that came after it", func(w *wreck) {
		w.resealBlock(segment1, func(p []byte) { p[8] = 2 })
	}, unreadable(segment1, 10, true))
	f("block under a key that there is not", func(w *wreck) {
		w.resealBlock(segment1, func(p []byte) { p[8] = 9 })
	}, unreadable(segment1, 10, true))
	f("block that says it is not encrypted", func(w *wreck) {
		w.resealBlock(segment1, func(p []byte) { p[8] = 0 })
	}, unreadable(segment1, 10, true))
	f("body of a block of another file", func(w *wreck) {
		other := w.bytesOf(segment2)[first:]
		w.resealBlock(segment1, func(p []byte) {
			copy(p[headerSize:], other[headerSize:][:len(p)-headerSize])
		})
	}, unreadable(segment1, 10, true))
	damageOfEncryptedSubFrames(f)
}

func damageOfEncryptedSubFrames(f func(string, func(*wreck), check)) {
	_, butLast := numbered(0, 29)
	sub := func(n, at int) func(*wreck) {
		return func(w *wreck) { w.resealSub(w.frame(n), func(p []byte) { p[at] ^= 1 }) }
	}
	f("bit of a sub-frame", func(w *wreck) { w.flip(journal1, w.frame(22)+headerSize+subHeaderSize+40) }, refused(journal1, ""))
	f("bit of a sub-frame's body, with good checksums", sub(29, subHeaderSize+40), refused(journal1, notWhatWas))
	f("bit of a sub-frame's arrival, with good checksums", sub(29, 50), refused(journal1, ""))
	f("bit of the caller's generation, with good checksums", sub(29, 36), refused(journal1, notWhatWas))
	f("key that there is not", func(w *wreck) {
		w.resealSub(w.frame(29), func(p []byte) { p[8] = 9 })
	}, refused(journal1, "key 9, which the manifest does not have"))
	f("key before", func(w *wreck) {
		w.resealSub(w.frame(29), func(p []byte) { p[8] = 1 })
	}, refused(journal1, notWhatWas))
	f("not encrypted, by its header", func(w *wreck) {
		w.resealSub(w.frame(29), func(p []byte) { p[8] = 0 })
	}, survived(butLast)) // as any frame at the end that has no shape
	f("body of another sub-frame", func(w *wreck) {
		from := w.bytesOf(journal1)[w.frame(28)+headerSize+subHeaderSize:]
		w.resealSub(w.frame(29), func(p []byte) { copy(p[subHeaderSize:], from) })
	}, refused(journal1, notWhatWas))
	f("another shard of the stream", func(w *wreck) {
		w.resealSub(w.frame(29), func(p []byte) {
			le.PutUint32(p[32:], 77)
			le.PutUint64(p[40:], 0)
		})
	}, refused(journal1, notWhatWas))
	f("encrypted seal", func(w *wreck) {
		w.resealSub(w.frame(29), func(p []byte) { p[4] = byte(kindSeal) })
	}, newerFormat(journal1, "encrypted seal"))
}

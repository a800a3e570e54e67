package disklog

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/shardlog/shardlogtest"
	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/crashfs"
)

// telemetry returns JSON as devices send it: the same names, other numbers.
func telemetry(rng *rand.Rand) []byte {
	return fmt.Appendf(nil, `{"device":"sensor-%04d","site":"plant-%d","at":"2026-03-01T%02d:%02d:%02d.%03dZ","seq":%d,`+
		`"temperature":%.2f,"humidity":%.1f,"pressure":%.2f,"voltage":%.3f,"rssi":%d,"status":"%s","firmware":"4.11.%d",`+
		`"position":{"lat":%.6f,"lon":%.6f},"tags":["floor-%d","line-%d"]}`,
		rng.IntN(5000), rng.IntN(20), rng.IntN(24), rng.IntN(60), rng.IntN(60), rng.IntN(1000), rng.Uint32(),
		20+10*rng.Float64(), 100*rng.Float64(), 900+200*rng.Float64(), 3+rng.Float64(), -rng.IntN(100),
		[]string{"ok", "ok", "ok", "degraded", "failed"}[rng.IntN(5)], rng.IntN(30),
		47+rng.Float64(), 8+rng.Float64(), rng.IntN(9), rng.IntN(40))
}

// noise returns bytes that nothing compresses.
func noise(rng *rand.Rand, n int) []byte {
	p := make([]byte, n)
	for i := range p {
		p[i] = byte(rng.Uint32())
	}
	return p
}

// A stream that is to be compressed takes less of the disk, and reads as it was
// written; what does not shrink is kept as it is, and so is what other streams
// have.
func TestCompressedStreams(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	o, written := flushed(200 << 10)
	o.ownSegment, o.JournalMin, o.JournalMax = 1<<30, 1<<20, 1<<20
	fs := crashfs.New()
	r := start(t, fs, "data", o)
	want := map[shardlog.Shard]string{}
	var entries []shardlog.Entry
	for n, data := range []func() []byte{
		1: func() []byte { return telemetry(rng) },
		2: func() []byte { return noise(rng, 400) },
		3: func() []byte { return telemetry(rng) },
	} {
		if data == nil {
			continue
		}
		s := shardlog.Shard{Stream: streamOf(byte(n)), Number: 7}
		if n < 3 {
			if err := r.Configure(t.Context(), s.Stream, shardlog.Settings{Compression: shardlog.S2}); err != nil {
				t.Fatal(err)
			}
		}
		var all []string
		for range 300 {
			d := data()
			all = append(all, string(d))
			entries = append(entries, shardlog.Entry{Shard: s, Key: "key", Data: d})
		}
		want[s] = strings.Join(all, " ")
	}
	appendAll(t, r.Log, entries)
	w := <-written
	for s, data := range want {
		r.wantData(s, data)
	}
	r.stopped()
	report, err := Verify(fs, "data", shardlogtest.Unwrap)
	if err != nil || report.Blocks != 3 || report.Compressed != 1 {
		t.Errorf("%+v, %v; want one of three blocks compressed", report, err)
	}
	if saved := report.RawBytes - report.StoredBytes; saved < report.RawBytes/6 || w.Raw-w.Bytes < saved-8192 {
		t.Errorf("%d of %d bytes are saved, and the event says %d of %d", saved, report.RawBytes, w.Raw-w.Bytes, w.Raw)
	}
	var out strings.Builder
	if err := Dump(fs, "data", &out); err != nil || !strings.Contains(out.String(), ", s2, ") {
		t.Errorf("the dump does not show what is compressed, %v:\n%s", err, out.String())
	}
}

// A block that is copied to another segment is found there as it is.
func TestBlocksAreCopied(t *testing.T) {
	file, err := crashfs.New().Create("segment", vfs.Buffered)
	if err != nil {
		t.Fatal(err)
	}
	w := newSegmentWriter(file, 5, nil, segmentMeta{trailer: trailer{number: 3}})
	p, e := blockOfRuns(codecS2, runOf(7, 9, 900, 10), runOf(20, 11, 5))
	if err := errors.Join(w.shard(shardOf(4)), w.copyBlock(p, e), w.add(runOf(30, 12, 3), 0)); err != nil {
		t.Fatal(err)
	}
	m, err := w.finish()
	if err != nil || m.records != 4 || m.firstArrival != 9 || m.lastArrival != 12 {
		t.Fatalf("segment is %+v, %v", m, err)
	}
	f, err := readFooter(file, "segment", &m.trailer)
	if err != nil {
		t.Fatal(err)
	}
	from, to, _ := f.find(shardOf(4))
	var got []string
	for i := from; i < to; i++ {
		_, runs, err := readBlock(file, "segment", shardOf(4), f.block(i), nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range runs {
			got = append(got, fmt.Sprintf("%d+%d", r.first, r.count))
		}
	}
	if s := strings.Join(got, " "); s != "7+2 20+1 30+1" {
		t.Errorf("runs %s", s)
	}
}

// Behind a good checksum a length may lie. It gets no memory beyond what a block
// may have.
func TestBlocksThatLie(t *testing.T) {
	good, _ := blockOfRuns(codecS2, runOf(7, 9, 900, 10))
	f := func(change func(p []byte) []byte, want string) {
		t.Helper()
		p := change(append([]byte(nil), good...))
		le.PutUint32(p, checksum(p[4:]))
		if _, _, err := parseBlock(p, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	set := func(at int, v uint32) func(p []byte) []byte {
		return func(p []byte) []byte {
			le.PutUint32(p[at:], v)
			return p
		}
	}
	f(set(16, 1<<31), "body of 2147483648 bytes once decoded")
	f(set(16, maxBlock), "instead of 16777216")
	f(set(16, 900), "instead of 900")
	f(set(12, 3), "says 3")
	f(set(20, 2), "run 0 ends at byte")
	f(set(44, 9), "2 records instead of 9")
	f(func(p []byte) []byte { p[5] = 0; return p }, "raw body of")
	f(func(p []byte) []byte { p[5] = 2; return p }, "codec 2 is not known")
	f(func(p []byte) []byte { p[8] = 1; return p }, "encrypted ")
	f(func(p []byte) []byte { // the body says that it decodes to more
		p[headerSize], p[headerSize+1], p[headerSize+2] = 0xff, 0xff, 0xff
		return p
	}, "s2 body of")
	f(func(p []byte) []byte { clear(p[headerSize+8:]); return p }, "s2")
}

// A block of a newer program is refused by the reads that meet it.
func TestReadOfANewerBlock(t *testing.T) {
	w := newWreck(t)
	saved, err := readManifest(w.fs, "data")
	if err != nil {
		t.Fatal(err)
	}
	w.edit(segment1, headerSize, func(p []byte) {
		block := p[:headerSize+le.Uint32(p[12:])]
		block[5] = 7
		le.PutUint32(block, checksum(block[4:]))
	}, int(saved.segments[0].footerPosition)-headerSize)
	r := start(t, w.fs, "data", Options{})
	_, err = r.Read(t.Context(), shardOf(1), 0, shardlog.Limit{Records: 1, Bytes: 1})
	if n, ok := errors.AsType[*FormatError](err); !ok || filepath.Base(n.File) != segment1 || n.Needs != "codec 7" {
		t.Errorf("Read: %v", err)
	}
	r.wantData(shardOf(2), "two")
	r.stopped()
}

// BenchmarkCodec compresses and decompresses blocks of 256 KiB of telemetry; MB/s
// is of the decoded bytes, and ratio how many times smaller they become.
func BenchmarkCodec(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	body := make([]byte, 0, blockTarget)
	for {
		record := telemetry(rng)
		if len(body)+len(record) > cap(body) {
			break
		}
		body = append(body, record...)
	}
	var scratch []byte
	stored, c := codecS2.encode(body, &scratch)
	stored = append([]byte(nil), stored...)
	b.Run("encode", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		for b.Loop() {
			codecS2.encode(body, &scratch)
		}
		b.ReportMetric(float64(len(body))/float64(len(stored)), "ratio")
	})
	b.Run("decode", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		for b.Loop() {
			if _, err := c.decode(stored, len(body)); err != nil {
				b.Fatal(err)
			}
		}
	})
}

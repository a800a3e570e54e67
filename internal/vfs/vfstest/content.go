package vfstest

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"sync"
	"testing"

	"github.com/freshet/freshet/internal/vfs"
)

// A File is an io.ReaderAt: a read that ends short says io.EOF.
func readAtEnd(t *testing.T, r room) {
	r.put(t, "a", []byte("0123456789"))
	f := must(r.Open(r.path("a")))(t)
	defer f.Close()
	want := func(length int, off int64, n int, err error) {
		t.Helper()
		gotN, gotErr := f.ReadAt(make([]byte, length), off)
		if gotN != n || gotErr != err {
			t.Errorf("ReadAt(%d bytes, %d) = %d, %v; want %d, %v", length, off, gotN, gotErr, n, err)
		}
	}
	want(4, 0, 4, nil)
	want(4, 8, 2, io.EOF)
	want(1, 10, 0, io.EOF)
	want(1, 99999, 0, io.EOF)
	want(0, 5, 0, nil)
}

// What was never written reads as zeros.
func gapsAreZero(t *testing.T, r room) {
	f := must(r.Create(r.path("a"), vfs.Buffered))(t)
	defer f.Close()
	writeAt(t, f, []byte("end"), 20_000)
	writeAt(t, f, []byte("begin"), 0)
	wantSize(t, f, 20_003)
	want := append([]byte("begin"), make([]byte, 20_003-5)...)
	copy(want[20_000:], "end")
	if !bytes.Equal(readAt(t, f, 20_003, 0), want) {
		t.Error("the gap does not read as zeros")
	}
}

// "Truncate sets the length."
func truncateSetsLength(t *testing.T, r room) {
	f := must(r.Create(r.path("a"), vfs.Buffered))(t)
	defer f.Close()
	writeAt(t, f, bytes.Repeat([]byte{7}, 10_000), 0)
	check(t, f.Truncate(4_100))
	wantSize(t, f, 4_100)
	check(t, f.Truncate(9_000))
	wantSize(t, f, 9_000)
	want := append(bytes.Repeat([]byte{7}, 4_100), make([]byte, 4_900)...)
	if !bytes.Equal(readAt(t, f, 9_000, 0), want) {
		t.Error("what was cut off came back when the file grew")
	}
	check(t, f.Truncate(0))
	wantSize(t, f, 0)
}

// "PunchHole gives back the disk space of a range, which then reads as zeros,
// or returns errors.ErrUnsupported."
func punchHoleReadsZero(t *testing.T, r room) {
	const block = vfs.BlockSize
	f := must(r.Create(r.path("a"), vfs.Buffered))(t)
	defer f.Close()
	writeAt(t, f, bytes.Repeat([]byte{7}, 4*block), 0)
	err := f.PunchHole(block, 2*block)
	if errors.Is(err, errors.ErrUnsupported) {
		return
	}
	check(t, err)
	wantSize(t, f, 4*block)
	want := bytes.Repeat([]byte{7}, 4*block)
	clear(want[block : 3*block])
	if !bytes.Equal(readAt(t, f, 4*block, 0), want) {
		t.Error("the hole does not read as zeros, or its neighbours do")
	}
}

// "Direct bypasses the page cache where platform and file system can, and is
// Buffered where they cannot."
func directWritesAligned(t *testing.T, r room) {
	const block = vfs.BlockSize
	f := must(r.Create(r.path("a"), vfs.Direct))(t)
	writeAt(t, f, aligned(4*block, 1), 0)
	writeAt(t, f, aligned(block, 2), 2*block)
	writeAt(t, f, aligned(block, 3), 8*block)
	check(t, f.Sync())
	wantSize(t, f, 9*block)
	check(t, f.Close())

	f = must(r.OpenWrite(r.path("a"), vfs.Direct))(t)
	writeAt(t, f, aligned(block, 4), 0)
	check(t, f.Close())

	want := make([]byte, 9*block)
	for i, b := range []byte{4, 1, 2, 1, 0, 0, 0, 0, 3} {
		copy(want[i*block:], bytes.Repeat([]byte{b}, block))
	}
	r.wantContent(t, "a", want)
}

// "Offsets, lengths and the addresses of buffers of WriteAt must be multiples of
// BlockSize."
func directRefusesMisaligned(t *testing.T, r room) {
	const block = vfs.BlockSize
	f := must(r.Create(r.path("a"), vfs.Direct))(t)
	defer f.Close()
	buffer := aligned(3*block, 1)
	refuse := func(p []byte, off int64) {
		t.Helper()
		n, err := f.WriteAt(p, off)
		if n != 0 || !errors.Is(err, vfs.ErrMisaligned) {
			t.Errorf("WriteAt(%d bytes, %d) = %d, %v; want ErrMisaligned", len(p), off, n, err)
		}
	}
	refuse(buffer[:block], 512)
	refuse(buffer[:block-1], 0)
	refuse(buffer[:512], 0)
	refuse(buffer[8:block+8], 0)
	wantSize(t, f, 0)
}

// Only WriteAt asks for alignment: ReadAt takes any range.
func directReadsAnyRange(t *testing.T, r room) {
	const size = 3<<20 + 1234
	content := make([]byte, size)
	for i := range content {
		content[i] = byte(i * 7 >> 3)
	}
	r.put(t, "a", content)
	f := must(r.OpenWrite(r.path("a"), vfs.Direct))(t)
	defer f.Close()
	want := func(length int, off int64) {
		t.Helper()
		end := min(off+int64(length), size)
		got := make([]byte, length)
		n, err := f.ReadAt(got, off)
		if int64(n) != max(end-off, 0) || (n < length) != (err == io.EOF) || (n == length && err != nil && err != io.EOF) {
			t.Fatalf("ReadAt(%d bytes, %d) = %d, %v", length, off, n, err)
		}
		if n > 0 && !bytes.Equal(got[:n], content[off:end]) {
			t.Errorf("ReadAt(%d bytes, %d) returned other bytes", length, off)
		}
	}
	want(10, 0)
	want(4096, 0)
	want(4096, 4096)
	want(1, 4095)
	want(5000, 4000)
	want(size, 0)
	want(size-3, 3)
	want(2<<20, 1<<20-1)
	want(1<<20, 1<<20)
	want(10, size-10)
	want(11, size-10)
	want(1, size)
	want(1, size+vfs.BlockSize)
	want(0, 5)
}

// "Direct reports whether writes bypass the page cache: the file was opened Direct,
// and the platform has not refused so far."
func directIsOnlyWhatWasOpenedSo(t *testing.T, r room) {
	f := must(r.Create(r.path("a"), vfs.Buffered))(t)
	if f.Direct() {
		t.Error("a buffered file says that it is direct")
	}
	check(t, f.Close())
	f = must(r.Open(r.path("a")))(t)
	if f.Direct() {
		t.Error("a file for reading says that it is direct")
	}
	check(t, f.Close())
	f = must(r.OpenWrite(r.path("a"), vfs.Direct))(t)
	defer f.Close()
	before := f.Direct()
	writeAt(t, f, aligned(vfs.BlockSize, 1), 0)
	if f.Direct() && !before {
		t.Error("a file became direct by a write")
	}
}

// "ReadAt and WriteAt may be called at once from several goroutines."
func concurrentReadsAndWrites(t *testing.T, r room) {
	const block, writers = vfs.BlockSize, 8
	f := must(r.Create(r.path("a"), vfs.Direct))(t)
	defer f.Close()
	writeAt(t, f, aligned(writers*block, 0), 0)
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			off := int64(w * block)
			for round := range 10 {
				want := aligned(block, byte(round+1))
				got := make([]byte, block)
				if _, err := f.WriteAt(want, off); err != nil {
					t.Errorf("WriteAt: %v", err)
				}
				if _, err := f.ReadAt(got, off); err != nil && err != io.EOF {
					t.Errorf("ReadAt: %v", err)
				}
				if !bytes.Equal(got, want) {
					t.Error("a write was not seen by the read after it")
				}
				if err := f.Sync(); err != nil {
					t.Errorf("Sync: %v", err)
				}
			}
		})
	}
	all.Wait()
}

// A closed file does nothing any more.
func closedFileFails(t *testing.T, r room) {
	f := must(r.Create(r.path("a"), vfs.Buffered))(t)
	check(t, f.Close())
	if _, err := f.WriteAt([]byte("x"), 0); err == nil {
		t.Error("WriteAt succeeded on a closed file")
	}
	if _, err := f.ReadAt(make([]byte, 1), 0); err == nil || err == io.EOF {
		t.Errorf("ReadAt on a closed file: %v", err)
	}
	if f.Sync() == nil {
		t.Error("Sync succeeded on a closed file")
	}
	r.wantContent(t, "a", nil)
}

// ReadFile returns the whole of a file.
func readFile(t *testing.T, r room) {
	content := bytes.Repeat([]byte("freshet "), 5_000)
	r.put(t, "a", content)
	r.wantContent(t, "a", content)
	_, err := vfs.ReadFile(r, r.path("none"))
	wantIs(t, "ReadFile", err, fs.ErrNotExist)
}

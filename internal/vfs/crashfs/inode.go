package crashfs

import (
	"github.com/freshet/freshet/internal/vfs"
)

const (
	pageSize       = vfs.BlockSize
	sectorSize     = 512
	sectorsPerPage = pageSize / sectorSize
)

// page is a piece of a file. Nil stands for zeros that take no space.
type page [pageSize]byte

// inode is a file's content as it is now, and what of it is durable.
//
// Invariant: a page that is not in old was not written since the last Sync, and
// never changes again: writing replaces it. So an FS after a crash may share it.
type inode struct {
	size  int64
	pages []*page

	syncedSize int64
	// old holds the durable content of each page written since the last Sync.
	old map[int64]*page
	// writes are the ranges written since then, in order.
	writes []sectors

	// The file takes space while it has a name or a handle.
	links   int
	handles int
}

// sectors is a range of sectors.
type sectors struct{ from, to int64 }

// space returns the bytes that the file takes of the quota.
func (in *inode) space() int64 {
	var n int64
	for _, p := range in.pages {
		if p != nil {
			n += pageSize
		}
	}
	return n
}

func (in *inode) page(i int64) *page {
	if i < int64(len(in.pages)) {
		return in.pages[i]
	}
	return nil
}

// readAt fills p, and returns how much of it lies before the end.
func (in *inode) readAt(p []byte, off int64) int {
	if off >= in.size {
		return 0
	}
	p = p[:min(int64(len(p)), in.size-off)]
	for done := 0; done < len(p); {
		at := off + int64(done)
		rest := p[done:min(len(p), done+int(pageSize-at%pageSize))]
		if pg := in.page(at / pageSize); pg != nil {
			copy(rest, pg[at%pageSize:])
		} else {
			clear(rest)
		}
		done += len(rest)
	}
	return len(p)
}

// writeAt writes p with at most room bytes of new space, and returns how much it
// wrote and how much space that took.
func (in *inode) writeAt(p []byte, off, room int64) (n int, took int64) {
	for n < len(p) {
		at := off + int64(n)
		if in.page(at/pageSize) == nil {
			if took+pageSize > room {
				break
			}
			took += pageSize
		}
		n += copy(in.dirty(at / pageSize)[at%pageSize:], p[n:])
	}
	if n > 0 {
		in.size = max(in.size, off+int64(n))
		in.wrote(off, off+int64(n))
	}
	return n, took
}

// dirty returns page i for writing.
func (in *inode) dirty(i int64) *page {
	for int64(len(in.pages)) <= i {
		in.pages = append(in.pages, nil)
	}
	if in.keepOld(i) || in.pages[i] == nil {
		fresh := new(page)
		if in.pages[i] != nil {
			*fresh = *in.pages[i]
		}
		in.pages[i] = fresh
	}
	return in.pages[i]
}

// keepOld remembers what of page i is durable, if that is not done.
func (in *inode) keepOld(i int64) (first bool) {
	if _, kept := in.old[i]; kept {
		return false
	}
	if in.old == nil {
		in.old = map[int64]*page{}
	}
	in.old[i] = in.page(i)
	return true
}

// wrote notes that the bytes of a range changed.
func (in *inode) wrote(from, to int64) {
	w := sectors{from / sectorSize, (to + sectorSize - 1) / sectorSize}
	if last := len(in.writes) - 1; last >= 0 && in.writes[last].to == w.from {
		in.writes[last].to = w.to
		return
	}
	in.writes = append(in.writes, w)
}

// zero makes a range read as zeros, and returns the space that it gave back.
func (in *inode) zero(from, to int64) (gave int64) {
	to = min(to, int64(len(in.pages))*pageSize)
	if from >= to {
		return 0
	}
	for at := from; at < to; {
		i := at / pageSize
		end := min(to, (i+1)*pageSize)
		switch {
		case in.pages[i] == nil:
		case at%pageSize == 0 && end%pageSize == 0:
			in.keepOld(i)
			in.pages[i] = nil
			gave += pageSize
		default:
			clear(in.dirty(i)[at%pageSize : (end-1)%pageSize+1])
		}
		at = end
	}
	in.wrote(from, to)
	return gave
}

// truncate sets the length, and returns the space that it gave back.
func (in *inode) truncate(size int64) (gave int64) {
	if size < in.size {
		gave = in.zero(size, (in.size+pageSize-1)/pageSize*pageSize)
		in.pages = in.pages[:min(int64(len(in.pages)), (size+pageSize-1)/pageSize)]
	}
	in.size = size
	return gave
}

// sync makes the content durable as it is.
func (in *inode) sync() {
	in.old, in.writes, in.syncedSize = nil, nil, in.size
}

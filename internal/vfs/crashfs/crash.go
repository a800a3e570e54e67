package crashfs

import (
	"maps"
	"math/rand/v2"
	"slices"
)

// Crash cuts the power, if it is not off, and returns a disk as it may be found
// when the power is back: one of the states that the package's model allows,
// drawn by rng, or with a nil rng the one without anything unsynced. From then
// on every call of f fails with ErrPowerCut. Called again, it draws again.
//
// The new FS has no trace and no crash ahead; it keeps the quota.
func (f *FS) Crash(rng *rand.Rand) *FS {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.mu.dead = true
	return f.surviveLocked(rng)
}

// CrashClone is Crash, but f lives on.
func (f *FS) CrashClone(rng *rand.Rand) *FS {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.surviveLocked(rng)
}

func (f *FS) surviveLocked(rng *rand.Rand) *FS {
	after := New()
	after.mu.quota = f.mu.quota
	cut := drawCut(rng)
	after.mu.root = cut.folder(f.mu.root)
	for _, in := range cut.found {
		after.mu.used += in.space()
	}
	return after
}

// fate is what becomes of unsynced things in one power cut.
type fate int

const (
	lost  fate = iota // nothing survives
	kept              // all does
	mixed             // each sector does or does not
	torn              // all does that came before some point
	fates
)

// powerCut is the choices of one power cut.
type powerCut struct {
	rng *rand.Rand // nil: everything is lost
	// data is the fate of files, names that of folders.
	data, names fate
	// eachFile says that data is drawn for each file anew.
	eachFile bool
	// chance is a sector's to survive if data is mixed.
	chance float64
	// found holds what became of each file that a name led to.
	found map[*inode]*inode
}

func drawCut(rng *rand.Rand) powerCut {
	if rng == nil {
		return powerCut{found: map[*inode]*inode{}}
	}
	c := powerCut{
		rng:      rng,
		data:     fate(rng.IntN(int(fates))),
		eachFile: rng.IntN(4) == 0,
		chance:   rng.Float64(),
		found:    map[*inode]*inode{},
	}
	c.names = []fate{lost, kept, torn}[rng.IntN(3)]
	return c
}

// folder returns what survives of d. Names are visited in order, so that the
// same rng draws the same disk.
func (c powerCut) folder(d *folder) *folder {
	survived := 0
	switch c.names {
	case kept:
		survived = len(d.changes)
	case torn:
		survived = c.rng.IntN(len(d.changes) + 1)
	}
	found := maps.Clone(d.durable)
	for _, ch := range d.changes[:survived] {
		ch.apply(found)
	}
	after := newFolder()
	for _, name := range sortedNames(found) {
		switch n := found[name].(type) {
		case *folder:
			after.durable[name] = c.folder(n)
		case *inode:
			if c.found[n] == nil {
				c.found[n] = c.inode(n)
			}
			c.found[n].links++
			after.durable[name] = c.found[n]
		}
	}
	after.names = maps.Clone(after.durable)
	return after
}

// inode returns what survives of a file.
func (c powerCut) inode(in *inode) *inode {
	data := c.data
	if c.eachFile {
		data = fate(c.rng.IntN(int(fates)))
	}
	var survives func(sector int64) bool
	size := in.syncedSize
	switch data {
	case lost:
		survives = func(int64) bool { return false }
	case kept:
		survives = func(int64) bool { return true }
		size = in.size
	case mixed:
		survives = func(int64) bool { return c.rng.Float64() < c.chance }
		size = c.mixedSize(in)
	case torn:
		survives, size = c.tear(in)
	}
	return in.after(survives, size)
}

// mixedSize draws a length between the synced and the new one.
func (c powerCut) mixedSize(in *inode) int64 {
	switch draw := c.rng.IntN(3); {
	case draw == 0:
		return in.syncedSize
	case draw == 1 || in.size <= in.syncedSize:
		return in.size
	}
	between := in.syncedSize + c.rng.Int64N(in.size-in.syncedSize)
	return max(between/sectorSize*sectorSize, in.syncedSize)
}

// tear lets sectors survive in the order in which they were last written, up to a
// point, and with them the length.
func (c powerCut) tear(in *inode) (survives func(int64) bool, size int64) {
	lastWrite := map[int64]int64{} // sector -> its place in the order
	var total int64
	for _, w := range in.writes {
		for s := w.from; s < w.to; s++ {
			lastWrite[s] = total
			total++
		}
	}
	point := c.rng.Int64N(total + 1)
	survives = func(sector int64) bool {
		at, written := lastWrite[sector]
		return written && at < point
	}
	if point == total {
		return survives, in.size
	}
	size = in.syncedSize
	for sector := range lastWrite {
		if survives(sector) {
			size = max(size, min((sector+1)*sectorSize, in.size))
		}
	}
	return survives, size
}

// after returns the file with the unsynced sectors that survive and that length.
func (in *inode) after(survives func(sector int64) bool, size int64) *inode {
	found := &inode{size: size, syncedSize: size}
	found.pages = make([]*page, (size+pageSize-1)/pageSize)
	copy(found.pages, in.pages)
	for _, i := range slices.Sorted(maps.Keys(in.old)) {
		if i < int64(len(found.pages)) {
			found.pages[i] = merge(in.old[i], in.page(i), func(n int64) bool {
				return survives(i*sectorsPerPage + n)
			})
		}
	}
	if tail := size % pageSize; tail != 0 && found.pages[size/pageSize] != nil {
		// Nothing lies beyond the end, should the file grow again.
		last := *found.pages[size/pageSize]
		clear(last[tail:])
		found.pages[size/pageSize] = &last
	}
	return found
}

// merge returns a page with the sectors of now that survive, and the others of
// before. It never returns now, which may still change.
func merge(before, now *page, survives func(n int64) bool) *page {
	if before == nil && now == nil {
		return nil
	}
	var merged, zeros page
	for n := range int64(sectorsPerPage) {
		from := before
		if survives(n) {
			from = now
		}
		if from == nil {
			from = &zeros
		}
		copy(merged[n*sectorSize:(n+1)*sectorSize], from[n*sectorSize:])
	}
	return &merged
}

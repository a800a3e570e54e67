package disklog

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs"
)

// Dump writes what is in a data folder to w, for people: the records of the
// manifest, the index of each segment, the frames of the journal with their
// sub-frames. Payloads are not shown, nor anything of blocks that are dead: they may
// be holes. It changes nothing, takes no lock, and needs the memory that recovery
// needs; like Verify it may stumble over a log that runs. It goes on behind damage
// in one segment, and returns all that it met.
func Dump(fsys vfs.FS, dir string, w io.Writer) error {
	out := bufio.NewWriter(w)
	d := &dumper{fs: fsys, dir: dir, out: out}
	return errors.Join(d.folder(), out.Flush())
}

type dumper struct {
	fs  vfs.FS
	dir string
	out *bufio.Writer
	// alive knows which blocks are.
	alive *verifier
}

func (d *dumper) folder() error {
	path := filepath.Join(d.dir, manifestName)
	p, err := vfs.ReadFile(d.fs, path)
	if err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	fmt.Fprintf(d.out, "manifest, %d bytes\n", len(p))
	saved, at, err := parseManifest(p, d.edit)
	if err != nil {
		return inFile(err, path, at)
	}
	if saved.torn {
		fmt.Fprintf(d.out, "  %d  torn tail\n", saved.size)
	}
	fmt.Fprintf(d.out, "  log %016x, %d shards, %d dropped streams\n", saved.id, len(saved.states), len(saved.dropped))
	d.alive = newVerifier(d.fs, d.dir, saved, &Report{}, nil)
	_ = d.alive.journal() // what is wrong with it is told when it is shown
	var damage []error
	for _, m := range saved.segments {
		damage = append(damage, d.segment(m))
	}
	damage = append(damage, d.journal(saved))
	return errors.Join(damage...)
}

func (d *dumper) edit(at int64, e *edit) {
	fmt.Fprintf(d.out, "  %d  edit: checkpoint %d, reached %d, first journal %d\n", at, e.checkpoint, e.reached, e.firstJournal)
	for _, m := range e.added {
		fmt.Fprintf(d.out, "      add segment %d: a %s, level %d, frames %d to %d, %d bytes, %d shards, %d blocks, %d records\n",
			m.number, m.class, m.level, m.span.low, m.span.high, m.size, m.shards, m.blocks, m.records)
	}
	for _, n := range e.removed {
		fmt.Fprintf(d.out, "      remove segment %d\n", n)
	}
	for _, s := range e.states {
		fmt.Fprintf(d.out, "      shard %s: next %d, floor %d, arrival %d, sealed %t, generation %d\n", s.shard, s.Next, s.Floor, s.LastArrival, s.Sealed, s.generation)
	}
	for _, id := range e.dropped {
		fmt.Fprintf(d.out, "      drop stream %s\n", id)
	}
	for i := range e.keys {
		k := &e.keys[i]
		fmt.Fprintf(d.out, "      key %d of stream %s, wrapped by %q, bound to %q, %d bytes\n", k.id, k.stream, k.Wrapper, k.Bind, len(k.Wrapped))
	}
}

func (d *dumper) segment(m segmentMeta) error {
	path := segmentPath(d.dir, m.number)
	fmt.Fprintf(d.out, "%s, %d bytes\n", filepath.Base(path), m.size)
	file, f, err := openSegment(d.fs, path, &m.trailer)
	if err != nil {
		return err
	}
	defer file.Close()
	for i := range f.shardCount() {
		from, to := f.blocksOf(i)
		fmt.Fprintf(d.out, "  shard %s\n", f.shard(i))
		for b := from; b < to; b++ {
			e := f.block(b)
			fmt.Fprintf(d.out, "    %d+%d  offsets %d to %d, %d records, arrivals %d to %d",
				e.position, e.length, e.firstOffset, e.lastOffset, e.records, e.firstArrival, e.lastArrival)
			if d.alive.isDead(f.shard(i), e) {
				fmt.Fprintln(d.out, ", dead")
				continue
			}
			d.blockHeader(file, path, e.position)
		}
	}
	return nil
}

// blockHeader says how a block is stored. Its body is not read, and so its
// checksum not looked at: that is for Verify.
func (d *dumper) blockHeader(file vfs.File, path string, at int64) {
	p := make([]byte, headerSize)
	if err := readFull(file, p, at); err != nil {
		fmt.Fprintf(d.out, ", %v\n", readError(err, path, at))
		return
	}
	h, err := parseBlockHeader(p)
	if err != nil {
		fmt.Fprintf(d.out, ", %v\n", inFile(err, path, at))
		return
	}
	fmt.Fprintf(d.out, ", %s, %d bytes raw%s\n", h.codec, h.decoded, keyNote(h.key))
}

func (d *dumper) journal(saved *savedFolder) error {
	names, err := d.fs.List(d.dir)
	if err != nil {
		return fmt.Errorf("list data folder: %w", err)
	}
	files, err := openJournals(d.fs, d.dir, names, saved)
	if err != nil {
		return err
	}
	var current *journalFile
	r := &replay{checkpoint: saved.checkpoint, last: saved.checkpoint}
	r.visit = func(f *journalFile, pos int64, h frameHeader, subs []subFrame) {
		if f != current {
			current = f
			fmt.Fprintf(d.out, "%s, %d bytes, generation %016x\n", filepath.Base(f.path), f.size, f.generation)
		}
		d.frame(pos, h, subs)
	}
	if err := r.files(files, saved.reached); err != nil {
		return err
	}
	for _, b := range r.end.behind {
		fmt.Fprintf(d.out, "  %d  torn tail, frame %d in %s\n", b.pos, b.lsn, filepath.Base(b.file.path))
	}
	return nil
}

func (d *dumper) frame(pos int64, h frameHeader, subs []subFrame) {
	fmt.Fprintf(d.out, "  %d+%d  frame %d: %d sub-frames, synced up to frame %d\n", pos, headerSize+h.length, h.lsn, h.subs, h.synced)
	for _, s := range subs {
		switch s.kind {
		case kindEntries:
			fmt.Fprintf(d.out, "      %s %s: offsets %d to %d, arrival %d, generation %d, %d bytes%s\n",
				s.kind, s.shard, s.offset, uint64(s.offset)+uint64(s.count)-1, s.at, s.generation, len(s.body), keyNote(s.key))
		case kindSeal:
			fmt.Fprintf(d.out, "      %s %s: end %d, generation %d\n", s.kind, s.shard, s.offset, s.generation)
		default:
			fmt.Fprintf(d.out, "      %s %s: %d floors\n", s.kind, s.shard.Stream, s.count)
			eachFloor(s.body, func(f floor) { fmt.Fprintf(d.out, "        shard %d: %d\n", f.number, f.offset) })
		}
	}
}

// keyNote says what a body is encrypted with, nothing if it is not.
func keyNote(id shardlog.KeyID) string {
	if id == 0 {
		return ""
	}
	return fmt.Sprintf(", encrypted with key %d", id)
}

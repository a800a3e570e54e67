package disklog

import (
	"errors"
	"fmt"
	"slices"

	"github.com/freshet/freshet/internal/vfs"
)

// punch makes holes of the dead ranges of s that have none yet, if they have least
// bytes together. A file that has another name too is a backup's, and is left as it is.
//
// A crash may leave a hole or not. Nobody may read there either way, and a reader
// who began before the floor rose looks at the floor again when what it read is
// no block.
func (l *Log) punch(s *segment, c *census, least int64) error {
	holes := c.holes(l.o.tidy.punchRange)
	ranges, bytes := s.upkeep.withoutHoles(holes)
	if bytes < least || l.collection.noHoles {
		return nil
	}
	file, err := l.fs.OpenWrite(s.path, vfs.Buffered)
	if err != nil {
		return fmt.Errorf("punch segment: %w", err)
	}
	punched, err := punchRanges(file, ranges)
	err = errors.Join(err, file.Close())
	if errors.Is(err, errors.ErrUnsupported) {
		l.collection.noHoles = true
		return nil
	}
	if err != nil {
		return fmt.Errorf("punch segment: %w", err)
	}
	if punched {
		s.upkeep.holes = holes
		if fn := l.o.Events.HolePunched; fn != nil {
			fn(HolePunched{Number: s.number, Bytes: bytes})
		}
	}
	return nil
}

func punchRanges(file vfs.File, ranges []byteRange) (punched bool, err error) {
	links, err := file.Links()
	if err != nil || links > 1 {
		return false, err
	}
	for _, r := range ranges {
		if err := file.PunchHole(r.from, r.to-r.from); err != nil {
			return false, err
		}
	}
	return true, nil
}

// holes returns what of the dead ranges may become holes: whole blocks of the
// disk, at least least bytes of them.
func (c *census) holes(least int64) (holes []byteRange) {
	for _, r := range c.deadRanges {
		from, to := alignUp(r.from), r.to&^(vfs.BlockSize-1)
		if to-from >= least {
			holes = append(holes, byteRange{from, to})
		}
	}
	return holes
}

// unpunchedOf returns how many bytes of s could become holes and are none yet.
func (l *Log) unpunchedOf(s *segment, c *census) int64 {
	if l.collection.noHoles {
		return 0
	}
	_, bytes := s.upkeep.withoutHoles(c.holes(l.o.tidy.punchRange))
	return bytes
}

// withoutHoles returns those of holes that are not made yet, and how many bytes
// they have more than what was made. One that has grown is made again as a whole:
// the part of it that is there costs nothing.
func (u *upkeep) withoutHoles(holes []byteRange) (ranges []byteRange, bytes int64) {
	for _, r := range holes {
		if !slices.Contains(u.holes, r) {
			ranges = append(ranges, r)
		}
	}
	return ranges, sizeOfRanges(holes) - sizeOfRanges(u.holes)
}

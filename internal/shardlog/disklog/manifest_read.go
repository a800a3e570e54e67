package disklog

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs"
)

// savedFolder is what a manifest was read to say.
type savedFolder struct {
	content
	states  map[shardlog.Shard]shardState
	dropped map[shardlog.StreamID]struct{}
	// size and number are as in manifest, last is the newest record; torn says
	// that bytes follow which are no record.
	size   int64
	number uint32
	last   []byte
	torn   bool
	// fresh says that there is no manifest yet.
	fresh bool
}

// readManifest reads the manifest of dir. In an empty folder it returns an error of
// fs.ErrNotExist.
func readManifest(fsys vfs.FS, dir string) (*savedFolder, error) {
	path := filepath.Join(dir, manifestName)
	p, err := vfs.ReadFile(fsys, path)
	if errors.Is(err, fs.ErrNotExist) {
		if lost := checkEmpty(fsys, dir); lost != nil {
			return nil, lost
		}
	}
	if err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	saved, at, err := parseManifest(p, nil)
	if err != nil {
		return nil, inFile(err, path, at)
	}
	return saved, nil
}

// checkEmpty checks that a folder without a manifest is none that lost it.
func checkEmpty(fsys vfs.FS, dir string) error {
	names, err := fsys.List(dir)
	if err != nil {
		return fmt.Errorf("list data folder: %w", err)
	}
	if len(numbersOf(names, journalPrefix))+len(numbersOf(names, segmentPrefix)) > 0 {
		return &CorruptionError{File: filepath.Join(dir, manifestName), Reason: "it is missing, and the folder has journal files or segments"}
	}
	return nil
}

// parseManifest folds the records of a manifest. Each edit is shown to visit, if
// there is one. With an error it returns the place of it.
func parseManifest(p []byte, visit func(at int64, e *edit)) (*savedFolder, int64, error) {
	saved := &savedFolder{
		states:  map[shardlog.Shard]shardState{},
		dropped: map[shardlog.StreamID]struct{}{},
	}
	// The head is there from the moment the file has its name.
	head, err := parseRecord(p, 0)
	if err != nil {
		return nil, 0, errors.New("it does not begin with a head")
	}
	made, id, err := parseHead(head)
	if err != nil {
		return nil, 0, err
	}
	saved.id = id
	at := recordHeader + len(head)
	number := uint32(1)
	saved.last = p[:at]
	for at < len(p) {
		body, err := parseRecord(p[at:], number)
		if err != nil {
			if at < int(made) {
				return nil, int64(at), fmt.Errorf("record %d is damaged, and the file was made with %d bytes", number, made)
			}
			if later := findRecord(p[at:], number); later >= 0 {
				return nil, int64(at), fmt.Errorf("record %d is damaged, and there is a good one %d bytes behind it", number, later)
			}
			saved.torn = true
			break
		}
		e, err := parseEdit(body)
		if err != nil {
			return nil, int64(at), err
		}
		if visit != nil {
			visit(int64(at), e)
		}
		saved.fold(e)
		size := recordHeader + len(body)
		saved.last = p[at : at+size]
		at += size
		number++
	}
	if at < int(made) {
		return nil, int64(at), fmt.Errorf("it ends here, and was made with %d bytes", made)
	}
	saved.size, saved.number = int64(at), number
	return saved, 0, nil
}

// fold applies e.
func (s *savedFolder) fold(e *edit) {
	s.content.apply(e)
	for _, st := range e.states {
		s.states[st.shard] = st.shardState
	}
	if len(e.dropped) == 0 {
		return
	}
	for _, id := range e.dropped {
		s.dropped[id] = struct{}{}
	}
	for id := range s.states {
		if _, gone := s.dropped[id.Stream]; gone {
			delete(s.states, id)
		}
	}
	s.keys = slices.DeleteFunc(s.keys, func(k savedKey) bool { _, gone := s.dropped[k.stream]; return gone })
}

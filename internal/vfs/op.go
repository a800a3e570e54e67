package vfs

import (
	"fmt"
	"path/filepath"
)

// Kind names a method of FS or File.
type Kind string

// The methods of FS, then those of File.
const (
	OpCreate    Kind = "create"
	OpOpen      Kind = "open"
	OpOpenWrite Kind = "openwrite"
	OpRename    Kind = "rename"
	OpLink      Kind = "link"
	OpRemove    Kind = "remove"
	OpMkdirAll  Kind = "mkdir"
	OpList      Kind = "list"
	OpSyncDir   Kind = "syncdir"
	OpFree      Kind = "free"
	OpLock      Kind = "lock"

	OpRead      Kind = "read"
	OpWrite     Kind = "write"
	OpSync      Kind = "sync"
	OpSize      Kind = "size"
	OpLinks     Kind = "links"
	OpTruncate  Kind = "truncate"
	OpPunchHole Kind = "punch"
	OpClose     Kind = "close"
)

// Op is one call of a method. Traces are made of Ops, and faults are matched
// against them.
type Op struct {
	Kind Kind
	// Name is the file or folder, as the caller gave it but cleaned.
	Name string
	// To is the new name of a rename or link.
	To string
	// Offset and Length are the range of a read, write or punch; Length is the
	// new size of a truncate.
	Offset, Length int64
}

// Mutates reports whether the call changes the disk or what of it is durable.
func (o Op) Mutates() bool {
	switch o.Kind {
	case OpCreate, OpRename, OpLink, OpRemove, OpMkdirAll, OpSyncDir, OpWrite, OpSync, OpTruncate, OpPunchHole:
		return true
	}
	return false
}

// String returns the call in one line that stays the same from release to
// release and from platform to platform: "write journal-000001 4096+8192".
func (o Op) String() string {
	name := filepath.ToSlash(o.Name)
	switch o.Kind {
	case OpRename, OpLink:
		return fmt.Sprintf("%s %s %s", o.Kind, name, filepath.ToSlash(o.To))
	case OpRead, OpWrite, OpPunchHole:
		return fmt.Sprintf("%s %s %d+%d", o.Kind, name, o.Offset, o.Length)
	case OpTruncate:
		return fmt.Sprintf("%s %s %d", o.Kind, name, o.Length)
	}
	return fmt.Sprintf("%s %s", o.Kind, name)
}

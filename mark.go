package freshet

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/freshet/freshet/internal/durable"
	"github.com/freshet/freshet/internal/vfs"
)

// A data folder's mark is its file FORMAT: the layout of the folder and of
// everything in it and, in a second line, that it belongs to Production. A later
// layout keeps the first line's form, and says in the lines below it which release
// is needed.
const (
	formatName    = "FORMAT"
	formatPrefix  = "freshet data folder, format "
	formatVersion = 1
	format        = formatPrefix + "1\n"
	formatServed  = format + "in production: identities are verified\n"
)

var (
	// ErrOtherFormat is returned for a data folder that another version of
	// Freshet wrote.
	ErrOtherFormat = errors.New("the data folder has a format that this version of Freshet does not know")

	// ErrServed is returned without Production for a data folder that belongs to it.
	ErrServed = errors.New("it belongs to a server in production, which verifies who calls: without that everyone who reaches the port could read and write it")

	// ErrNotServed is returned in Production for a data folder that was written
	// without it, unless Options.Account is DevAccount.
	ErrNotServed = errors.New("it was written by a server for development: its streams are those of account " + DevAccount)
)

// markOf is the mark of a folder in Production or not.
func markOf(production bool) string {
	if production {
		return formatServed
	}
	return format
}

// Served reports whether dir is a data folder that belongs to Production. One that
// is not there yet belongs to nobody.
func Served(dir string) (bool, error) {
	marked, err := checkFolder(vfs.OS, dir)
	if err != nil || !marked {
		return false, err
	}
	return served(vfs.OS, dir)
}

// served reports whether the mark in dir says that the folder belongs to Production.
func served(disk vfs.FS, dir string) (bool, error) {
	content, err := vfs.ReadFile(disk, filepath.Join(dir, formatName))
	if err != nil {
		return false, err
	}
	switch string(content) {
	case format:
		return false, nil
	case formatServed:
		return true, nil
	}
	return false, fmt.Errorf("%w: %s", ErrOtherFormat, describeFormat(string(content)))
}

// checkOwner refuses a folder of the other kind.
func (o Options) checkOwner(disk vfs.FS) error {
	production, err := served(disk, o.DataDir)
	switch {
	case err != nil:
		return err
	case production && !o.Production:
		return ErrServed
	case !production && o.Production && o.Account != DevAccount:
		return ErrNotServed
	}
	return nil
}

// takeOver gives a folder that was written without Production to it, for good, if
// the options say so. Nobody else has the folder open.
func (o Options) takeOver(disk vfs.FS) error {
	if err := o.checkOwner(disk); err != nil || !o.Production {
		return err
	}
	production, err := served(disk, o.DataDir)
	if err != nil || production {
		return err
	}
	return durable.WriteFile(disk, filepath.Join(o.DataDir, formatName), []byte(formatServed))
}

func checkFormat(disk vfs.FS, dir string) error {
	_, err := served(disk, dir)
	return err
}

// describeFormat says what is known of a mark that is not ours.
func describeFormat(content string) string {
	first, below, _ := strings.Cut(content, "\n")
	digits, ok := strings.CutPrefix(first, formatPrefix)
	version, err := strconv.Atoi(digits)
	if !ok || err != nil || version <= formatVersion {
		return fmt.Sprintf("%.80q", content)
	}
	text := fmt.Sprintf("it has format %d, written by a newer version; this one reads format %d", version, formatVersion)
	if below = strings.TrimSpace(below); below != "" {
		text += fmt.Sprintf("; the folder says %.80q", below)
	}
	return text
}

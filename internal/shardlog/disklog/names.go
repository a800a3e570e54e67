package disklog

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
)

// The names of a data folder's files; FORMAT.md lists them.
const (
	lockName     = "lock"
	manifestName = "manifest"
	manifestTemp = "manifest.new"
	journalTemp  = "journal.new"

	journalPrefix = "journal-"
	segmentPrefix = "segment-"
)

func journalPath(dir string, sequence uint64) string {
	return filepath.Join(dir, fmt.Sprintf("%s%010d", journalPrefix, sequence))
}

func segmentPath(dir string, number uint64) string {
	return filepath.Join(dir, fmt.Sprintf("%s%010d", segmentPrefix, number))
}

// parseName returns the number in a name that journalPath or segmentPath made.
// Other names are not ours.
func parseName(name, prefix string) (uint64, bool) {
	digits, ok := strings.CutPrefix(name, prefix)
	if !ok || len(digits) < 10 {
		return 0, false
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	if err != nil || n == 0 || fmt.Sprintf("%010d", n) != digits {
		return 0, false
	}
	return n, true
}

// numbersOf returns the numbers of the files with that prefix, in the order of
// names.
func numbersOf(names []string, prefix string) []uint64 {
	var numbers []uint64
	for _, name := range names {
		if n, ok := parseName(name, prefix); ok {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

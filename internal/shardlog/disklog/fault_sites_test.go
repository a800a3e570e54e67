package disklog

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/faultfs"
)

// faultSites are the calls to the disk that the log makes, by what is called and on
// which of its files. TestEveryFault fails each at every place where it is made. A
// site that is new here says that the load walks a new path; one that the load
// does not meet any more is not tested.
const faultSites = `
close journal
close journal.new
close manifest
close manifest.new
close segment
create journal.new
create manifest.new
create segment
free data
list data
lock lock
mkdir data
open journal
open manifest
open segment
openwrite journal
openwrite manifest
read journal
read manifest
read segment
remove journal
remove journal.new
remove manifest.new
remove segment
rename journal
rename journal.new
rename manifest.new
size journal
size manifest
size segment
sync journal
sync journal.new
sync manifest
sync manifest.new
sync segment
syncdir .
syncdir data
write journal
write journal.new
write manifest
write manifest.new
write segment
`

// sites counts the calls at each site.
type sites map[string]int

// counting returns a rule by which nothing fails and calls are counted.
func (s sites) counting() faultfs.Rule {
	return faultfs.Rule{After: faultfs.Never, Match: func(op vfs.Op) bool {
		s[siteOf(op)]++
		return true
	}}
}

// nthAt matches one call: the n-th of a site that match matches, from 0. It sets
// met then. It may serve several disks, one after the other.
func nthAt(site string, n int, match func(vfs.Op) bool, met *bool) func(vfs.Op) bool {
	seen := 0
	return func(op vfs.Op) bool {
		if siteOf(op) != site || match != nil && !match(op) {
			return false
		}
		seen++
		*met = *met || seen == n+1
		return seen == n+1
	}
}

// siteOf names a site: "write journal".
func siteOf(op vfs.Op) string {
	name := filepath.Base(op.Name)
	if at := strings.IndexAny(name, "0123456789"); at > 0 {
		name = name[:at-1]
	}
	return fmt.Sprintf("%s %s", op.Kind, name)
}

// compare demands that the sites are those of a list.
func (s sites) compare(t *testing.T, list string) {
	t.Helper()
	got := strings.Join(slices.Sorted(maps.Keys(s)), "\n")
	if want := strings.TrimSpace(list); got != want {
		t.Errorf("calls of the sites\n%s\nwant\n%s", got, want)
	}
	t.Logf("calls: %v", s)
}

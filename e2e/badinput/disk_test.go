//go:build e2e

package badinput

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/freshet/freshet/e2e/process"
)

// TestFullDisk: writes are refused with an error that clients retry, before
// anything is damaged; reads go on; and writes resume when there is room.
func TestFullDisk(t *testing.T) {
	// The server gets a file system of 192 MiB in a mount namespace of its own,
	// which ends with it.
	dir := t.TempDir()
	script := fmt.Sprintf("mount -t tmpfs -o size=192m none %q && exec \"$@\"", dir)
	s := serveWith(t, process.Options{
		Data: filepath.Join(dir, "data"),
		Wrap: []string{"unshare", "--mount", "--map-root-user", "sh", "-c", script, "sh"},
	})
	// From outside the folder is seen through the process.
	inside := filepath.Join(fmt.Sprintf("/proc/%d/root", s.PID()), dir)
	shard, _ := s.put("before")
	var kept []string
	for _, left := range []int64{1 << 20, 0, 5 << 20, 20 << 20, 100 << 10} {
		filler := fill(t, inside, left)
		s.untilRefused(&kept)
		for range 5 { // it stays so, and nothing is harmed by asking
			s.call("PutRecord", large("x"))
		}
		if !slices.Contains(s.read(s.iterator(shard, "TRIM_HORIZON", "")), "before") {
			t.Error("on a full disk a reader does not get what was put before")
		}
		if err := os.Remove(filler); err != nil {
			t.Fatal(err)
		}
		s.untilAccepted()
		s.works()
	}
	found := s.everything()
	for _, text := range kept {
		if found[text] != 1 {
			t.Errorf("record %q was acknowledged and is there %d times", text, found[text])
		}
	}
}

// fill writes a file that takes all room of dir but left bytes.
func fill(t *testing.T, dir string, left int64) (path string) {
	t.Helper()
	path = filepath.Join(dir, "filler")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	// Nothing but ENOSPC ends this.
	written, err := io.Copy(f, endless(1<<30))
	if written == 0 || !strings.Contains(err.Error(), "no space left") {
		t.Fatalf("the disk took %d bytes: %v", written, err)
	}
	if err := f.Truncate(written - left); err != nil {
		t.Fatal(err)
	}
	return path
}

// large is the body of a PutRecord of 700 KiB that begins with text.
func large(text string) string {
	return fmt.Sprintf(`{"StreamName":"orders","PartitionKey":"alice","Data":"%s"}`,
		encode(text+" "+strings.Repeat("x", 700<<10)))
}

// untilRefused puts large records until one is refused, with an error that every
// client retries, and adds the others to kept.
func (s *server) untilRefused(kept *[]string) {
	s.t.Helper()
	for n := range 400 {
		text := fmt.Sprintf("large-%d", len(*kept))
		a := s.call("PutRecord", large(text))
		if a.status == 200 {
			*kept = append(*kept, text)
			continue
		}
		s.t.Logf("after %d records of 700 KiB: %d %s", n, a.status, a.body)
		if a.Type != "ProvisionedThroughputExceededException" {
			s.t.Errorf("a full disk is answered by %d %s", a.status, a.body)
		}
		return
	}
	s.t.Fatal("280 MB fit onto a disk of 192 MiB")
}

// untilAccepted puts until a record is accepted: the server may look for room
// only now and then.
func (s *server) untilAccepted() {
	s.t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); {
		if s.call("PutRecord", large("after")).status == 200 {
			return
		}
		<-time.After(50 * time.Millisecond) // a client's pause between tries
	}
	s.t.Fatal("30 s after there is room again, writes are still refused")
}

// everything reads both shards and counts the records by their first word.
func (s *server) everything() map[string]int {
	s.t.Helper()
	found := map[string]int{}
	for _, shard := range []string{"shardId-000000000000", "shardId-000000000001"} {
		next := s.iterator(shard, "TRIM_HORIZON", "")
		for {
			var out struct {
				Records            []struct{ Data []byte }
				NextShardIterator  string
				MillisBehindLatest int64
			}
			s.decode(s.ok("GetRecords", fmt.Sprintf(`{"ShardIterator":%q}`, next)), &out)
			for _, r := range out.Records {
				word, _, _ := strings.Cut(string(r.Data[:min(len(r.Data), 40)]), " ")
				found[word]++
			}
			if len(out.Records) == 0 && out.MillisBehindLatest == 0 {
				break
			}
			next = out.NextShardIterator
		}
	}
	return found
}

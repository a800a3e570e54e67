package server

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/shardlog/disklog"
	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/crashfs"
)

// story is what the log's events make of lines and numbers.
type story struct {
	*Metrics
	disklog.Events
	said bytes.Buffer
}

func newStory() *story {
	s := &story{Metrics: NewMetrics("test")}
	s.Events = s.DiskEvents(slog.New(slog.NewTextHandler(&s.said, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	})))
	return s
}

// lines returns what was said since the last time.
func (s *story) lines() string {
	defer s.said.Reset()
	return s.said.String()
}

// value returns the line of a metric, without its name.
func (s *story) value(t *testing.T, name string) string {
	t.Helper()
	w := httptest.NewRecorder()
	s.handler().ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	for line := range strings.Lines(w.Body.String()) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	t.Fatalf("there is no metric %s:\n%s", name, w.Body)
	return ""
}

func (s *story) want(t *testing.T, lines, full string) {
	t.Helper()
	if got := s.lines(); got != lines {
		t.Errorf("it says %q, want %q", got, lines)
	}
	if got := s.value(t, "freshet_disk_full"); got != full {
		t.Errorf("freshet_disk_full is %s, want %s", got, full)
	}
}

// A shortage of a moment is a warning; one that lasts is an error, once.
func TestAShortageIsAnErrorWhenItLasts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStory()
		full := fmt.Errorf("1 bytes free: %w", vfs.ErrNoSpace)
		const cause = `because="the disk is full"`
		const text = ` err="1 bytes free: no space left on device"` + "\n"
		const warning = `level=WARN msg="writes are refused" ` + cause + text
		s.want(t, "", "0")
		s.NoSpace(full)
		s.want(t, warning, "1")
		time.Sleep(700 * time.Millisecond)
		s.NoSpace(full)
		s.NoSpace(nil)
		s.want(t, "level=INFO msg=\"writes are taken again\" after=700ms\n", "0")

		s.NoSpace(full)
		for range 9 {
			time.Sleep(time.Second)
			s.NoSpace(full)
		}
		s.want(t, warning+`level=ERROR msg="writes are still refused" `+cause+" since=2000-01-01T00:00:00.700Z"+text, "1")
		s.NoSpace(nil)
		s.want(t, "level=INFO msg=\"writes are taken again\" after=9s\n", "0")
		s.NoSpace(syscall.EMFILE)
		s.want(t, `level=WARN msg="writes are refused" because="no more files can be opened" err="too many open files"`+"\n", "1")
	})
}

// A consumer that tries again and again at a damaged block does not fill the log.
func TestDamageIsSaidOnceForEachPlace(t *testing.T) {
	s := newStory()
	for range 3 {
		for _, at := range []int64{4096, 8192} {
			s.Corruption(&disklog.CorruptionError{File: "log/segment-0000000001", Offset: at, Reason: "shard x, offsets 1 to 2: wrong checksum"})
		}
	}
	const line = "level=ERROR msg=\"damage on the disk\" file=log/segment-0000000001 byte=%d reason=\"shard x, offsets 1 to 2: wrong checksum\"\n"
	if got, want := s.lines(), fmt.Sprintf(line+line, 4096, 8192); got != want {
		t.Errorf("it says\n%swant\n%s", got, want)
	}
	if met, places := s.value(t, "freshet_disk_corruptions_total"), s.value(t, "freshet_disk_damaged_places"); met != "6" || places != "2" {
		t.Errorf("%s reads met damage in %s places, want 6 and 2", met, places)
	}
}

func TestMetricsOfALogOnDisk(t *testing.T) {
	s := newStory()
	log, err := disklog.Open(crashfs.New(), "data", disklog.Options{Events: s.Events})
	if err != nil {
		t.Fatal(err)
	}
	s.WatchDisk(log)
	for name, want := range map[string]string{
		"freshet_disk_segments": "0", "freshet_disk_segments_bytes": "0", "freshet_disk_segments_records": "0",
		"freshet_wal_files": "1", "freshet_wal_bytes": "4.194304e+06", "freshet_memtable_bytes": "0",
	} {
		if got := s.value(t, name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/freshet/freshet/internal/meta"
	"github.com/freshet/freshet/internal/meta/sqlitemeta"
	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/shardlog/disklog"
	"github.com/freshet/freshet/internal/streams"
	"github.com/freshet/freshet/internal/vfs"
)

type logStatCommand struct {
	logFolder
	JSON bool `name:"json" help:"Print JSON, with bytes and times in full."`
}

// Run takes no lock: it may look at a log that a server writes. What can be read
// is printed, whatever is damaged.
func (c logStatCommand) Run(p *program) error {
	usage, err := disklog.UsageOf(vfs.OS, c.path())
	if err != nil && usage.ManifestBytes == 0 {
		return noLog(c.Dir, err)
	}
	names, nameless := c.names()
	show := printUsage
	if c.JSON {
		show = printUsageJSON
	}
	return errors.Join(show(p.stdout, usage, names), nameless, err)
}

// names returns the names of streams, if there is a store beside the log.
func (c logStatCommand) names() (names map[shardlog.StreamID]string, err error) {
	err = sqlitemeta.Read(context.Background(), filepath.Join(filepath.Dir(c.path()), "meta.db"), func(r meta.Reader) error {
		names, err = streams.Names(r)
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // ids will do
	}
	return names, err
}

// printUsage prints two tables: files, and streams.
func printUsage(w io.Writer, u disklog.Usage, names map[shardlog.StreamID]string) error {
	files := 1 + u.Journal.Files
	rows := [][]string{
		{"", "files", "size", "records", "live"},
		{"manifest", "1", sizeText(u.ManifestBytes), "", ""},
		{"journal", strconv.Itoa(u.Journal.Files), sizeText(u.Journal.Bytes), fmt.Sprint(u.Journal.UnflushedRecords), ""},
	}
	for _, g := range u.Segments {
		files += g.Files
		rows = append(rows, []string{
			fmt.Sprintf("segments, %s, level %d", g.Class, g.Level), strconv.Itoa(g.Files), sizeText(g.Bytes),
			strconv.FormatUint(g.Records, 10), share(g.LiveBytes, g.BlockBytes),
		})
	}
	rows = append(rows, []string{"total", strconv.Itoa(files), sizeText(u.Total()), "", ""})
	if err := printTable(w, rows); err != nil || len(u.Streams) == 0 {
		return err
	}
	rows = [][]string{{"stream", "shards", "records", "stored", "raw", "dead", "oldest", "newest"}}
	for _, st := range u.Streams {
		rows = append(rows, []string{
			nameOf(st, names), strconv.Itoa(st.Shards), strconv.FormatUint(st.Records, 10),
			sizeText(st.Bytes), sizeText(st.RawBytes), sizeText(st.DeadBytes), timeText(st.Oldest), timeText(st.Newest),
		})
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	return printTable(w, rows)
}

// nameOf is a stream's name, or its id if the store knows none.
func nameOf(st disklog.StreamUsage, names map[shardlog.StreamID]string) string {
	switch name := names[st.ID]; {
	case name != "":
		return name
	case st.Dropped:
		return st.ID.String() + " (deleted)"
	default:
		return st.ID.String()
	}
}

// printTable aligns columns, the first to the left and all others to the right.
func printTable(w io.Writer, rows [][]string) error {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range rows {
		line := fmt.Sprintf("%-*s", widths[0], row[0])
		for i, cell := range row[1:] {
			line += fmt.Sprintf("  %*s", widths[i+1], cell)
		}
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " ")); err != nil {
			return err
		}
	}
	return nil
}

func sizeText(n int64) string {
	switch {
	case n < 1<<10:
		return fmt.Sprintf("%d B", n)
	case n < 1<<20:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	case n < 1<<30:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	default:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	}
}

func share(part, whole int64) string {
	if whole == 0 {
		return ""
	}
	return fmt.Sprintf("%d%%", part*100/whole)
}

func timeText(t shardlog.Millis) string {
	if t == 0 {
		return "-"
	}
	return t.Time().Format("2006-01-02T15:04:05Z")
}

// usageJSON is what --json prints. Times are milliseconds since 1970.
type usageJSON struct {
	Bytes         int64         `json:"bytes"`
	ManifestBytes int64         `json:"manifestBytes"`
	Journal       journalJSON   `json:"journal"`
	Segments      []segmentJSON `json:"segments"`
	Streams       []streamJSON  `json:"streams"`
}

type journalJSON struct {
	Files            int    `json:"files"`
	Bytes            int64  `json:"bytes"`
	UnflushedRecords uint64 `json:"unflushedRecords"`
	UnflushedBytes   int64  `json:"unflushedBytes"`
}

type segmentJSON struct {
	Class      string `json:"class"`
	Level      int    `json:"level"`
	Files      int    `json:"files"`
	Bytes      int64  `json:"bytes"`
	Records    uint64 `json:"records"`
	LiveBytes  int64  `json:"liveBytes"`
	BlockBytes int64  `json:"blockBytes"`
}

type streamJSON struct {
	ID        string          `json:"id"`
	Name      string          `json:"name,omitempty"`
	Deleted   bool            `json:"deleted"`
	Shards    int             `json:"shards"`
	Records   uint64          `json:"records"`
	Bytes     int64           `json:"bytes"`
	RawBytes  int64           `json:"rawBytes"`
	DeadBytes int64           `json:"deadBytes"`
	Oldest    shardlog.Millis `json:"oldest"`
	Newest    shardlog.Millis `json:"newest"`
}

func printUsageJSON(w io.Writer, u disklog.Usage, names map[shardlog.StreamID]string) error {
	out := usageJSON{
		Bytes: u.Total(), ManifestBytes: u.ManifestBytes, Journal: journalJSON(u.Journal),
		Segments: []segmentJSON{}, Streams: []streamJSON{},
	}
	for _, g := range u.Segments {
		out.Segments = append(out.Segments, segmentJSON(g))
	}
	for _, st := range u.Streams {
		out.Streams = append(out.Streams, streamJSON{
			st.ID.String(), names[st.ID], st.Dropped, st.Shards, st.Records, st.Bytes, st.RawBytes, st.DeadBytes, st.Oldest, st.Newest,
		})
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(out)
}

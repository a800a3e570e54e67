package freshet

import "github.com/freshet/freshet/internal/shardlog"

// Compression is how records are kept on the disk. What a client sees does not
// depend on it.
type Compression string

const (
	// CompressionNone keeps records as they come.
	CompressionNone Compression = "none"
	// CompressionS2 makes text about a quarter of its size at the speed of the
	// disk. It is done when records leave memory for a segment; in the journal
	// they are as they came.
	CompressionS2 Compression = "s2"
)

// inLog returns c in the words of the log. Validate has seen that it has some.
func (c Compression) inLog() shardlog.Compression {
	name, _ := shardlog.ParseCompression(string(c))
	return name
}

package kinesiscodec

import (
	"github.com/freshet/freshet/internal/wire/convert"
	"github.com/freshet/freshet/internal/wire/scratch"
)

// readBlobJSON decodes a payload into blobs, which has room for it. Base64 has
// no characters that need escapes, so the first quote ends it.
func readBlobJSON(c *jsonCursor, blobs *scratch.Buffer) (blob []byte, ok bool) {
	text, ok := c.quoted()
	if !ok {
		return nil, false
	}
	n := convert.BlobLen(text)
	from := len(blobs.B)
	if n > maxData || n > cap(blobs.B)-from {
		return nil, false
	}
	blobs.B = blobs.B[:from+n]
	blob = blobs.B[from : from+n : from+n]
	return blob, convert.DecodeBlob(blob, text)
}

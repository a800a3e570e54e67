package wire

import (
	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/wire/awscbor"
	"github.com/freshet/freshet/internal/wire/awsjson"
)

// The content types of the encodings.
const (
	JSON = "application/x-amz-json-1.1"
	CBOR = "application/x-amz-cbor-1.1"
)

// encoding reads and writes bodies of one content type.
type encoding struct {
	contentType string
	// index is the encoding's place in encodings and in Route.fast.
	index int
	// valid reports whether a body parses and is an object.
	valid  func(body []byte) bool
	decode func(body []byte, shape *awsapi.Shape, into any) error
	append func(dst []byte, shape *awsapi.Shape, v any) ([]byte, error)
	// pairs writes an object of texts: names and values take turns.
	pairs func(dst []byte, pairs ...string) []byte
}

var encodings = [2]encoding{
	{contentType: JSON, index: 0, valid: awsjson.Valid, decode: awsjson.Decode, append: awsjson.Append, pairs: jsonPairs},
	{contentType: CBOR, index: 1, valid: awscbor.Valid, decode: awscbor.Decode, append: awscbor.Append, pairs: cborPairs},
}

var (
	jsonEncoding = &encodings[0]
	cborEncoding = &encodings[1]
)

// encodingOf returns the encoding of a content type, or nil.
func encodingOf(contentType string) *encoding {
	for i := range encodings {
		if encodings[i].contentType == contentType {
			return &encodings[i]
		}
	}
	return nil
}

// appendError writes an error body. Of all errors only SerializationException
// spells its text with a capital letter (data-streams.md, section 1.3).
func (enc *encoding) appendError(dst []byte, e *awsapi.Error) []byte {
	switch {
	case e.Message == "":
		return enc.pairs(dst, "__type", e.Code)
	case e.Code == "SerializationException":
		return enc.pairs(dst, "__type", e.Code, "Message", e.Message)
	}
	return enc.pairs(dst, "__type", e.Code, "message", e.Message)
}

func jsonPairs(dst []byte, pairs ...string) []byte {
	separators := [2]byte{',', ':'}
	for i, text := range pairs {
		dst = append(dst, separators[i%2])
		if i == 0 {
			dst[len(dst)-1] = '{'
		}
		dst = awsjson.AppendString(dst, text)
	}
	return append(dst, '}')
}

func cborPairs(dst []byte, pairs ...string) []byte {
	dst = append(dst, awscbor.MapStart)
	for _, text := range pairs {
		dst = awscbor.AppendString(dst, text)
	}
	return append(dst, awscbor.Break)
}

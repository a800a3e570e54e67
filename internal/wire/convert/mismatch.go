package convert

import "github.com/freshet/freshet/internal/awsapi"

// Given is the kind of value that stood on the wire.
type Given uint8

// The kinds of values.
const (
	Boolean Given = iota
	Number
	Text
	Bytes
	List
	Map
)

// javaClass names the class in which AWS's server holds a scalar. Bytes exist
// in CBOR only; no source records AWS's answer to them, so the class is the one
// that AWS prints for a blob elsewhere.
var javaClass = [...]string{
	Boolean: "java.lang.Boolean",
	Number:  "com.amazon.coral.value.json.numbers.TruncatingBigNumber",
	Text:    "java.lang.String",
	Bytes:   "java.nio.HeapByteBuffer",
}

// wanted is how AWS ends the sentence for each kind of member. The articles
// are AWS's.
var wanted = [...]string{
	awsapi.String:    "an String",
	awsapi.Blob:      "a Blob",
	awsapi.Integer:   "an Integer",
	awsapi.Long:      "an Long",
	awsapi.Boolean:   "an Boolean",
	awsapi.Timestamp: "milliseconds since epoch",
}

// Malformed is the answer to a body that is not of its encoding, or is not a
// structure. It has no message.
func Malformed() *awsapi.Error {
	return &awsapi.Error{Code: "SerializationException", Status: 400}
}

// Mismatch is the answer to a value given where the shape wants kind.
func Mismatch(kind awsapi.Kind, given Given) *awsapi.Error {
	switch {
	case given == List:
		return mismatch("Start of list found where not expected")
	case given == Map:
		return mismatch("Start of structure or map found where not expected.")
	case kind == awsapi.List:
		return mismatch("Expected list or null")
	case kind == awsapi.Map:
		return mismatch("Expected map or null")
	case kind == awsapi.Structure:
		return mismatch("Expected null")
	}
	return mismatch("class " + javaClass[given] + " can not be converted to " + wanted[kind])
}

func mismatch(text string) *awsapi.Error {
	return &awsapi.Error{Code: "SerializationException", Message: text, Status: 400}
}

package kinesiscodec

import (
	"strconv"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/wire/awsjson"
)

// Every member is written with a comma after it; closed turns the last one into
// the bracket that belongs there.
func closed(dst []byte, bracket byte) []byte {
	if dst[len(dst)-1] == ',' {
		dst[len(dst)-1] = bracket
		return dst
	}
	return append(dst, bracket)
}

// appendText writes a member that is a text, if it is there. head is the name,
// quoted, the colon, and the quote that begins the text.
func appendText[S ~string](dst []byte, head string, text *S) []byte {
	if text == nil {
		return dst
	}
	if !awsjson.Plain(string(*text)) {
		dst = append(dst, head[:len(head)-1]...)
		return append(awsjson.AppendString(dst, string(*text)), ',')
	}
	dst = append(dst, head...)
	dst = append(dst, *text...)
	return append(dst, `",`...)
}

// sizePutRecords is the same for both encodings: an entry is 56 digits, a
// shard's id of 20, and names and punctuation of less than 50.
func sizePutRecords(out any) int {
	o := out.(*kinesis.PutRecordsOutput)
	n := 128 + 136*len(o.Records)
	for i := range o.Records {
		if e := o.Records[i].ErrorMessage; e != nil {
			n += len(*e) + 64
		}
	}
	return n
}

func appendPutRecordsJSON(dst []byte, out any) ([]byte, bool) {
	o := out.(*kinesis.PutRecordsOutput)
	dst = append(dst, '{')
	if o.FailedRecordCount != nil {
		dst = append(dst, `"FailedRecordCount":`...)
		dst = append(strconv.AppendInt(dst, int64(*o.FailedRecordCount), 10), ',')
	}
	if o.Records != nil {
		dst = append(dst, `"Records":[`...)
		for i := range o.Records {
			e := &o.Records[i]
			dst = append(dst, '{')
			dst = appendText(dst, `"SequenceNumber":"`, e.SequenceNumber)
			dst = appendText(dst, `"ShardId":"`, e.ShardId)
			dst = appendText(dst, `"ErrorCode":"`, e.ErrorCode)
			dst = appendText(dst, `"ErrorMessage":"`, e.ErrorMessage)
			dst = append(closed(dst, '}'), ',')
		}
		dst = append(closed(dst, ']'), ',')
	}
	dst = appendText(dst, `"EncryptionType":"`, o.EncryptionType)
	return closed(dst, '}'), true
}

package kinesiscodec

import (
	"encoding/base64"
	"strconv"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/wire/awsjson"
)

// recordSize is the part of a record's answer that is no payload and no key,
// rather more than less.
const recordSize = 256

func sizeGetRecordsJSON(out any) int {
	return sizeRecordsJSON(out.(*kinesis.GetRecordsOutput).Records)
}

// sizeRecordsJSON is about what an answer with these records takes, and nothing
// else that is long.
func sizeRecordsJSON(records []kinesis.Record) int {
	n := 1024 + recordSize*len(records)
	for i := range records {
		n += base64.StdEncoding.EncodedLen(len(records[i].Data))
		if key := records[i].PartitionKey; key != nil {
			n += len(*key)
		}
	}
	return n
}

// appendGetRecordsJSON declines the last answer of a shard, which names its
// children.
func appendGetRecordsJSON(dst []byte, out any) ([]byte, bool) {
	o := out.(*kinesis.GetRecordsOutput)
	if o.ChildShards != nil {
		return dst, false
	}
	dst = append(dst, '{')
	dst = appendRecordsJSON(dst, o.Records)
	dst = appendText(dst, `"NextShardIterator":"`, o.NextShardIterator)
	dst = appendBehindJSON(dst, o.MillisBehindLatest)
	return closed(dst, '}'), true
}

// appendRecordsJSON writes the member Records, if it is there.
func appendRecordsJSON(dst []byte, records []kinesis.Record) []byte {
	if records == nil {
		return dst
	}
	dst = append(dst, `"Records":[`...)
	var last moment
	for i := range records {
		dst = appendRecordJSON(dst, &records[i], &last)
	}
	return append(closed(dst, ']'), ',')
}

// appendBehindJSON writes the member MillisBehindLatest, if it is there.
func appendBehindJSON(dst []byte, millis *int64) []byte {
	if millis == nil {
		return dst
	}
	dst = append(dst, `"MillisBehindLatest":`...)
	return append(strconv.AppendInt(dst, *millis, 10), ',')
}

// appendRecordJSON writes a record and a comma. Nearly all records have the same
// four members, none with anything to escape.
func appendRecordJSON(dst []byte, r *kinesis.Record, last *moment) []byte {
	if r.SequenceNumber == nil || r.ApproximateArrivalTimestamp == nil || r.Data == nil || r.PartitionKey == nil ||
		r.EncryptionType != nil || !awsjson.Plain(*r.SequenceNumber) || !awsjson.Plain(*r.PartitionKey) {
		return appendOddRecordJSON(dst, r)
	}
	dst = append(dst, `{"SequenceNumber":"`...)
	dst = append(dst, *r.SequenceNumber...)
	dst = append(dst, `","ApproximateArrivalTimestamp":`...)
	dst = last.append(dst, r.ApproximateArrivalTimestamp)
	dst = append(dst, `,"Data":`...)
	dst = awsjson.AppendBlob(dst, r.Data)
	dst = append(dst, `,"PartitionKey":"`...)
	dst = append(dst, *r.PartitionKey...)
	return append(dst, `"},`...)
}

func appendOddRecordJSON(dst []byte, r *kinesis.Record) []byte {
	dst = append(dst, '{')
	dst = appendText(dst, `"SequenceNumber":"`, r.SequenceNumber)
	if r.ApproximateArrivalTimestamp != nil {
		dst = append(dst, `"ApproximateArrivalTimestamp":`...)
		dst = append(awsjson.AppendTime(dst, *r.ApproximateArrivalTimestamp), ',')
	}
	if r.Data != nil {
		dst = append(dst, `"Data":`...)
		dst = append(awsjson.AppendBlob(dst, r.Data), ',')
	}
	dst = appendText(dst, `"PartitionKey":"`, r.PartitionKey)
	dst = appendText(dst, `"EncryptionType":"`, r.EncryptionType)
	return append(closed(dst, '}'), ',')
}

// moment remembers how the last time was written: records follow each other
// closely, and those that arrived together have one time. The zero value remembers
// nothing.
type moment struct {
	of   *time.Time
	text [32]byte
	n    int
}

// append writes *t as awsjson.AppendTime does.
func (m *moment) append(dst []byte, t *time.Time) []byte {
	if t != m.of {
		m.of, m.n = t, len(awsjson.AppendTime(m.text[:0], *t))
	}
	return append(dst, m.text[:m.n]...)
}

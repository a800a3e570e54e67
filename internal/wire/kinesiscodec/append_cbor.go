package kinesiscodec

import (
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/wire/awscbor"
)

// Names of members with their heads: 0x60 and the length, up to 23.
const (
	cborFailedRecordCount           = "\x71FailedRecordCount"
	cborRecords                     = "\x67Records"
	cborSequenceNumber              = "\x6eSequenceNumber"
	cborShardID                     = "\x67ShardId"
	cborErrorCode                   = "\x69ErrorCode"
	cborErrorMessage                = "\x6cErrorMessage"
	cborEncryptionType              = "\x6eEncryptionType"
	cborNextShardIterator           = "\x71NextShardIterator"
	cborMillisBehindLatest          = "\x72MillisBehindLatest"
	cborApproximateArrivalTimestamp = "\x78\x1bApproximateArrivalTimestamp"
	cborData                        = "\x64Data"
	cborPartitionKey                = "\x6cPartitionKey"
	cborContinuationSequenceNumber  = "\x78\x1aContinuationSequenceNumber"
)

// appendTextCBOR writes a member that is a text, if it is there.
func appendTextCBOR[S ~string](dst []byte, name string, text *S) []byte {
	if text == nil {
		return dst
	}
	return awscbor.AppendString(append(dst, name...), string(*text))
}

func appendPutRecordsCBOR(dst []byte, out any) ([]byte, bool) {
	o := out.(*kinesis.PutRecordsOutput)
	dst = append(dst, awscbor.MapStart)
	if o.FailedRecordCount != nil {
		dst = awscbor.AppendInt(append(dst, cborFailedRecordCount...), int64(*o.FailedRecordCount))
	}
	if o.Records != nil {
		dst = append(append(dst, cborRecords...), awscbor.ListStart)
		for i := range o.Records {
			e := &o.Records[i]
			dst = append(dst, awscbor.MapStart)
			dst = appendTextCBOR(dst, cborSequenceNumber, e.SequenceNumber)
			dst = appendTextCBOR(dst, cborShardID, e.ShardId)
			dst = appendTextCBOR(dst, cborErrorCode, e.ErrorCode)
			dst = appendTextCBOR(dst, cborErrorMessage, e.ErrorMessage)
			dst = append(dst, awscbor.Break)
		}
		dst = append(dst, awscbor.Break)
	}
	dst = appendTextCBOR(dst, cborEncryptionType, o.EncryptionType)
	return append(dst, awscbor.Break), true
}

func sizeGetRecordsCBOR(out any) int {
	return sizeRecordsCBOR(out.(*kinesis.GetRecordsOutput).Records)
}

// sizeRecordsCBOR is about what an answer with these records takes, and nothing
// else that is long.
func sizeRecordsCBOR(records []kinesis.Record) int {
	n := 1024 + recordSize*len(records)
	for i := range records {
		n += len(records[i].Data)
		if key := records[i].PartitionKey; key != nil {
			n += len(*key)
		}
	}
	return n
}

// appendGetRecordsCBOR declines the last answer of a shard, which names its
// children.
func appendGetRecordsCBOR(dst []byte, out any) ([]byte, bool) {
	o := out.(*kinesis.GetRecordsOutput)
	if o.ChildShards != nil {
		return dst, false
	}
	dst = append(dst, awscbor.MapStart)
	dst = appendRecordsCBOR(dst, o.Records)
	dst = appendTextCBOR(dst, cborNextShardIterator, o.NextShardIterator)
	dst = appendBehindCBOR(dst, o.MillisBehindLatest)
	return append(dst, awscbor.Break), true
}

// appendRecordsCBOR writes the member Records, if it is there.
func appendRecordsCBOR(dst []byte, records []kinesis.Record) []byte {
	if records == nil {
		return dst
	}
	dst = append(append(dst, cborRecords...), awscbor.ListStart)
	for i := range records {
		dst = appendRecordCBOR(dst, &records[i])
	}
	return append(dst, awscbor.Break)
}

// appendBehindCBOR writes the member MillisBehindLatest, if it is there.
func appendBehindCBOR(dst []byte, millis *int64) []byte {
	if millis == nil {
		return dst
	}
	return awscbor.AppendInt(append(dst, cborMillisBehindLatest...), *millis)
}

func appendRecordCBOR(dst []byte, r *kinesis.Record) []byte {
	dst = append(dst, awscbor.MapStart)
	dst = appendTextCBOR(dst, cborSequenceNumber, r.SequenceNumber)
	if r.ApproximateArrivalTimestamp != nil {
		dst = awscbor.AppendTime(append(dst, cborApproximateArrivalTimestamp...), *r.ApproximateArrivalTimestamp)
	}
	if r.Data != nil {
		dst = awscbor.AppendBlob(append(dst, cborData...), r.Data)
	}
	dst = appendTextCBOR(dst, cborPartitionKey, r.PartitionKey)
	dst = appendTextCBOR(dst, cborEncryptionType, r.EncryptionType)
	return append(dst, awscbor.Break)
}

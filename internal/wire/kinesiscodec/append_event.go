package kinesiscodec

import (
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/wire/awscbor"
)

// An event of SubscribeToShard is little else than an answer of GetRecords. Both
// encoders decline the last event of a shard, which names its children.

func sizeEventJSON(out any) int {
	return sizeRecordsJSON(out.(*kinesis.SubscribeToShardEvent).Records)
}

func appendEventJSON(dst []byte, out any) ([]byte, bool) {
	e := out.(*kinesis.SubscribeToShardEvent)
	if e.ChildShards != nil {
		return dst, false
	}
	dst = append(dst, '{')
	dst = appendRecordsJSON(dst, e.Records)
	dst = appendText(dst, `"ContinuationSequenceNumber":"`, e.ContinuationSequenceNumber)
	dst = appendBehindJSON(dst, e.MillisBehindLatest)
	return closed(dst, '}'), true
}

func sizeEventCBOR(out any) int {
	return sizeRecordsCBOR(out.(*kinesis.SubscribeToShardEvent).Records)
}

func appendEventCBOR(dst []byte, out any) ([]byte, bool) {
	e := out.(*kinesis.SubscribeToShardEvent)
	if e.ChildShards != nil {
		return dst, false
	}
	dst = append(dst, awscbor.MapStart)
	dst = appendRecordsCBOR(dst, e.Records)
	dst = appendTextCBOR(dst, cborContinuationSequenceNumber, e.ContinuationSequenceNumber)
	dst = appendBehindCBOR(dst, e.MillisBehindLatest)
	return append(dst, awscbor.Break), true
}

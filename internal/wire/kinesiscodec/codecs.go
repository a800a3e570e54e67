package kinesiscodec

import "github.com/freshet/freshet/internal/wire/fast"

// The codecs by operation and encoding.
var (
	PutRecordJSON  = fast.Codec{Decode: decodePutRecordJSON}
	PutRecordCBOR  = fast.Codec{Decode: decodePutRecordCBOR}
	PutRecordsJSON = fast.Codec{Decode: decodePutRecordsJSON, Size: sizePutRecords, Append: appendPutRecordsJSON}
	PutRecordsCBOR = fast.Codec{Decode: decodePutRecordsCBOR, Size: sizePutRecords, Append: appendPutRecordsCBOR}
	GetRecordsJSON = fast.Codec{Decode: decodeGetRecordsJSON, Size: sizeGetRecordsJSON, Append: appendGetRecordsJSON}
	GetRecordsCBOR = fast.Codec{Decode: decodeGetRecordsCBOR, Size: sizeGetRecordsCBOR, Append: appendGetRecordsCBOR}

	// These write the events of SubscribeToShard.
	SubscribeToShardJSON = fast.Codec{Size: sizeEventJSON, Append: appendEventJSON}
	SubscribeToShardCBOR = fast.Codec{Size: sizeEventCBOR, Append: appendEventCBOR}
)

package kinesiscodec

import (
	"strings"
	"sync"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/wire/scratch"
)

// putRecord is an input of PutRecord and the memory that it leads to.
type putRecord struct {
	in kinesis.PutRecordInput
	// streamName and streamARN are copies; the others alias the body.
	streamName, streamARN string
	key, hash, ordering   string
	// blobs holds the payload if it was base64.
	blobs   scratch.Buffer
	release func()
}

var putRecordPool sync.Pool

func newPutRecord() *putRecord {
	if r, ok := putRecordPool.Get().(*putRecord); ok {
		return r
	}
	r := new(putRecord)
	r.release = func() {
		r.blobs.Release()
		*r = putRecord{release: r.release}
		putRecordPool.Put(r)
	}
	return r
}

// set takes a member that is a text, each at most once.
func (r *putRecord) set(member string, b []byte) bool {
	switch member {
	case "StreamName":
		return put(&r.in.StreamName, &r.streamName, strings.Clone(alias(b)), isName(b))
	case "StreamARN":
		return put(&r.in.StreamARN, &r.streamARN, strings.Clone(alias(b)), isStreamARN(b))
	case "PartitionKey":
		return put(&r.in.PartitionKey, &r.key, alias(b), isKey(b))
	case "ExplicitHashKey":
		return put(&r.in.ExplicitHashKey, &r.hash, alias(b), isNumber(b, hashDigits))
	case "SequenceNumberForOrdering":
		return put(&r.in.SequenceNumberForOrdering, &r.ordering, alias(b), isNumber(b, numberDigits))
	}
	return false
}

// put stores text in room and lets member point to it, if text is valid and
// member is not set yet.
func put(member **string, room *string, text string, valid bool) bool {
	if *member != nil || !valid {
		return false
	}
	*room = text
	*member = room
	return true
}

// finish accepts or declines the request.
func (r *putRecord) finish(ok bool) (any, func(), bool) {
	if !ok || r.in.Data == nil || r.in.PartitionKey == nil {
		r.release()
		return nil, nil, false
	}
	return &r.in, r.release, true
}

func decodePutRecordJSON(body []byte) (any, func(), bool) {
	r := newPutRecord()
	c := jsonCursor{in: body}
	return r.finish(r.readJSON(&c) && c.end())
}

func (r *putRecord) readJSON(c *jsonCursor) bool {
	if !c.next('{') {
		return false
	}
	for {
		name, ok := c.name()
		if !ok {
			return false
		}
		if string(name) == "Data" {
			ok = r.in.Data == nil && r.readDataJSON(c)
		} else {
			var b []byte
			if b, ok = c.text(); ok {
				ok = r.set(alias(name), b)
			}
		}
		if !ok {
			return false
		}
		if more, ok := c.another('}'); !more {
			return ok
		}
	}
}

func (r *putRecord) readDataJSON(c *jsonCursor) (ok bool) {
	r.blobs.Get((len(c.in) - c.at) / 4 * 3)
	r.in.Data, ok = readBlobJSON(c, &r.blobs)
	return ok
}

func decodePutRecordCBOR(body []byte) (any, func(), bool) {
	r := newPutRecord()
	c := cborCursor{in: body}
	return r.finish(r.readCBOR(&c) && c.end())
}

func (r *putRecord) readCBOR(c *cborCursor) bool {
	return c.members(func(name []byte) bool {
		if string(name) != "Data" {
			b, ok := c.text()
			return ok && r.set(alias(name), b)
		}
		if r.in.Data != nil {
			return false
		}
		var ok bool
		r.in.Data, ok = c.blob()
		return ok
	})
}

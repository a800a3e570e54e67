package kinesiscodec

import (
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/wire/convert"
)

func decodePutRecordsJSON(body []byte) (in any, release func(), ok bool) {
	r := newPutRecords()
	r.blobs.Get(convert.BlobLen(body)) // all payloads together are no longer
	c := jsonCursor{in: body}
	if !r.readJSON(&c) || !c.end() || r.n == 0 {
		return r.decline()
	}
	return r.accept()
}

func (r *putRecords) readJSON(c *jsonCursor) bool {
	if !c.next('{') {
		return false
	}
	for {
		name, ok := c.name()
		if !ok {
			return false
		}
		switch string(name) {
		case "Records":
			ok = r.in.Records == nil && r.readRecordsJSON(c)
		case "StreamName", "StreamARN":
			var b []byte
			if b, ok = c.text(); ok {
				ok = r.setStream(alias(name), b)
			}
		default:
			return false
		}
		if !ok {
			return false
		}
		if more, ok := c.another('}'); !more {
			return ok
		}
	}
}

func (r *putRecords) readRecordsJSON(c *jsonCursor) bool {
	if !c.next('[') {
		return false
	}
	for {
		e := r.entry()
		if e == nil || !r.readEntryJSON(c, e) {
			return false
		}
		if more, ok := c.another(']'); !more {
			r.in.Records = r.entries[:r.n:r.n]
			return ok
		}
	}
}

func (r *putRecords) readEntryJSON(c *jsonCursor, e *kinesis.PutRecordsRequestEntry) bool {
	if !c.next('{') {
		return false
	}
	for {
		name, ok := c.name()
		if !ok {
			return false
		}
		switch string(name) {
		case "Data":
			if e.Data != nil {
				return false
			}
			e.Data, ok = readBlobJSON(c, &r.blobs)
		case "PartitionKey", "ExplicitHashKey":
			var b []byte
			if b, ok = c.text(); ok {
				ok = r.setKey(e, alias(name), b)
			}
		default:
			return false
		}
		if !ok {
			return false
		}
		if more, ok := c.another('}'); !more {
			return ok && e.Data != nil && e.PartitionKey != nil
		}
	}
}

package kinesiscodec

import (
	"strings"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// getRecords is an input of GetRecords and what it points to. It borrows
// nothing.
type getRecords struct {
	in                  kinesis.GetRecordsInput
	iterator, streamARN string
	limit               int32
}

// setText takes a member that is a text, each at most once.
func (r *getRecords) setText(member string, b []byte) bool {
	switch member {
	case "ShardIterator":
		return put(&r.in.ShardIterator, &r.iterator, strings.Clone(alias(b)), 0 < len(b) && len(b) <= maxIterator)
	case "StreamARN":
		return put(&r.in.StreamARN, &r.streamARN, strings.Clone(alias(b)), isStreamARN(b))
	}
	return false
}

// setLimit takes Limit, once.
func (r *getRecords) setLimit(n int32) bool {
	if r.in.Limit != nil || n < 1 || n > maxLimit {
		return false
	}
	r.limit = n
	r.in.Limit = &r.limit
	return true
}

func (r *getRecords) finish(ok bool) (any, func(), bool) {
	if !ok || r.in.ShardIterator == nil {
		return nil, nil, false
	}
	return &r.in, func() {}, true
}

func decodeGetRecordsJSON(body []byte) (any, func(), bool) {
	r := new(getRecords)
	c := jsonCursor{in: body}
	return r.finish(r.readJSON(&c) && c.end())
}

func (r *getRecords) readJSON(c *jsonCursor) bool {
	if !c.next('{') {
		return false
	}
	for {
		name, ok := c.name()
		if !ok {
			return false
		}
		if string(name) == "Limit" {
			var n int32
			if n, ok = c.number(); ok {
				ok = r.setLimit(n)
			}
		} else {
			var b []byte
			if b, ok = c.text(); ok {
				ok = r.setText(alias(name), b)
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

func decodeGetRecordsCBOR(body []byte) (any, func(), bool) {
	r := new(getRecords)
	c := cborCursor{in: body}
	return r.finish(r.readCBOR(&c) && c.end())
}

func (r *getRecords) readCBOR(c *cborCursor) bool {
	return c.members(func(name []byte) bool {
		if string(name) != "Limit" {
			b, ok := c.text()
			return ok && r.setText(alias(name), b)
		}
		n, ok := c.head(cborUnsigned)
		return ok && n <= maxLimit && r.setLimit(int32(n))
	})
}

package kinesiscodec

import "github.com/freshet/freshet/internal/awsapi/kinesis"

func decodePutRecordsCBOR(body []byte) (in any, release func(), ok bool) {
	r := newPutRecords()
	c := cborCursor{in: body}
	if !r.readCBOR(&c) || !c.end() || r.n == 0 {
		return r.decline()
	}
	return r.accept()
}

func (r *putRecords) readCBOR(c *cborCursor) bool {
	return c.members(func(name []byte) bool {
		if string(name) == "Records" {
			return r.in.Records == nil && r.readRecordsCBOR(c)
		}
		b, ok := c.text()
		return ok && r.setStream(alias(name), b)
	})
}

func (r *putRecords) readRecordsCBOR(c *cborCursor) bool {
	ok := c.items(cborList, func() bool {
		e := r.entry()
		return e != nil && r.readEntryCBOR(c, e)
	})
	r.in.Records = r.entries[:r.n:r.n]
	return ok
}

func (r *putRecords) readEntryCBOR(c *cborCursor, e *kinesis.PutRecordsRequestEntry) bool {
	ok := c.members(func(name []byte) bool {
		if string(name) != "Data" {
			b, ok := c.text()
			return ok && r.setKey(e, alias(name), b)
		}
		if e.Data != nil {
			return false
		}
		var ok bool
		e.Data, ok = c.blob()
		return ok
	})
	return ok && e.Data != nil && e.PartitionKey != nil
}

package kinesiscodec

import (
	"strings"
	"sync"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/wire/scratch"
)

// putRecords is an input of PutRecords and the memory that it leads to.
type putRecords struct {
	in kinesis.PutRecordsInput
	// streamName and streamARN are copies.
	streamName, streamARN string
	// entries are the input's Records; their pointers lead to texts.
	entries [maxRecords]kinesis.PutRecordsRequestEntry
	n       int
	texts   [2 * maxRecords]string
	used    int
	// blobs holds the payloads that were base64.
	blobs scratch.Buffer
	// release gives all this back; kept here so that it is made once.
	release func()
}

var putRecordsPool sync.Pool

func newPutRecords() *putRecords {
	if r, ok := putRecordsPool.Get().(*putRecords); ok {
		return r
	}
	r := new(putRecords)
	r.release = func() {
		r.clear()
		putRecordsPool.Put(r)
	}
	return r
}

// clear forgets the request, so that what is in the pool leads to no one's data
// and an input that was kept by mistake is seen to be empty.
func (r *putRecords) clear() {
	clear(r.entries[:r.n])
	clear(r.texts[:r.used])
	r.in = kinesis.PutRecordsInput{}
	r.streamName, r.streamARN = "", ""
	r.n, r.used = 0, 0
	r.blobs.Release()
}

// entry returns the next entry to fill, or nil if there are too many.
func (r *putRecords) entry() *kinesis.PutRecordsRequestEntry {
	if r.n == maxRecords {
		return nil
	}
	r.n++
	return &r.entries[r.n-1]
}

// keep returns a pointer to b as a string that aliases it.
func (r *putRecords) keep(b []byte) *string {
	p := &r.texts[r.used]
	*p = alias(b)
	r.used++
	return p
}

// setStream takes a stream's name or ARN, each at most once.
func (r *putRecords) setStream(member string, b []byte) bool {
	switch {
	case member == "StreamName" && r.in.StreamName == nil && isName(b):
		r.streamName = strings.Clone(alias(b))
		r.in.StreamName = &r.streamName
	case member == "StreamARN" && r.in.StreamARN == nil && isStreamARN(b):
		r.streamARN = strings.Clone(alias(b))
		r.in.StreamARN = &r.streamARN
	default:
		return false
	}
	return true
}

// setKey takes a key of e, each at most once.
func (r *putRecords) setKey(e *kinesis.PutRecordsRequestEntry, member string, b []byte) bool {
	switch {
	case member == "PartitionKey" && e.PartitionKey == nil && isKey(b):
		e.PartitionKey = r.keep(b)
	case member == "ExplicitHashKey" && e.ExplicitHashKey == nil && isNumber(b, hashDigits):
		e.ExplicitHashKey = r.keep(b)
	default:
		return false
	}
	return true
}

// accept finishes a request that was read to its end.
func (r *putRecords) accept() (in any, release func(), ok bool) {
	return &r.in, r.release, true
}

// decline gives r back.
func (r *putRecords) decline() (in any, release func(), ok bool) {
	r.release()
	return nil, nil, false
}

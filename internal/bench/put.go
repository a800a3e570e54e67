package bench

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strconv"
)

// Put says what a put load writes.
type Put struct {
	Connections int
	Batch       int // records per request; 1 means PutRecord
	Size        int // bytes of data per record
}

const (
	// bodiesPerConnection is small, since bodies are large and nobody looks at
	// them, and above 1, so that the keys of two requests in a row differ.
	bodiesPerConnection = 4
	// bodiesBytes bounds the memory of all bodies together. Beyond it
	// connections write the same ones, each beginning at another.
	bodiesBytes = 128 << 20
)

// Requests encodes and signs what the connections will write to s. Connections
// may share the bytes, which nobody changes.
func (p Put) Requests(ctx context.Context, s *Stream) ([][]Request, error) {
	pool := make([]Request, p.bodies())
	random := rand.NewChaCha8([32]byte{})
	for i := range pool {
		operation, body := "PutRecords", p.batch(s.name, random)
		if p.Batch == 1 {
			operation, body = "PutRecord", p.single(s.name, random)
		}
		encoded, err := s.target.encode(ctx, operation, body)
		if err != nil {
			return nil, err
		}
		pool[i] = Request{Bytes: encoded, Records: p.Batch, Payload: p.Batch * p.Size}
	}
	all := make([][]Request, p.Connections)
	for i := range all {
		for j := range bodiesPerConnection {
			all[i] = append(all[i], pool[(i*bodiesPerConnection+j)%len(pool)])
		}
	}
	return all, nil
}

// bodies is how many are made: as many as have room, and no fewer than it takes
// for two in a row to differ.
func (p Put) bodies() int {
	return max(2, min(bodiesPerConnection*p.Connections, bodiesBytes/p.bodySize()))
}

// bodySize is no less than a body takes.
func (p Put) bodySize() int {
	return p.Batch*(base64.StdEncoding.EncodedLen(p.Size)+64) + 1<<10
}

func (p Put) single(stream string, random *rand.ChaCha8) []byte {
	b := append([]byte(`{"StreamName":"`), stream...)
	b = append(b, `",`...)
	b = p.appendRecord(b, random)
	return append(b, '}')
}

func (p Put) batch(stream string, random *rand.ChaCha8) []byte {
	b := make([]byte, 0, p.Batch*(base64.StdEncoding.EncodedLen(p.Size)+64))
	b = append(b, `{"Records":[`...)
	for i := range p.Batch {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '{')
		b = p.appendRecord(b, random)
		b = append(b, '}')
	}
	b = append(b, `],"StreamName":"`...)
	b = append(b, stream...)
	return append(b, `"}`...)
}

// appendRecord writes random data, which nothing on the way can compress, under
// a random key, so that every shard gets its share.
func (p Put) appendRecord(b []byte, random *rand.ChaCha8) []byte {
	data := make([]byte, p.Size)
	_, _ = random.Read(data) // never fails
	b = append(b, `"Data":"`...)
	b = base64.StdEncoding.AppendEncode(b, data)
	b = append(b, `","PartitionKey":"key-`...)
	b = strconv.AppendUint(b, random.Uint64(), 36)
	return append(b, '"')
}

// Check holds if every record of a put was taken.
func (p Put) Check(reply []byte) error {
	want := []byte(`"FailedRecordCount":0`)
	if p.Batch == 1 {
		want = []byte(`"SequenceNumber":"`)
	}
	// Servers write the member first or last: look there before looking
	// through 40 KiB.
	if end := 64; len(reply) > 2*end && (bytes.Contains(reply[:end], want) || bytes.Contains(reply[len(reply)-end:], want)) {
		return nil
	}
	if bytes.Contains(reply, want) {
		return nil
	}
	return fmt.Errorf("records were refused: %.300s", reply)
}

// FloorReply is what the floor answers to a put: 40 KiB that pass Check, about
// as much as a server answers to 500 records.
func (p Put) FloorReply() []byte {
	if p.Batch == 1 {
		return []byte(`{"SequenceNumber":"49600000000000000000000000000000000000000000000000000000","ShardId":"shardId-000000000000"}`)
	}
	reply := append([]byte(`{"FailedRecordCount":0,"Records":"`), bytes.Repeat([]byte{'x'}, 40<<10)...)
	return append(reply[:40<<10-2], `"}`...)
}

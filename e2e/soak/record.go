package main

import (
	"encoding/binary"
	"fmt"
	"time"
)

// A record's data is 1 KiB: 8 bytes n, 8 bytes the time before it was put, in
// nanoseconds, and filler that n decides.
const (
	recordSize   = 1 << 10
	recordHeader = 16
)

func newRecord(n uint64, at time.Time) []byte {
	data := make([]byte, recordSize)
	binary.BigEndian.PutUint64(data, n)
	binary.BigEndian.PutUint64(data[8:], uint64(at.UnixNano()))
	for i := recordHeader; i < recordSize; i++ {
		data[i] = filler(n, i)
	}
	return data
}

func filler(n uint64, i int) byte { return byte(n*131 + uint64(i)*7) }

// readRecord returns what newRecord was given, or what is wrong.
func readRecord(data []byte) (n uint64, at time.Time, err error) {
	if len(data) != recordSize {
		return 0, at, fmt.Errorf("a record of %d bytes", len(data))
	}
	n = binary.BigEndian.Uint64(data)
	for i := recordHeader; i < recordSize; i++ {
		if data[i] != filler(n, i) {
			return 0, at, fmt.Errorf("byte %d of record %d is another", i, n)
		}
	}
	return n, time.Unix(0, int64(binary.BigEndian.Uint64(data[8:]))), nil
}

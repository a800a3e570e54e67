package streams

import (
	"crypto/md5"
	"encoding/binary"
	"fmt"
	"math/bits"
	"unsafe"
)

// hashKey is a point of the ring that shards divide, 0 to 2^128 - 1.
type hashKey struct{ hi, lo uint64 }

var maxHashKey = hashKey{1<<64 - 1, 1<<64 - 1}

// hashOf returns where a partition key lies: the MD5 of its UTF-8 bytes as a
// number, big end first (API, PutRecord). It does not allocate.
func hashOf(partitionKey string) hashKey {
	sum := md5.Sum(unsafe.Slice(unsafe.StringData(partitionKey), len(partitionKey)))
	return hashKey{binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:])}
}

// parseHashKey reads a decimal number. It reports false if s is not one, or is
// 2^128 or more.
func parseHashKey(s string) (hashKey, bool) {
	n, ok := parseUint192(s)
	return hashKey{n.mid, n.lo}, ok && n.hi == 0
}

// String returns k in decimal digits.
func (k hashKey) String() string {
	return string(uint192{0, k.hi, k.lo}.appendDecimal(nil))
}

// MarshalText writes k in decimal, as the documents have it.
func (k hashKey) MarshalText() ([]byte, error) {
	return uint192{0, k.hi, k.lo}.appendDecimal(nil), nil
}

// UnmarshalText reads what MarshalText wrote.
func (k *hashKey) UnmarshalText(text []byte) error {
	v, ok := parseHashKey(string(text))
	if !ok {
		return fmt.Errorf("hash key %q: want a decimal number below 2^128", text)
	}
	*k = v
	return nil
}

// compare returns -1, 0 or 1.
func (k hashKey) compare(o hashKey) int {
	switch {
	case k == o:
		return 0
	case k.less(o):
		return -1
	}
	return 1
}

func (k hashKey) less(o hashKey) bool {
	return k.hi < o.hi || k.hi == o.hi && k.lo < o.lo
}

// next returns k + 1; of the highest key, 0.
func (k hashKey) next() hashKey {
	lo, carry := bits.Add64(k.lo, 1, 0)
	return hashKey{k.hi + carry, lo}
}

// prev returns k - 1; of 0, the highest key.
func (k hashKey) prev() hashKey {
	lo, borrow := bits.Sub64(k.lo, 1, 0)
	return hashKey{k.hi - borrow, lo}
}

// hashRange is the part of the ring that a shard has, both ends included.
type hashRange struct {
	Start hashKey `json:"start"`
	End   hashKey `json:"end"`
}

// evenRanges divides the ring into n ≥ 1 parts of floor(2^128 / n) keys; the
// last one has the remainder as well (observed).
func evenRanges(n int) []hashRange {
	ranges := make([]hashRange, n)
	size := ringDividedBy(uint64(n))
	var start hashKey
	for i := range ranges {
		next := start.plus(size)
		ranges[i] = hashRange{start, next.prev()}
		start = next
	}
	ranges[n-1].End = maxHashKey
	return ranges
}

// ringDividedBy returns floor(2^128 / n), cut to 128 bits: 0 for 1.
func ringDividedBy(n uint64) hashKey {
	if n == 1 {
		return hashKey{}
	}
	hi, rest := bits.Div64(1, 0, n)
	lo, _ := bits.Div64(rest, 0, n)
	return hashKey{hi, lo}
}

func (k hashKey) plus(o hashKey) hashKey {
	lo, carry := bits.Add64(k.lo, o.lo, 0)
	return hashKey{k.hi + o.hi + carry, lo}
}

// distance returns how many keys lie between k and o, one of them included.
func (k hashKey) distance(o hashKey) hashKey {
	if k.less(o) {
		k, o = o, k
	}
	lo, borrow := bits.Sub64(k.lo, o.lo, 0)
	return hashKey{k.hi - o.hi - borrow, lo}
}

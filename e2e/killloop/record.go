package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
)

// id names a record for ever. A writer's ids rise in the order of sending.
type id struct {
	writer, round, attempt, index int
}

func (i id) String() string {
	return fmt.Sprintf("%d.%d.%d.%d", i.writer, i.round, i.attempt, i.index)
}

// after reports whether i was sent later than j by the same writer.
func (i id) after(j id) bool {
	if i.round != j.round {
		return i.round > j.round
	}
	if i.attempt != j.attempt {
		return i.attempt > j.attempt
	}
	return i.index > j.index
}

// keysPerWriter is among how many partition keys a writer spreads its records.
const keysPerWriter = 16

// key is the record's partition key.
func (i id) key() string {
	return fmt.Sprintf("writer-%d/key-%d", i.writer, (i.attempt+i.index)%keysPerWriter)
}

// data is the record's payload: its id, and a filling that only the id decides.
func (i id) data() []byte {
	rng := rand.New(rand.NewPCG(uint64(i.writer)<<32|uint64(i.round), uint64(i.attempt)<<32|uint64(i.index)))
	size := rng.IntN(400)
	if rng.IntN(200) == 0 {
		size = rng.IntN(100 << 10) // now and then one that needs many blocks
	}
	b := append([]byte(i.String()), ' ')
	for len(b) < size {
		b = fmt.Appendf(b, "%016x", rng.Uint64())
	}
	return b
}

// idOf reads the id of a record and checks that key and data are what was sent
// under it.
func idOf(key string, data []byte) (id, error) {
	text, _, _ := strings.Cut(string(data[:min(len(data), 64)]), " ")
	var i id
	if n, err := fmt.Sscanf(text, "%d.%d.%d.%d", &i.writer, &i.round, &i.attempt, &i.index); n != 4 || err != nil {
		return id{}, fmt.Errorf("a record of nobody's: %.64q", data)
	}
	if !bytes.Equal(i.data(), data) {
		return id{}, fmt.Errorf("record %v has %d other bytes than were sent", i, len(data))
	}
	if i.key() != key {
		return id{}, fmt.Errorf("record %v has key %q, sent with %q", i, key, i.key())
	}
	return i, nil
}

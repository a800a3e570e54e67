package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

// found makes the record with which a server would answer.
func found(i id, sequence int) types.Record {
	return types.Record{
		Data: i.data(), PartitionKey: aws.String(i.key()), SequenceNumber: aws.String(fmt.Sprintf("%056d", sequence)),
	}
}

// look has a server answer with records, after a round in which were sent those
// of the page, and returns what the ledger makes of it.
func look(known *shard, now page, records ...types.Record) (*shard, map[id]place, error) {
	l := newLedger()
	s := &shard{byWriter: map[int]id{}, marks: known.marks}
	at := map[id]place{}
	for _, r := range records {
		if err := l.enter(s, known, "shard", r, now, at); err != nil {
			return s, at, err
		}
	}
	s.marks = append(s.marks, mark{now.round, s.count, s.sum})
	return s, at, nil
}

func sentIn(round int, ids ...id) page {
	p := newPage(round)
	for _, i := range ids {
		p.sent[i] = true
	}
	return p
}

// A harness that notices nothing proves nothing.
func TestLedgerNotices(t *testing.T) {
	a1, a2 := id{writer: 1, round: 1, attempt: 1}, id{writer: 1, round: 1, attempt: 1, index: 1}
	b1 := id{writer: 2, round: 1, attempt: 1}
	a3, a4 := id{writer: 1, round: 2, attempt: 1}, id{writer: 1, round: 2, attempt: 2}
	before, at, err := look(&shard{}, sentIn(1, a1, a2, b1), found(a1, 1), found(b1, 2), found(a2, 3))
	if err != nil || len(at) != 3 {
		t.Fatalf("%v, %v", at, err)
	}
	damaged, otherKey := found(a3, 4), found(a3, 4)
	damaged.Data = append([]byte(nil), damaged.Data...)
	damaged.Data[len(damaged.Data)-1] ^= 1
	otherKey.PartitionKey = aws.String("another")

	f := func(want string, records ...types.Record) {
		t.Helper()
		_, _, err := look(before, sentIn(2, a3, a4), records...)
		switch {
		case want == "" && err != nil:
			t.Errorf("refused: %v", err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("error %v, want one that says %q", err, want)
		}
	}
	f("", found(a1, 1), found(b1, 2), found(a2, 3), found(a3, 4), found(a4, 5))
	f("", found(a1, 1), found(b1, 2), found(a2, 3), found(a4, 5))
	f("out of order", found(a1, 1), found(b1, 2), found(a2, 3), found(a4, 4), found(a3, 5))
	f("doubled", found(a1, 1), found(b1, 2), found(a2, 3), found(a3, 4), found(a3, 5))
	f("not above", found(a1, 1), found(b1, 2), found(a2, 3), found(a3, 3))
	f("other bytes", found(a1, 1), found(b1, 2), found(a2, 3), damaged)
	f("sent with", found(a1, 1), found(b1, 2), found(a2, 3), otherKey)
	f("come back", found(a1, 1), found(b1, 2), found(a2, 3), found(id{writer: 3, round: 1, attempt: 1}, 4))
	f("not the same", found(a1, 1), found(b1, 2), found(a3, 4), found(a4, 5))
	f("not the same", found(a1, 1), found(b1, 2), found(a2, 4), found(a4, 5))

	acknowledged := map[id]place{a3: {"shard", "4"}, a4: {"shard", "5"}}
	if err := missing("acknowledged", acknowledged, map[id]place{a3: {"shard", "4"}}); err == nil {
		t.Error("a missing record was not noticed")
	}
	if err := missing("acknowledged", acknowledged, map[id]place{a3: {"shard", "4"}, a4: {"shard", "6"}}); err == nil {
		t.Error("a record in another place was not noticed")
	}
	if err := missing("acknowledged", acknowledged, acknowledged); err != nil {
		t.Error(err)
	}
}

package shardlogtest

import (
	"context"
	"errors"
	"fmt"

	"github.com/freshet/freshet/internal/shardlog"
)

var keyTests = []test{
	{"ChangeNoRecord", keysChangeNoRecord},
	{"OfAnotherStream", keysOfAnotherStream},
	{"OfADroppedStream", keysOfADroppedStream},
	{"AfterTheEnd", keysAfterTheEnd},
}

// encrypt has the stream encrypted with a new key from now on.
func (r *rig) encrypt(stream shardlog.StreamID, n byte) shardlog.KeyID {
	r.Helper()
	id, err := addKey(r.Log, stream, n)
	if err != nil || id == 0 {
		r.Fatalf("AddKey: %d, %v", id, err)
	}
	if err := r.Configure(ctx(), stream, shardlog.Settings{Key: id}); err != nil {
		r.Fatalf("Configure with key %d: %v", id, err)
	}
	return id
}

// "What is appended under a key reaches a disk encrypted only", and is read as it
// was appended: before, with a key, with another, and without one again.
func keysChangeNoRecord(r *rig) {
	s := shard(1)
	want := ""
	put := func(n int) {
		data := fmt.Sprintf("data %d", n)
		r.append(entry(s, "key", data), entry(s, "", data))
		want += data + data
	}
	seen := map[shardlog.KeyID]bool{}
	for n := range 3 {
		put(3 * n)
		id := r.encrypt(s.Stream, byte(n))
		if seen[id] {
			r.Errorf("key %d was given twice", id)
		}
		seen[id] = true
		put(3*n + 1)
		if err := r.Configure(ctx(), s.Stream, shardlog.Settings{}); err != nil {
			r.Fatalf("Configure: %v", err)
		}
		put(3*n + 2)
	}
	batch, err := r.Read(ctx(), s, 0, plenty)
	if err != nil {
		r.Fatalf("Read: %v", err)
	}
	got := ""
	for _, record := range batch.Records {
		got += string(record.Data)
	}
	if got != want {
		r.Errorf("read %q, want %q", got, want)
	}
}

// "AddKey gave it, for this stream."
func keysOfAnotherStream(r *rig) {
	id := r.encrypt(stream(1), 1)
	for stream, key := range map[shardlog.StreamID]shardlog.KeyID{stream(2): id, stream(1): id + 1} {
		if err := r.Configure(ctx(), stream, shardlog.Settings{Key: key}); !errors.Is(err, shardlog.ErrNoKey) {
			r.Errorf("Configure of %s with key %d: %v, want ErrNoKey", stream, key, err)
		}
	}
}

// "A dropped one gives ErrDropped."
func keysOfADroppedStream(r *rig) {
	if err := r.Drop(ctx(), stream(1)); err != nil {
		r.Fatalf("Drop: %v", err)
	}
	if _, err := addKey(r.Log, stream(1), 1); !errors.Is(err, shardlog.ErrDropped) {
		r.Errorf("AddKey to a dropped stream: %v, want ErrDropped", err)
	}
}

func keysAfterTheEnd(r *rig) {
	cancelled, cancel := context.WithCancel(ctx())
	cancel()
	if _, err := r.AddKey(cancelled, stream(1), shardlog.WrappedKey{}, secretOf(nil)); !errors.Is(err, context.Canceled) {
		r.Errorf("AddKey with a context that has ended: %v", err)
	}
	r.stop()
	if _, err := addKey(r.Log, stream(1), 1); !errors.Is(err, shardlog.ErrClosed) {
		r.Errorf("AddKey after the end: %v, want ErrClosed", err)
	}
}

package streams

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/freshet/freshet/internal/meta"
)

// Invariant 2 is what puts rely on: a catalog in which it does not hold is not
// served, for a key would go to a shard that does not own it.
func TestLoadRefusesARingWithAHoleOrAnOverlap(t *testing.T) {
	f := func(want string, damage func(sh *shardDocument) (keep bool)) {
		t.Helper()
		inBubble(t, func(t *testing.T, r *rig) {
			r.create("orders", 3)
			st := r.stream("orders")
			_, err := r.store.Update(r.ctx(), func(tx meta.Tx) error {
				doc := st.shard(1).shardDocument
				if !damage(&doc) {
					return tx.Delete(st.shardDocumentKey(1))
				}
				value, err := json.Marshal(doc)
				return errors.Join(err, tx.Put(st.shardDocumentKey(1), value))
			})
			must(t, 0, err)
			err = New(r.log, r.store, Options{}).Load(r.ctx())
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("Load = %v, want %s", err, want)
			}
		})
	}
	const where = "document streams/stream/123456789012/us-east-1/orders: shards do not divide the ring: "
	const hole = where + "shardId-000000000002 begins at hash key 226854911280625642308916404954512140970, want 113427455640312821154458202477256070485"
	f(hole, func(sh *shardDocument) bool { return false })
	f(hole, func(sh *shardDocument) bool { sh.State = closed; return true })
	f(where+"shardId-000000000002 begins at hash key 226854911280625642308916404954512140970, want 226854911280625642308916404954512140971",
		func(sh *shardDocument) bool { sh.Keys.End = sh.Keys.End.next(); return true })
	f(where+"shardId-000000000002 begins at hash key 226854911280625642308916404954512140970, want 226854911280625642308916404954512140969",
		func(sh *shardDocument) bool { sh.Keys.End = sh.Keys.End.prev(); return true })
	f(where+"shardId-000000000002 begins at hash key 226854911280625642308916404954512140970, want 0",
		func(sh *shardDocument) bool { sh.Keys.End = maxHashKey; return true })
}

// Nor is a change written that would break it.
func TestAChangeThatBreaksTheRingPanics(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 2)
		defer func() {
			if p := recover(); p == nil {
				t.Error("a replacement that leaves a hole is taken")
			}
			r.create("parcels", 1) // and the turn was given back
			wantEqual(t, r.status("orders"), active, "status")
		}()
		r.reshard(r.ctx(), r.stream("orders").streamKey, func(st *stream) (*stream, error) {
			rep := splitOf(st.shard(0))
			rep.ranges = rep.ranges[:1]
			return st.closing(time.Now(), rep), nil
		})
	})
}

func TestCheckRingMissesTheLastShard(t *testing.T) {
	f := func(want string, keys ...hashRange) {
		t.Helper()
		var ring []*shard
		for i, k := range keys {
			ring = append(ring, newShard(uint32(i), shardDocument{State: open, Keys: k}))
		}
		if err := checkRing(ring); err == nil || err.Error() != "shards do not divide the ring: none begins at hash key "+want {
			t.Errorf("checkRing = %v", err)
		}
	}
	f("0")
	f("8", hashRange{hashKey{}, hashKey{lo: 7}})
}

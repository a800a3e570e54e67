package disklog

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs/crashfs"
	"github.com/freshet/freshet/internal/vfs/faultfs"
)

// TestRefusalIsDurable: an append learns of a seal or a drop when it is durable,
// not before: until then a crash undoes it, and the shard takes appends again.
func TestRefusalIsDurable(t *testing.T) {
	seal := func(r *rig) error {
		_, err := r.Seal(r.Context(), shardOf(1), 1)
		return err
	}
	drop := func(r *rig) error { return r.Drop(r.Context(), streamOf(1)) }
	f := func(name string, control func(*rig) error, beside, fails bool, want error) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				held := holdSyncs(crashfs.New())
				r := start(t, held, "data", Options{})
				r.put(shardOf(1), "a")
				if fails {
					held.Inject(faultfs.Rule{Match: isJournalSync})
				}
				held.hold()
				controlled, answered := make(chan error, 1), make(chan error, 1)
				go func() { controlled <- control(r) }()
				<-held.reached
				go func() {
					entries := []shardlog.Entry{{Shard: shardOf(1)}}
					if beside { // the other entry joins the next group
						entries = append(entries, shardlog.Entry{Shard: shardlog.Shard{Stream: streamOf(2)}})
					}
					results, err := r.Append(t.Context(), entries)
					if err == nil {
						err = results[0].Err
					}
					answered <- err
				}()
				synctest.Wait()
				select {
				case err := <-answered:
					t.Errorf("answered %v while the frame is being synced", err)
					answered <- err
				default:
				}
				held.release()
				if err := <-controlled; (err != nil) != fails {
					t.Errorf("the seal or drop: %v", err)
				}
				if err := <-answered; !errors.Is(err, want) {
					t.Errorf("Append: %v, want %v", err, want)
				}
				if err := r.stop(); (err != nil) != fails {
					t.Errorf("Run: %v", err)
				}
			})
		})
	}
	f("seal", seal, false, false, shardlog.ErrSealed)
	f("seal, and another shard", seal, true, false, shardlog.ErrSealed)
	f("seal that fails", seal, false, true, shardlog.ErrClosed)
	f("seal that fails, and another shard", seal, true, true, shardlog.ErrUnknown)
	f("drop", drop, false, false, shardlog.ErrDropped)
	f("drop that fails", drop, false, true, shardlog.ErrClosed)
}

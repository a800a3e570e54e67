package disklog

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs/crashfs"
	"github.com/freshet/freshet/internal/vfs/faultfs"
)

// A small append on an idle log needs nobody: it commits its own group.
func TestASmallAppendCommitsItself(t *testing.T) {
	l, err := Open(crashfs.New(), "data", Options{})
	if err != nil {
		t.Fatal(err)
	}
	l.turn <- struct{}{} // as if the writer's goroutine were asleep
	putInto(t, l, shardOf(1), "a")
	putInto(t, l, shardOf(1), "b")
	if _, err := l.Seal(t.Context(), shardOf(1), 1); err != nil {
		t.Error(err)
	}
	if state := l.State(shardOf(1)); state.Next != 2 || !state.Sealed {
		t.Errorf("state is %+v", state)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// Run does not return while an append commits, and what joined behind it is
// committed too.
func TestRunWaitsForAnAppendThatCommits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		held := holdSyncs(crashfs.New())
		r := start(t, held, "data", Options{})
		synctest.Wait()
		answers := make(chan []shardlog.Result, 2)
		held.hold()
		go func() { answers <- r.put(shardOf(1), "leads") }()
		<-held.reached
		go func() { answers <- r.put(shardOf(1), "follows") }()
		synctest.Wait()
		r.end()
		synctest.Wait()
		select {
		case err := <-r.ran:
			t.Fatalf("Run returned %v in the middle of a commit", err)
		default:
		}
		held.release()
		r.stopped()
		for range 2 {
			if got := <-answers; got[0].Err != nil {
				t.Error(got[0].Err)
			}
		}
	})
}

// After an append failed to commit nothing is written, by nobody.
func TestNothingIsWrittenAfterAnAppendFailedToCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := crashfs.New()
		held := holdSyncs(disk)
		r := start(t, held, "data", Options{SyncEvery: untilSynced})
		synctest.Wait()
		r.put(shardOf(1), "unsynced")
		held.Inject(faultfs.Rule{Match: faultfs.Kind("sync")})
		held.hold()
		sealed := make(chan error, 1)
		go func() {
			_, err := r.Seal(t.Context(), shardOf(2), 1)
			sealed <- err
		}()
		<-held.reached // the seal leads, and its sync will fail
		answers := make(chan error, 2)
		for _, size := range []int{1, leadMost} {
			go func() {
				results, err := r.Append(t.Context(), []shardlog.Entry{{Shard: shardOf(3), Data: make([]byte, size)}})
				answers <- errors.Join(err, results[0].Err)
			}()
		}
		synctest.Wait()
		disk.StartTrace()
		held.release()
		if err := <-sealed; !errors.Is(err, shardlog.ErrUnknown) {
			t.Errorf("Seal: %v", err)
		}
		for range 2 {
			if err := <-answers; !errors.Is(err, shardlog.ErrUnknown) {
				t.Errorf("Append behind it: %v", err)
			}
		}
		if err := <-r.ran; !errors.Is(err, faultfs.ErrIO) {
			t.Errorf("Run: %v", err)
		}
		r.ran <- nil
		wantOperations(t, disk, ``)
		r.stopped()
	})
}

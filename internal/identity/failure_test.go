package identity

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/meta"
	"github.com/freshet/freshet/internal/meta/memmeta"
)

var errDisk = errors.New("the disk has failed")

// failing is a store that fails when it is told to.
type failing struct {
	meta.Store
	afterUpdate, view atomic.Bool
}

func (f *failing) Update(ctx context.Context, fn func(meta.Tx) error) (meta.Version, error) {
	v, err := f.Store.Update(ctx, fn)
	if err == nil && f.afterUpdate.Load() {
		return 0, errDisk // it was written, and nobody knows
	}
	return v, err
}

func (f *failing) View(ctx context.Context, fn func(meta.Reader) error) error {
	if f.view.Load() {
		return errDisk
	}
	return f.Store.View(ctx, fn)
}

// What was written holds, also if the answer was lost on the way.
func TestAnOutcomeThatIsNotKnownIsLookedUp(t *testing.T) {
	store := &failing{Store: memmeta.New()}
	w := newWorld(t, store, Options{})
	w.user("alice", "")
	k := must(ask(w, w.root, w.CreateKey, &extapi.CreateKeyRequest{User: "alice"}))(t)
	store.afterUpdate.Store(true)
	status := statusInactive
	if _, err := ask(w, w.root, w.UpdateKey, &extapi.UpdateKeyRequest{Key: k.ID, Status: &status}); !errors.Is(err, errDisk) {
		t.Errorf("err = %v", err)
	}
	if _, err := w.Authenticate(k.ID, ""); !errors.Is(err, ErrInactiveKey) {
		t.Errorf("the key that was perhaps disabled: %v", err)
	}
}

// A disabled key must not live on in a snapshot that could not be replaced.
func TestNobodyComesInWhileTheStoreCannotBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &failing{Store: memmeta.New()}
		w := newWorld(t, store, Options{})
		w.user("alice", "")
		k := must(ask(w, w.root, w.CreateKey, &extapi.CreateKeyRequest{User: "alice"}))(t)
		store.view.Store(true)
		if _, err := ask(w, w.root, w.DeleteKey, &extapi.DeleteKeyRequest{Key: k.ID}); !errors.Is(err, errDisk) {
			t.Errorf("err = %v", err)
		}
		if _, err := w.Authenticate(k.ID, ""); !errors.Is(err, errDisk) {
			t.Errorf("Authenticate = %v, want the store's failure", err)
		}
		if _, err := ask(w, w.root, w.ListUsers, &extapi.ListUsersRequest{}); !errors.Is(err, errDisk) {
			t.Errorf("ListUsers = %v, want the store's failure", err)
		}
		ctx, end := contextOf(t)
		defer end()
		var running sync.WaitGroup
		running.Go(func() { _ = w.Run(ctx) })
		synctest.Wait()
		store.view.Store(false)
		time.Sleep(watchPause + time.Millisecond)
		synctest.Wait()
		if _, err := w.Authenticate(k.ID, ""); !errors.Is(err, ErrUnknownKey) {
			t.Errorf("when it can be read again: %v", err)
		}
		end()
		running.Wait()
	})
}

func TestWhatAnotherProcessChangesIsSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, ring := memmeta.New(), newKeyring(t)
		w := newWorld(t, store, Options{Sealing: ring.sealing(t)})
		w.user("alice", "")
		k := must(ask(w, w.root, w.CreateKey, &extapi.CreateKeyRequest{User: "alice"}))(t)
		var evicted []string
		second := loaded(t, store, Options{Sealing: ring.sealing(t), Evict: func(id string) { evicted = append(evicted, id) }})
		ctx, end := contextOf(t)
		defer end()
		var running sync.WaitGroup
		running.Go(func() { _ = second.Run(ctx) })
		must(ask(w, w.root, w.DeleteKey, &extapi.DeleteKeyRequest{Key: k.ID}))(t)
		synctest.Wait()
		if _, err := second.Authenticate(k.ID, ""); !errors.Is(err, ErrUnknownKey) || len(evicted) != 1 {
			t.Errorf("Authenticate = %v, evicted %v", err, evicted)
		}
		end()
		running.Wait()
	})
}

// Two servers on one store decide as one does.
func TestConcurrentChangesKeepTheLimits(t *testing.T) {
	onEachStore(t, func(t *testing.T, store meta.Store) {
		ring := newKeyring(t)
		w := newWorld(t, store, Options{Sealing: ring.sealing(t)})
		w.user("alice", "")
		second := &world{t: t, Service: loaded(t, store, Options{Sealing: ring.sealing(t)}), root: w.root}
		made := make(chan string, 20)
		var all sync.WaitGroup
		for i := range 10 {
			by := []*world{w, second}[i%2]
			all.Go(func() {
				if k, err := ask(by, by.root, by.CreateKey, &extapi.CreateKeyRequest{User: "alice"}); err == nil {
					made <- k.ID
				}
			})
			all.Go(func() {
				if u, err := ask(by, by.root, by.CreateUser, &extapi.CreateUserRequest{Name: []string{"Bob", "bob", "BOB"}[i%3]}); err == nil {
					made <- u.ARN
				}
			})
		}
		all.Wait()
		if len(made) != 3 {
			t.Errorf("%d were made, want two keys and a user", len(made))
		}
		if u := must(ask(w, w.root, w.GetUser, &extapi.GetUserRequest{Name: "alice"}))(t); len(u.Keys) != 2 {
			t.Errorf("alice has %d keys", len(u.Keys))
		}
	})
}

package identity

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/awsapi/sts"
	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/limits"
	"github.com/freshet/freshet/internal/meta"
	"github.com/freshet/freshet/internal/meta/memmeta"
)

func TestAKeyIsGoodUntilItIsDisabledOrGone(t *testing.T) {
	onEachStore(t, func(t *testing.T, store meta.Store) {
		var evicted []string
		w := newWorld(t, store, Options{Evict: func(id string) { evicted = append(evicted, id) }})
		w.user("alice", "")
		k := must(ask(w, w.root, w.CreateKey, &extapi.CreateKeyRequest{User: "Alice", Description: "laptop"}))(t)
		good := func() error {
			found, err := w.Authenticate(k.ID, "")
			if err == nil && (found.Principal.UserName != "alice" || found.Secret.Reveal() != string(k.Secret)) {
				t.Errorf("found %v", found.Principal)
			}
			return err
		}
		set := func(status string) *extapi.UpdateKeyRequest {
			return &extapi.UpdateKeyRequest{Key: k.ID, Status: &status}
		}
		if err := good(); err != nil {
			t.Fatal(err)
		}
		must(ask(w, w.root, w.UpdateKey, set(statusInactive)))(t)
		if err := good(); !errors.Is(err, ErrInactiveKey) || !slices.Equal(evicted, []string{k.ID}) {
			t.Errorf("a disabled key: %v; evicted %v", err, evicted)
		}
		must(ask(w, w.root, w.UpdateKey, set(statusActive)))(t)
		if err := good(); err != nil {
			t.Errorf("an enabled key: %v", err)
		}
		must(ask(w, w.root, w.DeleteKey, &extapi.DeleteKeyRequest{Key: k.ID}))(t)
		if err := good(); !errors.Is(err, ErrUnknownKey) || len(evicted) != 3 {
			t.Errorf("a deleted key: %v; evicted %v", err, evicted)
		}
	})
}

func TestKeysEndWithTheirUser(t *testing.T) {
	w := newMemoryWorld(t)
	w.user("alice", everything)
	k := must(ask(w, w.root, w.CreateKey, &extapi.CreateKeyRequest{User: "alice"}))(t)
	refused(ask(w, w.root, w.DeleteUser, &extapi.DeleteUserRequest{Name: "alice"}))(t, "DeleteConflict")
	must(ask(w, w.root, w.DeleteUser, &extapi.DeleteUserRequest{Name: "alice", WithAll: true}))(t)
	if _, err := w.Authenticate(k.ID, ""); !errors.Is(err, ErrUnknownKey) {
		t.Errorf("err = %v", err)
	}
	w.user("alice", "")
	if u := must(ask(w, w.root, w.GetUser, &extapi.GetUserRequest{Name: "alice"}))(t); len(u.Keys)+len(u.Inline) != 0 {
		t.Errorf("a new alice has %v", u)
	}
}

func TestRotationLeavesBothKeys(t *testing.T) {
	w := newMemoryWorld(t)
	for _, whose := range []*extapi.CreateKeyRequest{{User: w.user("alice", "").UserName, Description: "app"}, {Root: true, Account: theirs}} {
		if whose.Root { // the account was made with a key
			old := w.catalog.now().accounts[theirs].keys[0].id
			must(ask(w, w.root, w.DeleteKey, &extapi.DeleteKeyRequest{Key: old}))(t)
		}
		old := must(ask(w, w.root, w.CreateKey, whose))(t)
		next := must(ask(w, w.root, w.RotateKey, &extapi.RotateKeyRequest{Key: old.ID}))(t)
		if next.ID == old.ID || next.Secret == old.Secret || next.Description != old.Description || next.User != old.User {
			t.Errorf("%v was rotated to %v", old.Key, next.Key)
		}
		for _, id := range []string{old.ID, next.ID} {
			if _, err := w.Authenticate(id, ""); err != nil {
				t.Errorf("key %s: %v", id, err)
			}
		}
		refused(ask(w, w.root, w.RotateKey, &extapi.RotateKeyRequest{Key: next.ID}))(t, "LimitExceeded")
	}
}

// Who was given a key for an hour does not make one for ever of it.
func TestRotationDoesNotPutOffTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, memmeta.New(), Options{})
		w.user("alice", "")
		soon := time.Now().Add(time.Hour)
		old := must(ask(w, w.root, w.CreateKey, &extapi.CreateKeyRequest{User: "alice", Expires: &soon}))(t)
		next := must(ask(w, w.root, w.RotateKey, &extapi.RotateKeyRequest{Key: old.ID}))(t)
		time.Sleep(time.Hour)
		if _, err := w.Authenticate(next.ID, ""); !errors.Is(err, ErrInactiveKey) {
			t.Errorf("the new key: %v", err)
		}
		must(ask(w, w.root, w.DeleteKey, &extapi.DeleteKeyRequest{Key: old.ID}))(t)
		refused(ask(w, w.root, w.RotateKey, &extapi.RotateKeyRequest{Key: next.ID}))(t, "ValidationError")
	})
}

func TestExpiredKeysAreNotActive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, memmeta.New(), Options{})
		w.user("alice", "")
		soon, gone := time.Now().Add(time.Hour), time.Now()
		refused(ask(w, w.root, w.CreateKey, &extapi.CreateKeyRequest{User: "alice", Expires: &gone}))(t, "ValidationError")
		k := must(ask(w, w.root, w.CreateKey, &extapi.CreateKeyRequest{User: "alice", Expires: &soon}))(t)
		time.Sleep(time.Hour - time.Nanosecond)
		if _, err := w.Authenticate(k.ID, ""); err != nil {
			t.Errorf("an instant before: %v", err)
		}
		time.Sleep(time.Nanosecond)
		if _, err := w.Authenticate(k.ID, ""); !errors.Is(err, ErrInactiveKey) {
			t.Errorf("at the instant: %v", err)
		}
	})
}

// A use is known at once, written within a minute, and survives a restart.
func TestLastUseIsWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, ring := memmeta.New(), newKeyring(t)
		w := newWorld(t, store, Options{Sealing: ring.sealing(t)})
		w.user("alice", "")
		k := must(ask(w, w.root, w.CreateKey, &extapi.CreateKeyRequest{User: "alice"}))(t)
		if k.LastUsed != nil {
			t.Errorf("used before it was known: %v", k.LastUsed)
		}
		ended := make(chan error, 1)
		ctx, end := contextOf(t)
		go func() { ended <- w.Run(ctx) }()
		used := time.Now().UTC()
		w.Used(k.ID, "kinesis", "eu-west-1")
		time.Sleep(usageInterval + time.Second)
		w.Used(k.ID, "kinesis", "us-east-1")
		inFile := loaded(t, store, Options{Sealing: ring.sealing(t)}).catalog.now().keys[k.ID].shape().LastUsed
		if inFile == nil || !inFile.At.Equal(used) || inFile.Region != "eu-west-1" {
			t.Errorf("written: %v, want what was at %v", inFile, used)
		}
		end()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		inFile = loaded(t, store, Options{Sealing: ring.sealing(t)}).catalog.now().keys[k.ID].shape().LastUsed
		if inFile == nil || inFile.Region != "us-east-1" {
			t.Errorf("written at the end: %v", inFile)
		}
	})
}

// What was used and is deleted leaves nothing behind.
func TestUseOfADeletedKeyIsNotWritten(t *testing.T) {
	w := newMemoryWorld(t)
	w.user("alice", "")
	k := must(ask(w, w.root, w.CreateKey, &extapi.CreateKeyRequest{User: "alice"}))(t)
	stale := w.catalog.now().keys[k.ID].used
	w.Used(k.ID, "kinesis", "eu-west-1")
	must(ask(w, w.root, w.DeleteKey, &extapi.DeleteKeyRequest{Key: k.ID}))(t)
	w.catalog.usage.mu.byKey[k.ID] = stale // as if the write had begun before
	if err := w.catalog.usage.write(t.Context()); err != nil {
		t.Fatal(err)
	}
	err := w.catalog.store.View(t.Context(), func(r meta.Reader) error {
		_, err := r.Get(usedPrefix + k.ID)
		return err
	})
	if !errors.Is(err, meta.ErrNotFound) {
		t.Errorf("err = %v", err)
	}
}

func TestAUserHasTwoKeysAtTheMost(t *testing.T) {
	w := newMemoryWorld(t)
	w.user("alice", "")
	for range limits.AccessKeysPerUser {
		must(ask(w, w.root, w.CreateKey, &extapi.CreateKeyRequest{User: "alice"}))(t)
	}
	refused(ask(w, w.root, w.CreateKey, &extapi.CreateKeyRequest{User: "alice"}))(t, "LimitExceeded")
	if keys := must(ask(w, w.root, w.ListKeys, &extapi.ListKeysRequest{}))(t); len(keys.Keys) != 1+limits.AccessKeysPerUser || keys.Keys[0].User != "" {
		t.Errorf("keys: %v", keys)
	}
}

// A session ends with the key that it was begun with, also when that ends by itself.
func TestSessionsExpireWithTheirKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, memmeta.New(), Options{})
		alice, soon := w.user("alice", ""), time.Now().Add(time.Hour)
		k := must(ask(w, w.root, w.CreateKey, &extapi.CreateKeyRequest{User: "alice", Expires: &soon}))(t)
		out := must(w.GetSessionToken(t.Context(), callerOf(t, alice, k.ID), &sts.GetSessionTokenRequest{DurationSeconds: new(int32(7200))}))(t)
		if _, err := w.found(out.Credentials); err != nil {
			t.Errorf("while the key is good: %v", err)
		}
		time.Sleep(time.Hour)
		if _, err := w.found(out.Credentials); !errors.Is(err, ErrExpired) {
			t.Errorf("when the key has ended: %v", err)
		}
	})
}

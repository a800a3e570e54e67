package identity

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/change"
	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/meta"
	"github.com/freshet/freshet/internal/meta/sqlitemeta"
)

// A secret is shown once: in the JSON of the answer that made it.
func TestSecretsAreNotShown(t *testing.T) {
	w := newMemoryWorld(t)
	w.user("alice", "")
	ctx := change.Gather(t.Context())
	made := must(w.CreateKey(ctx, access.Dev(ours, ""), &extapi.CreateKeyRequest{User: "alice"}))(t)
	secret, changes := string(made.Secret), change.Of(ctx).All()
	if len(changes) != 1 {
		t.Errorf("the operation says %v of what it changed", changes)
	}
	if text, err := json.Marshal(made); err != nil || !bytes.Contains(text, []byte(secret)) {
		t.Errorf("the answer: %s, %v", text, err)
	}
	found, err := w.Authenticate(made.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	k := w.catalog.now().keys[made.ID]
	user := must(ask(w, w.root, w.GetUser, &extapi.GetUserRequest{Name: "alice"}))(t)
	var out bytes.Buffer
	for _, v := range []any{made, *made, found, *k, k, w.catalog.now().users, user, changes, w.catalog.read, RootKey{ours, made.ID, found.Secret}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		slog.New(slog.NewJSONHandler(&out, nil)).Info("made", "it", slog.AnyValue(redactable(v)))
		slog.New(slog.NewTextHandler(&out, nil)).Info("made", "it", v)
	}
	for _, v := range []any{found, user, changes} {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(text)
	}
	if _, err := w.catalog.unseal(keyPrefix+"AKIAOTHER", k.Sealed); err == nil {
		t.Error("a secret opens in another key's place")
	} else {
		fmt.Fprintln(&out, err)
	}
	if bytes.Contains(out.Bytes(), []byte(secret)) {
		t.Errorf("the secret %s is in:\n%s", secret, out.String())
	}
}

// redactable is v unless that is the one thing whose JSON is to have the secret.
func redactable(v any) any {
	switch v.(type) {
	case extapi.NewKey, *extapi.NewKey:
		return fmt.Sprint(v)
	}
	return v
}

// The file has the ids, and no secret in any form that could be searched for.
func TestStoreHasNoPlainSecret(t *testing.T) {
	dir := t.TempDir()
	store, err := sqlitemeta.Open(filepath.Join(dir, "meta.db"))
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, store, Options{})
	w.user("alice", "")
	made := must(ask(w, w.root, w.CreateKey, &extapi.CreateKeyRequest{User: "alice"}))(t)
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "meta.db*"))
	if err != nil {
		t.Fatal(err)
	}
	var all []byte
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, content...)
	}
	if !bytes.Contains(all, []byte(made.ID)) {
		t.Fatalf("not even the key's id is in %v", files)
	}
	for _, form := range formsOf(string(made.Secret)) {
		if bytes.Contains(all, form) {
			t.Errorf("%q is in %v", form, files)
		}
	}
}

// A sealed secret that was changed on the disk is no secret, and the start says which.
func TestChangedSecretsAreNoted(t *testing.T) {
	onEachStore(t, func(t *testing.T, store meta.Store) {
		ring := newKeyring(t)
		w := newWorld(t, store, Options{Sealing: ring.sealing(t)})
		ids := []string{w.catalog.now().accounts[ours].keys[0].id, w.catalog.now().accounts[theirs].keys[0].id}
		_, err := store.Update(t.Context(), func(tx meta.Tx) error { // one key's document in the other's place
			doc, err := tx.Get(keyPrefix + ids[0])
			if err != nil {
				return err
			}
			return tx.Put(keyPrefix+ids[1], doc.Value)
		})
		if err != nil {
			t.Fatal(err)
		}
		err = New(store, Options{Sealing: ring.sealing(t)}).Load(t.Context())
		if err == nil || !bytes.Contains([]byte(err.Error()), []byte(ids[1])) {
			t.Errorf("Load = %v, want an error that names %s", err, ids[1])
		}
	})
}

// formsOf are ways in which a text may lie somewhere.
func formsOf(text string) [][]byte {
	inJSON, _ := json.Marshal([]byte(text)) // base64
	return [][]byte{[]byte(text), bytes.Trim(inJSON, `"=`)[:40], fmt.Appendf(nil, "%x", text)}
}

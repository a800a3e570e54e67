package identity

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/limits"
	"github.com/freshet/freshet/internal/meta/sqlitemeta"
)

// A change where an account is full: all of it is looked at, little of it read anew.
func BenchmarkChangeInAFullAccount(b *testing.B) {
	store, err := sqlitemeta.Open(filepath.Join(b.TempDir(), "meta.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	s := loaded(b, store, Options{Sealing: newKeyring(b).sealing(b)})
	if _, err := s.EnsureRoot(b.Context(), ours, func(RootKey) error { return nil }); err != nil {
		b.Fatal(err)
	}
	_, err = s.catalog.change(b.Context(), func(_ *snapshot, e *edit) error {
		for i := range limits.UsersPerAccount {
			k := keyOf(ours, fmt.Sprintf("user-%04d", i))
			e.put(k.in(userPrefix), userDocument{Name: k.name, Path: "/", ID: newUniqueID(userIDPrefix), Created: time.Now(),
				permissions: permissions{Inline: map[string]string{"may": document(everything)}}})
			for range limits.AccessKeysPerUser {
				if _, _, err := s.makeKey(e, keyDocument{Account: ours, User: k.name, Created: time.Now()}); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	for i := 0; b.Loop(); i++ {
		in := &extapi.SetTagsRequest{Principal: "user/user-0007", Tags: map[string]string{"n": fmt.Sprint(i)}}
		if _, err := s.SetTags(b.Context(), access.Dev(ours, ""), in); err != nil {
			b.Fatal(err)
		}
	}
}

package keyfile

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/keys"
	"github.com/freshet/freshet/internal/keys/keystest"
)

func open(t *testing.T) *File {
	return New(Options{Path: filepath.Join(t.TempDir(), "keyring")})
}

// rig is a server's provider, whose file another process changes.
func rig(t *testing.T) keystest.Rig {
	f := open(t)
	return operated(f, New(f.o))
}

// operated is a provider of which another, or the same, changes the keys.
func operated(f, operator *File) keystest.Rig {
	does := func(change func(context.Context, string) (Entry, error)) func(*testing.T, string) {
		return func(t *testing.T, name string) {
			_, err := change(t.Context(), name)
			check(t, err)
		}
	}
	return keystest.Rig{
		Provider: f,
		Create: func(t *testing.T) string {
			_, err := operator.Create(t.Context(), "alias/orders")
			check(t, err)
			return "alias/orders"
		},
		Rotate: does(operator.Rotate), Disable: does(operator.Disable), Enable: does(operator.Enable),
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestContract(t *testing.T) { keystest.Run(t, rig) }

func TestContractInMemory(t *testing.T) {
	keystest.Run(t, func(*testing.T) keystest.Rig { f := New(Options{}); return operated(f, f) })
}

func TestDefaultKeyMayBeAnother(t *testing.T) {
	f := open(t)
	made, err := f.Create(t.Context(), "alias/orders")
	check(t, err)
	f.o.DefaultKey = "alias/orders"
	k, err := f.Describe(t.Context(), keys.DefaultAlias)
	check(t, err)
	if k != made.Key {
		t.Errorf("the default key is %+v, want %+v", k, made.Key)
	}
	f.o.DefaultKey = "alias/parcels"
	_, err = f.Describe(t.Context(), keys.DefaultAlias)
	keystest.Only(t, err, keys.ErrNotFound)
}

// A lost keyring must not be replaced in silence: what it wrapped would be lost
// without a word.
func TestUnwrapMakesNoKeyring(t *testing.T) {
	f := open(t)
	d, err := f.Generate(t.Context(), keys.DefaultAlias, nil)
	check(t, err)
	check(t, os.Remove(f.o.Path))
	_, err = f.Unwrap(t.Context(), d.Wrapped, nil)
	keystest.Only(t, err, keys.ErrNotFound)
	if !strings.Contains(err.Error(), "put back the file") || !strings.Contains(err.Error(), f.o.Path) {
		t.Errorf("error %v does not say what to do", err)
	}
	if _, err := os.Stat(f.o.Path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("there is a keyring again: %v", err)
	}
	// Another one has the key no more.
	f = New(f.o)
	_, err = f.Generate(t.Context(), keys.DefaultAlias, nil)
	check(t, err)
	_, err = f.Unwrap(t.Context(), d.Wrapped, nil)
	keystest.Only(t, err, keys.ErrNotFound)
}

// Who puts a lost keyring back overwrites the one that was made meanwhile, and loses
// what that has wrapped: so none is made in the place of one that was used.
func TestLostKeyringIsNotReplaced(t *testing.T) {
	uses := map[string]func(*File, keys.DataKey) error{
		"read": func(f *File, _ keys.DataKey) error {
			_, err := f.Describe(t.Context(), keys.DefaultAlias)
			return err
		},
		"wrapped": func(f *File, _ keys.DataKey) error {
			_, err := f.Generate(t.Context(), keys.DefaultAlias, nil)
			return err
		},
		"unwrapped": func(f *File, d keys.DataKey) error {
			_, err := f.Unwrap(t.Context(), d.Wrapped, nil)
			return err
		},
	}
	for name, use := range uses {
		t.Run(name, func(t *testing.T) {
			first := open(t)
			d, err := first.Generate(t.Context(), keys.DefaultAlias, nil)
			check(t, err)
			f, away := New(first.o), first.o.Path+".away"
			check(t, use(f, d))
			check(t, os.Rename(f.o.Path, away))
			_, err = f.Generate(t.Context(), keys.DefaultAlias, nil)
			keystest.Only(t, err, keys.ErrNotFound)
			if !strings.Contains(err.Error(), "put back the file") {
				t.Errorf("error %v does not say what to do", err)
			}
			if _, err := os.Stat(f.o.Path); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("there is a keyring again: %v", err)
			}
			check(t, os.Rename(away, f.o.Path))
			_, err = f.Generate(t.Context(), keys.DefaultAlias, nil)
			check(t, err)
		})
	}
	// Nor where it was not there when the server started: something is asked for.
	first := open(t)
	d, err := first.Generate(t.Context(), keys.DefaultAlias, nil)
	check(t, err)
	check(t, os.Remove(first.o.Path))
	f := New(first.o)
	_, err = f.Unwrap(t.Context(), d.Wrapped, nil)
	keystest.Only(t, err, keys.ErrNotFound)
	_, err = f.Generate(t.Context(), keys.DefaultAlias, nil)
	keystest.Only(t, err, keys.ErrNotFound)
}

func TestOthersMayNotReadTheKeyring(t *testing.T) {
	f := open(t)
	_, err := f.Describe(t.Context(), keys.DefaultAlias)
	check(t, err)
	if runtime.GOOS == "windows" {
		return // its modes say nothing of who may read
	}
	about, err := os.Stat(f.o.Path)
	check(t, err)
	if about.Mode() != 0o600 {
		t.Errorf("a new keyring has mode %v", about.Mode())
	}
	for _, mode := range []fs.FileMode{0o640, 0o604, 0o620, 0o666} {
		check(t, os.Chmod(f.o.Path, mode))
		_, err := f.Describe(t.Context(), keys.DefaultAlias)
		keystest.Only(t, err, keys.ErrUnavailable)
		if !errors.Is(err, errTooOpen) || !strings.Contains(err.Error(), "chmod 600") {
			t.Errorf("mode %v: %v", mode, err)
		}
	}
	for _, mode := range []fs.FileMode{0o600, 0o400} {
		check(t, os.Chmod(f.o.Path, mode))
		_, err := f.Describe(t.Context(), keys.DefaultAlias)
		check(t, err)
	}
}

func TestFolderIsNoKeyring(t *testing.T) {
	_, err := New(Options{Path: t.TempDir()}).Describe(t.Context(), keys.DefaultAlias)
	keystest.Only(t, err, keys.ErrUnavailable)
}

func TestAnotherProviderWrappedIt(t *testing.T) {
	f := open(t)
	_, err := f.Unwrap(t.Context(), []byte("vault:v1:abc"), nil)
	keystest.Only(t, err, keys.ErrCiphertext)
	if !strings.Contains(err.Error(), "another provider") {
		t.Errorf("error %v", err)
	}
}

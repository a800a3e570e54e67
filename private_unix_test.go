//go:build unix

package freshet

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSecretsOthersCanReadAreRefused(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	o := Options{DataDir: dir, Production: true}
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	again := func() error {
		s, err := New(o)
		if err == nil {
			err = s.Close()
		}
		return err
	}
	if err := again(); err != nil { // it was empty, and is closed to others now
		t.Fatal(err)
	}
	for _, name := range []string{".", tokenName, filepath.Join(tlsName, "ca-key.pem")} {
		path := filepath.Join(dir, name)
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		was := info.Mode().Perm()
		for mode, want := range map[fs.FileMode]error{was | 0o004: ErrReadable, was | 0o002: ErrReadable, was | 0o040: nil} {
			if err := os.Chmod(path, mode); err != nil {
				t.Fatal(err)
			}
			if err := again(); !errors.Is(err, want) || err != nil && !strings.Contains(err.Error(), "chmod o= "+path) {
				t.Errorf("%s, mode %o: %v", name, mode, err)
			}
		}
		if err := os.Chmod(path, was); err != nil {
			t.Fatal(err)
		}
	}
	if err := again(); err != nil {
		t.Error(err)
	}
}

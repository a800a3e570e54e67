package freshet

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/faultfs"
)

// backedUp returns a server with a record, and a backup of it.
func backedUp(t *testing.T) (s *running, backup string) {
	t.Helper()
	s = run(t, Options{DataDir: filepath.Join(t.TempDir(), "data"), Version: "1.2"})
	createAndPut(t, s.client(), "one")
	backup = filepath.Join(t.TempDir(), "backups", "today")
	b, err := s.Backup(t.Context(), backup)
	if err != nil {
		t.Fatal(err)
	}
	if b.Target != backup || b.Records != 1 || b.Version != "1.2" || b.Bytes == 0 || b.Taken.IsZero() {
		t.Errorf("backup %+v", b)
	}
	return s, backup
}

func TestBackupAndRestore(t *testing.T) {
	s, backup := backedUp(t)
	createAndPut(t, s.client(), "two")
	dir := filepath.Join(t.TempDir(), "restored")
	b, err := Restore(t.Context(), backup, dir)
	if err != nil || b.Records != 1 || b.Target != dir {
		t.Fatalf("Restore: %+v, %v", b, err)
	}
	restored := run(t, Options{DataDir: dir})
	if got := readAll(t, restored.client()); got != "one" {
		t.Errorf("the restored stream holds %q", got)
	}
	createAndPut(t, restored.client(), "three")
	if got := readAll(t, s.client()); got != "one two" {
		t.Errorf("the first stream holds %q", got)
	}
	first, err := Token(s.dir)
	if err != nil {
		t.Error(err)
	}
	if second, err := Token(dir); err != nil || second == first {
		t.Errorf("the restored folder has the token of the first, %v", err)
	}
	restored.stop(t)
	s.stop(t)
	if _, err := Restore(t.Context(), backup, filepath.Join(t.TempDir(), "again")); err != nil {
		t.Errorf("after the restored server ran: %v", err)
	}
}

func TestBackupRefusesItsTarget(t *testing.T) {
	s, backup := backedUp(t)
	f := func(dir string) {
		t.Helper()
		if _, err := s.Backup(t.Context(), dir); !errors.Is(err, ErrBackupTarget) {
			t.Errorf("to %s: %v", dir, err)
		}
	}
	f(backup)
	f(s.dir)
	f(filepath.Join(s.dir, "log", "backup"))
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(s.dir, link); err != nil {
		t.Fatal(err)
	}
	f(filepath.Join(link, "backup"))
	s.stop(t)

	memory := run(t, Options{Durability: DurabilityMemory})
	if _, err := memory.Backup(t.Context(), filepath.Join(t.TempDir(), "b")); !errors.Is(err, ErrInMemory) {
		t.Errorf("of a server in memory: %v", err)
	}
	memory.stop(t)
}

// Each call to the disk that a backup makes fails once: there is no backup then,
// and the server goes on.
func TestABackupThatFailsIsNone(t *testing.T) {
	disk := faultfs.New(vfs.OS)
	s := run(t, Options{DataDir: filepath.Join(t.TempDir(), "data"), disk: disk})
	createAndPut(t, s.client(), "one")
	for n := 0; ; n++ {
		dir := filepath.Join(t.TempDir(), "backup")
		fault := disk.Inject(faultfs.Rule{After: n, Match: func(op vfs.Op) bool {
			return strings.HasPrefix(op.Name+op.To, dir) && op.Kind != vfs.OpClose && op.Kind != vfs.OpList && op.Kind != vfs.OpRemove
		}})
		_, err := s.Backup(t.Context(), dir)
		fault.Remove()
		if fault.Failed() == 0 {
			if err != nil {
				t.Error(err)
			}
			break
		}
		if err == nil {
			t.Errorf("call %d failed, and the backup says that it is well", n)
		}
		_, err = Restore(t.Context(), dir, filepath.Join(t.TempDir(), "restored"))
		// The sync of the folder comes after the last file has its name.
		if !errors.Is(err, ErrNoBackup) && n < 20 {
			t.Errorf("call %d failed; Restore: %v", n, err)
		}
	}
	if got := readAll(t, s.client()); got != "one" {
		t.Errorf("the stream holds %q", got)
	}
	s.stop(t)
}

// A backup that was changed or lost a part is refused before anything is made.
func TestADamagedBackupIsRefused(t *testing.T) {
	s, backup := backedUp(t)
	s.stop(t)
	f := func(what string, want error, damage func(dir string) error) {
		t.Helper()
		dir := filepath.Join(t.TempDir(), "backup")
		if err := os.CopyFS(dir, os.DirFS(backup)); err != nil {
			t.Fatal(err)
		}
		if err := damage(dir); err != nil {
			t.Fatal(err)
		}
		target := filepath.Join(t.TempDir(), "target")
		if _, err := Restore(t.Context(), dir, target); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", what, err, want)
		}
		if _, err := os.Stat(target); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: the target was made: %v", what, err)
		}
	}
	flip := func(name string, at int64) func(string) error {
		return func(dir string) error {
			file, err := os.OpenFile(filepath.Join(dir, name), os.O_RDWR, 0)
			if err != nil {
				return err
			}
			b := make([]byte, 1)
			_, read := file.ReadAt(b, at)
			_, wrote := file.WriteAt([]byte{b[0] ^ 1}, at)
			return errors.Join(read, wrote, file.Close())
		}
	}
	remove := func(name string) func(string) error {
		return func(dir string) error { return os.RemoveAll(filepath.Join(dir, name)) }
	}
	f("without its mark", ErrNoBackup, remove("BACKUP"))
	f("an empty folder", ErrNoBackup, remove("."))
	f("without its log", ErrBackupDamaged, remove("log"))
	f("without its store", ErrBackupDamaged, remove("meta.db"))
	f("a changed record", ErrBackupDamaged, flip("log/journal-0000000001", 4096+130))
	f("a changed store", ErrBackupDamaged, flip("meta.db", 5000))
	f("a garbled mark", ErrBackupDamaged, flip("BACKUP", 0))
	f("another format", ErrOtherFormat, func(dir string) error {
		return os.WriteFile(filepath.Join(dir, "BACKUP"), []byte(`{"format":"freshet data folder, format 9"}`), 0o600)
	})
	f("the store of another day", ErrBackupDamaged, func(dir string) error {
		content, err := os.ReadFile(filepath.Join(dir, "BACKUP"))
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, "BACKUP"), []byte(strings.Replace(string(content), `"sha256": "`, `"sha256": "0`, 1)), 0o600)
	})
}

func TestRestoreRefusesItsTarget(t *testing.T) {
	s, backup := backedUp(t)
	f := func(dir string) {
		t.Helper()
		if _, err := Restore(t.Context(), backup, dir); !errors.Is(err, ErrBackupTarget) {
			t.Errorf("to %s: %v", dir, err)
		}
	}
	f(s.dir)
	f(backup)
	f(filepath.Join(backup, "here"))
	s.stop(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := filepath.Join(t.TempDir(), "restored")
	if _, err := Restore(ctx, backup, dir); !errors.Is(err, context.Canceled) {
		t.Errorf("with a context that has ended: %v", err)
	}
	// What was cut short is no data folder.
	if err := CheckFolder(dir); !errors.Is(err, ErrForeignFolder) {
		t.Errorf("CheckFolder: %v", err)
	}
	// Nor is a backup.
	if err := CheckFolder(backup); !errors.Is(err, ErrForeignFolder) {
		t.Errorf("CheckFolder of the backup: %v", err)
	}
}

func TestTheTokenIsMadeOnce(t *testing.T) {
	dir := t.TempDir()
	if _, err := Token(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("before the first start: %v", err)
	}
	var before string
	for range 2 {
		s, err := New(Options{DataDir: dir, Listen: NoListener})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		token, err := Token(dir)
		if err != nil || len(token) != 64 || before != "" && token != before {
			t.Errorf("token %q after %q, %v", token, before, err)
		}
		before = token
	}
	if err := os.WriteFile(filepath.Join(dir, "token"), []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := New(Options{DataDir: dir}); err == nil {
		t.Error("a token that anybody could guess is taken")
		_ = s.Close()
	}
}

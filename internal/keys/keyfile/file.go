package keyfile

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"sync/atomic"

	"github.com/freshet/freshet/internal/keys"
	"github.com/freshet/freshet/internal/vfs"
)

// Options say where a keyring is.
type Options struct {
	// Path is the file. Without one the keyring is in memory, and ends with the
	// provider.
	Path string
	// DefaultKey is the id or alias of the key that keys.DefaultAlias means. If
	// it is empty that is a key of that alias, which is made at its first use.
	DefaultKey string
	// Disk is the file system that is written to, vfs.OS if nil.
	Disk vfs.FS
}

// File is the provider whose keys are in a file. Its methods may be called at once.
type File struct {
	o    Options
	name string // of the keyring, for messages
	kept storage
	// last is what the file said when it was read last: what has not changed is
	// not decoded again.
	last atomic.Pointer[reading]
	// used says that something is wrapped by a key of the file: if the file is not
	// there, it was lost.
	used atomic.Bool
	// changing holds one thing while this process changes the file.
	changing chan struct{}
}

// reading is a ring and the sum of the bytes it was read from.
type reading struct {
	sum  [sha256.Size]byte
	ring *ring
}

var _ keys.Provider = (*File)(nil)

// New makes the provider. Nothing is read or written.
func New(o Options) *File {
	if o.Disk == nil {
		o.Disk = vfs.OS
	}
	f := &File{o: o, name: o.Path, kept: onDisk{o.Disk, o.Path}, changing: make(chan struct{}, 1)}
	if o.Path == "" {
		f.name, f.kept = "in memory", &inMemory{}
	}
	return f
}

// Describe is keys.Provider's.
func (f *File) Describe(ctx context.Context, name string) (keys.Key, error) {
	k, err := f.find(ctx, name)
	if err != nil {
		return keys.Key{}, err
	}
	return k.describe(), nil
}

// Generate is keys.Provider's.
func (f *File) Generate(ctx context.Context, name string, bind keys.Binding) (keys.DataKey, error) {
	k, err := f.find(ctx, name)
	if err != nil {
		return keys.DataKey{}, err
	}
	if err := k.describe().Usable(); err != nil {
		return keys.DataKey{}, fmt.Errorf("key %s of keyring %s: %w", k.id, f.name, err)
	}
	plain := keys.NewPlaintext()
	f.used.Store(true)
	return keys.DataKey{Plaintext: plain, Wrapped: wrap(k, plain, bind), KeyID: k.id.String()}, nil
}

// Unwrap is keys.Provider's.
func (f *File) Unwrap(ctx context.Context, wrapped []byte, bind keys.Binding) (keys.Plaintext, error) {
	h, err := readHeader(wrapped)
	if err != nil {
		return keys.Plaintext{}, err
	}
	f.used.Store(true)
	r, err := f.read(ctx)
	if errors.Is(err, fs.ErrNotExist) {
		return keys.Plaintext{}, fmt.Errorf("key %s: %w: there is no keyring %s: put back the file that has the key",
			h.id, keys.ErrNotFound, f.name)
	}
	if err != nil {
		return keys.Plaintext{}, err
	}
	k, ok := r.byID(h.id)
	if !ok || int(h.version) > len(k.versions) {
		return keys.Plaintext{}, fmt.Errorf("version %d of key %s: %w: keyring %s has it not: put back the file that has it",
			h.version, h.id, keys.ErrNotFound, f.name)
	}
	if err := k.describe().Usable(); err != nil {
		return keys.Plaintext{}, fmt.Errorf("key %s of keyring %s: %w", k.id, f.name, err)
	}
	return unwrap(k, h, wrapped, bind)
}

// find returns the key that a client means by name, and makes the default one.
func (f *File) find(ctx context.Context, name string) (*key, error) {
	local, ok := keys.LocalName(name)
	if !ok {
		return nil, notFound(name, f.name)
	}
	makes := local == keys.DefaultAlias && f.o.DefaultKey == ""
	if local == keys.DefaultAlias && !makes {
		if local, ok = keys.LocalName(f.o.DefaultKey); !ok {
			return nil, notFound(f.o.DefaultKey, f.name)
		}
	}
	r, err := f.read(ctx)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if k, ok := r.find(local); ok {
		return k, nil
	}
	switch {
	case err != nil && (f.used.Load() || f.last.Load() != nil):
		// A new keyring would be in the way of the lost one, and its keys be lost when
		// that is put back.
		return nil, fmt.Errorf("key %q: %w: keyring %s is not there any more: put back the file that has the keys",
			local, keys.ErrNotFound, f.name)
	case !makes:
		return nil, notFound(local, f.name)
	}
	return f.makeDefault(ctx)
}

func notFound(name, path string) error {
	return fmt.Errorf("key %q: %w: keyring %s has it not", name, keys.ErrNotFound, path)
}

// read returns what the file holds now, which is not to be changed. Without a file
// the error matches fs.ErrNotExist, and the ring is empty.
func (f *File) read(ctx context.Context) (*ring, error) {
	if err := ctx.Err(); err != nil {
		return &ring{}, fmt.Errorf("%w: %w", keys.ErrUnavailable, err)
	}
	content, err := f.kept.load()
	if err != nil {
		return &ring{}, fmt.Errorf("%w: keyring: %w", keys.ErrUnavailable, err)
	}
	defer clear(content)
	sum := sha256.Sum256(content)
	if last := f.last.Load(); last != nil && last.sum == sum {
		return last.ring, nil
	}
	r, err := decode(content)
	if err != nil {
		return &ring{}, fmt.Errorf("%w: keyring %s: %w", keys.ErrUnavailable, f.name, err)
	}
	f.last.Store(&reading{sum, r})
	return r, nil
}

package keyfile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/freshet/freshet/internal/keys"
)

// Entry is a key of the keyring, to be shown. It holds no secret.
type Entry struct {
	keys.Key
	Aliases  []string
	Created  time.Time
	Versions int
	Rotated  time.Time // when the newest version was made
}

// List returns the keys, in the order in which they were made. Without a file the
// error matches fs.ErrNotExist.
func (f *File) List(ctx context.Context) ([]Entry, error) {
	r, err := f.read(ctx)
	if err != nil {
		return nil, err
	}
	var all []Entry
	for _, k := range r.keys {
		all = append(all, k.entry())
	}
	return all, nil
}

func (k *key) entry() Entry {
	return Entry{
		Key: k.describe(), Aliases: slices.Clone(k.aliases), Created: k.created,
		Versions: len(k.versions), Rotated: k.versions[len(k.versions)-1].created,
	}
}

// ErrTaken is returned by Create for an alias that a key has.
var ErrTaken = errors.New("the alias is taken")

// Create makes a key, with that alias unless it is empty, and the file if there is
// none.
func (f *File) Create(ctx context.Context, alias string) (Entry, error) {
	if alias != "" && !isAlias(alias) {
		return Entry{}, fmt.Errorf("alias %q: %w", alias, errAlias)
	}
	k, err := f.change(ctx, func(r *ring) (*key, error) {
		if _, ok := r.find(alias); ok {
			return nil, fmt.Errorf("alias %q: %w", alias, ErrTaken)
		}
		return r.add(alias), nil
	})
	if err != nil {
		return Entry{}, err
	}
	return k.entry(), nil
}

// add makes a key.
func (r *ring) add(alias string) *key {
	now := time.Now().UTC().Truncate(time.Second)
	k := &key{id: newID(), created: now, versions: []version{newVersion(now)}, aliases: []string{}}
	if alias != "" {
		k.aliases = append(k.aliases, alias)
	}
	r.keys = append(r.keys, k)
	return k
}

// makeDefault returns the default key, which another may have made meanwhile.
func (f *File) makeDefault(ctx context.Context) (*key, error) {
	return f.change(ctx, func(r *ring) (*key, error) {
		if k, ok := r.find(keys.DefaultAlias); ok {
			return k, nil
		}
		return r.add(keys.DefaultAlias), nil
	})
}

// Rotate adds a version to the key of that id, alias or ARN, with which data keys
// are wrapped from now on. What was wrapped is left as it is.
func (f *File) Rotate(ctx context.Context, name string) (Entry, error) {
	return f.changeKey(ctx, name, func(k *key) {
		k.versions = append(slices.Clone(k.versions), newVersion(time.Now().UTC().Truncate(time.Second)))
	})
}

// Disable makes a key refuse to wrap and unwrap, until Enable.
func (f *File) Disable(ctx context.Context, name string) (Entry, error) {
	return f.changeKey(ctx, name, func(k *key) { k.disabled = true })
}

// Enable undoes Disable.
func (f *File) Enable(ctx context.Context, name string) (Entry, error) {
	return f.changeKey(ctx, name, func(k *key) { k.disabled = false })
}

func (f *File) changeKey(ctx context.Context, name string, alter func(*key)) (Entry, error) {
	k, err := f.change(ctx, func(r *ring) (*key, error) {
		local, _ := keys.LocalName(name)
		k, ok := r.find(local)
		if !ok {
			return nil, notFound(name, f.name)
		}
		alter(k)
		return k, nil
	})
	if err != nil {
		return Entry{}, err
	}
	return k.entry(), nil
}

// change lets alter change a copy of the ring, of which it returns the key that
// matters, and writes it if it is another. It is refused while another process does
// the same, and waits for who does it in this one.
func (f *File) change(ctx context.Context, alter func(*ring) (*key, error)) (*key, error) {
	select {
	case f.changing <- struct{}{}:
		defer func() { <-f.changing }()
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w", keys.ErrUnavailable, ctx.Err())
	}
	unlock, err := f.kept.lock()
	if err != nil {
		return nil, fmt.Errorf("%w: keyring: %w", keys.ErrUnavailable, err)
	}
	defer unlock.Close()
	was, err := f.read(ctx)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	r := was.copy()
	k, err := alter(r)
	if err != nil {
		return nil, err
	}
	return k, f.write(was, r)
}

// write replaces the file unless it would stay as it is.
func (f *File) write(was, r *ring) error {
	before, content := encode(was), encode(r)
	defer clear(before)
	defer clear(content)
	if bytes.Equal(before, content) {
		return nil
	}
	if err := f.kept.save(content); err != nil {
		return fmt.Errorf("%w: keyring: %w", keys.ErrUnavailable, err)
	}
	return nil
}

// copy returns a ring whose keys may be changed. The secrets are shared.
func (r *ring) copy() *ring {
	c := &ring{}
	for _, k := range r.keys {
		own := *k
		c.keys = append(c.keys, &own)
	}
	return c
}

package streams

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
)

// keeping tells the log how streams are kept. The catalog asks it at every change
// and when it reads streams, so that no operation has to: one that changes the
// retention or the tags of a stream changes how its records are kept.
type keeping struct {
	log shardlog.Log
	// compression is that of streams whose tags say nothing.
	compression shardlog.Compression
	clock       *clock
}

// compressionTag is a tag that says how a stream's records are compressed on the
// disk: none or s2. AWS has no parameter for that; a tag can be set with any SDK,
// the CLI, or Terraform.
const compressionTag = "freshet:compression"

// settings returns how st is kept. A tag that an older or newer program accepted
// and this one does not know says nothing.
func (k keeping) settings(st *stream) shardlog.Settings {
	s := shardlog.Settings{Retention: st.retention(), Compression: k.compression, Key: st.dataKey()}
	if c, err := shardlog.ParseCompression(st.Tags[compressionTag]); err == nil {
		s.Compression = c
	}
	return s
}

// before is called before next takes the place of old in the store.
//
// What the retention hides must not be shown again when it becomes longer, so it
// is trimmed first: floors never go down. What passes the horizon between this
// and the commit may be seen again; that is a matter of milliseconds. So is, in
// the first hour after a start, what the clock for forgetting has not reached
// (clock.go).
func (k keeping) before(ctx context.Context, old, next *stream) error {
	if old == nil || next == nil || next.RetentionHours <= old.RetentionHours {
		return nil
	}
	err := k.log.Trim(ctx, old.id, old.horizon(k.clock.forgetting()))
	if err != nil && !errors.Is(err, shardlog.ErrDropped) {
		return fmt.Errorf("trim stream %s before its retention grows: %w", old.name, err)
	}
	return nil
}

// after is called when st is in the store and before it is in a snapshot, hence
// before it takes puts.
func (k keeping) after(ctx context.Context, st *stream) error {
	err := k.log.Configure(ctx, st.id, k.settings(st))
	if err != nil && !errors.Is(err, shardlog.ErrDropped) { // one that is DELETING may be gone from the log
		return fmt.Errorf("configure stream %s: %w", st.name, err)
	}
	return nil
}

// retention is how long the records of st are shown.
func (st *stream) retention() time.Duration {
	return time.Duration(st.RetentionHours) * time.Hour
}

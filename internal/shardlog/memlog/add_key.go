package memlog

import (
	"context"

	"github.com/freshet/freshet/internal/shardlog"
)

// AddKey implements shardlog.Log. Memory is not encrypted: a key is a number that
// Configure knows.
func (l *Log) AddKey(ctx context.Context, id shardlog.StreamID, _ shardlog.WrappedKey, _ shardlog.Secret) (shardlog.KeyID, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.usableLocked(id); err != nil {
		return 0, err
	}
	l.mu.keys = append(l.mu.keys, id)
	return shardlog.KeyID(len(l.mu.keys)), nil
}

// hasKeyLocked reports whether key was given for the stream; none is.
func (l *Log) hasKeyLocked(id shardlog.StreamID, key shardlog.KeyID) bool {
	return key == 0 || int(key) <= len(l.mu.keys) && l.mu.keys[key-1] == id
}

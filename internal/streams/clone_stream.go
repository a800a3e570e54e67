package streams

import (
	"cmp"
	"context"
	"crypto/rand"
	"strings"
	"sync/atomic"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/shardlog"
)

// cloneDocument says what a stream is a copy of. It does not change once it is in a
// document.
type cloneDocument struct {
	Source   string          `json:"source"`
	Until    shardlog.Millis `json:"until"` // exclusive
	Snapshot bool            `json:"snapshot,omitempty"`
	// Copying: the stream is CREATING, and is ACTIVE when it has its records.
	Copying bool  `json:"copying,omitempty"`
	Records int64 `json:"records"` // once it has
}

// clone is one that is under way in this process.
type clone struct {
	target, source shardlog.StreamID
	until          shardlog.Millis
	records        atomic.Int64
	// encryption is the target's, nil if the source is not encrypted and never was.
	encryption *encryptionDocument
}

// CloneStream makes a stream that has the records of another, its open shards'
// ranges, mode, retention, size of records and tags. It is CREATING, for AWS's
// operations like any that is being created, until it has them all, which the
// goroutine of clones sees to (clones.go); GET shows how far it is.
//
// The records have new sequence numbers, and have arrived when they were copied.
// Those of a key are in order, across the source's reshards. A record that went
// to its shard by an explicit hash key, which is not stored, goes to the shard that
// has the first hash key of that one's range.
//
// A clone that a restart interrupts is removed, and so is one that the store fails.
func (s *Service) CloneStream(ctx context.Context, caller access.Caller, name string, in *extapi.CloneRequest) (*extapi.Stream, error) {
	source, err := s.find(caller, &name, nil)
	if err != nil {
		return nil, err
	}
	if !source.takesPuts() {
		return nil, errNotActive(source)
	}
	until, err := s.cloneUntil(source, in)
	if err != nil {
		return nil, err
	}
	key := streamKey{caller.Account(), caller.Region(), in.Name}.clone()
	c := &clone{source: source.id, until: until}
	rand.Read(c.target[:]) // never fails
	if c.encryption, err = s.cloneEncryption(ctx, source, c.target, key); err != nil {
		return nil, err
	}
	s.clones.Store(c.target, c)
	made, err := s.catalog.change(ctx, key, func(old *stream) (*stream, error) {
		if old != nil {
			return nil, errStreamExists(key)
		}
		if err := s.checkLimits(key, source.Mode, len(source.ring)); err != nil {
			return nil, err
		}
		return source.cloned(key, c, in.Snapshot), nil
	})
	if err != nil {
		s.clones.Delete(c.target)
		s.poke() // it may have been written all the same
		s.forgetKey(ctx, c)
		return nil, err
	}
	select {
	case s.wakeClones <- struct{}{}:
	default:
	}
	return s.extended(made), nil
}

// cloneEncryption has a data key made for the clone at key if the source is
// encrypted, or was: what is encrypted must not be found in the clear in a copy, nor
// what came in before encryption was stopped.
func (s *Service) cloneEncryption(ctx context.Context, source *stream, target shardlog.StreamID, key streamKey) (*encryptionDocument, error) {
	as := cmp.Or(source.Encryption, source.EncryptedBefore)
	switch {
	case as == nil:
		return nil, nil
	case s.options.Keys == nil:
		return nil, errNoKeys(source, as.Key)
	case s.catalog.now().byKey[key] != nil:
		return nil, errStreamExists(key)
	}
	return s.newDataKey(ctx, target, key.arn(), as.Key)
}

// forgetKey lets the log forget the key of a clone that did not come to be.
func (s *Service) forgetKey(ctx context.Context, c *clone) {
	if c.encryption == nil || s.catalog.now().byID[c.target] != nil {
		return
	}
	if err := s.log.Drop(context.WithoutCancel(ctx), c.target); err != nil {
		s.options.Logger.Warn("the key of a clone that was not made stays in the log", "err", err)
	}
}

// cloneUntil is the instant before which a record must have arrived: above
// everything that was acknowledged, if the caller names none.
func (s *Service) cloneUntil(source *stream, in *extapi.CloneRequest) (shardlog.Millis, error) {
	now := now()
	if in.Until != nil {
		if until := shardlog.MillisOf(*in.Until); until <= now {
			return max(until, 1), nil // 0 is no end
		}
		return 0, errUntilAhead(*in.Until)
	}
	until := now + 1
	for _, sh := range source.shards {
		until = max(until, s.log.State(source.ref(sh)).LastArrival+1)
	}
	return until, nil
}

// cloned returns the stream at key that c is to fill.
func (st *stream) cloned(key streamKey, c *clone, snapshot bool) *stream {
	now := time.Now()
	doc := streamDocument{
		ID: c.target.String(), Status: kinesis.StreamStatusCreating, Since: shardlog.MillisOf(now), Created: now.Unix(),
		Mode: st.Mode, RetentionHours: st.RetentionHours, MaxRecordKiB: st.MaxRecordKiB, Distribution: st.Distribution,
		Encryption: c.encryption, Tags: cloneTags(st.Tags), NextShard: uint32(len(st.ring)),
		Clone: &cloneDocument{Source: strings.Clone(st.name), Until: c.until, Snapshot: snapshot, Copying: true},
	}
	shards := make([]*shard, len(st.ring))
	for i, sh := range st.ring {
		shards[i] = newShard(uint32(i), shardDocument{
			State: open, Keys: sh.Keys, Created: doc.Created, Opened: shardlog.Millis(doc.Created) * 1000,
		})
	}
	return newStream(key, c.target, doc, shards)
}

// cloneOf describes what st is a copy of, nil if of nothing.
func (s *Service) cloneOf(st *stream) *extapi.Clone {
	d := st.Clone
	if d == nil {
		return nil
	}
	out := &extapi.Clone{Source: d.Source, Until: d.Until.Time(), Snapshot: d.Snapshot, Copying: d.Copying, Records: d.Records}
	if c, ok := s.clones.Load(st.id); ok && d.Copying {
		out.Records = c.(*clone).records.Load()
	}
	return out
}

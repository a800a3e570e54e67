package streams

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/keys"
	"github.com/freshet/freshet/internal/limits"
	"github.com/freshet/freshet/internal/shardlog"
)

// A stream that is encrypted has a data key of its own, made and wrapped by the
// provider with the key that the caller named. The log encrypts with it, and keeps
// it, wrapped, for as long as the stream is there: what came in under a key stays
// under it. To start again with any key is to go on with a new data key.
//
// The data key is in the log before the document says so, in Encrypting; when the
// transition ends that becomes Encryption, and the log is told (keeping.go). A data
// key to which no document came is never used.

// encryptionDocument is how a stream is encrypted.
type encryptionDocument struct {
	// Key is what the caller called the key, ARN what the provider does.
	Key string `json:"key,omitempty"`
	ARN string `json:"arn,omitempty"`
	// DataKey is the log's name of the data key; 0, there is none.
	DataKey shardlog.KeyID `json:"dataKey,omitempty"`
	// Wrapped is the data key as the provider wrapped it. The log has it too; here
	// it is to ask the provider whether the key may be used still (key_checks.go).
	Wrapped []byte `json:"wrapped,omitempty"`
}

// dataKey returns the log's name of the key that records of st are encrypted with,
// 0 if they are not.
func (st *stream) dataKey() shardlog.KeyID {
	if st.Encryption == nil {
		return 0
	}
	return st.Encryption.DataKey
}

// encryption describes how st is encrypted. keyID is nil if it is not.
func (st *stream) encryption() (kind *kinesis.EncryptionType, keyID *string) {
	if st.Encryption == nil {
		return new(kinesis.EncryptionTypeNone), nil
	}
	return new(kinesis.EncryptionTypeKms), &st.Encryption.Key
}

// putEncryption is what puts answer: nil if st is not encrypted.
func (st *stream) putEncryption() *kinesis.EncryptionType {
	if st.Encryption == nil {
		return nil
	}
	return new(kinesis.EncryptionTypeKms)
}

// newDataKey has a data key made for the stream of that id and ARN, and makes the
// log know it. It asks the provider, who may be far away.
func (s *Service) newDataKey(ctx context.Context, id shardlog.StreamID, arn, key string) (*encryptionDocument, error) {
	p := s.options.Keys
	k, err := p.Describe(ctx, key)
	if err == nil {
		err = k.Usable()
	}
	if err != nil {
		return nil, errKMS(key, err)
	}
	made, err := p.Generate(ctx, k.ID, keys.ForStream(arn))
	if err != nil {
		return nil, errKMS(key, err)
	}
	wrapped := shardlog.WrappedKey{Wrapper: k.ARN, Bind: arn, Wrapped: made.Wrapped}
	number, err := s.log.AddKey(ctx, id, wrapped, secretOf(made.Plaintext))
	if errors.Is(err, shardlog.ErrNoSpace) {
		return nil, errNoSpaceForKey()
	}
	if err != nil {
		return nil, err
	}
	return &encryptionDocument{Key: strings.Clone(key), ARN: k.ARN, DataKey: number, Wrapped: made.Wrapped}, nil
}

// encrypting begins the transition of st to next. st is ACTIVE.
func (st *stream) encrypting(next *encryptionDocument, now time.Time) (*stream, error) {
	doc := st.entering(kinesis.StreamStatusUpdating, now)
	doc.Encrypting = next
	calls := &doc.EncryptionStarts
	if next.DataKey == 0 {
		calls = &doc.EncryptionStops
	}
	if *calls = recent(*calls, now); len(*calls) >= limits.EncryptionCalls {
		return nil, errEncryptedTooOften(st)
	}
	*calls = append(*calls, doc.Since)
	return st.revised(doc, st.shards), nil
}

// recent are the times among calls that count at now.
func recent(calls []shardlog.Millis, now time.Time) []shardlog.Millis {
	return slices.DeleteFunc(slices.Clone(calls), func(at shardlog.Millis) bool {
		return !within(at, now, limits.EncryptionWindow)
	})
}

// beginEncrypting puts the stream into the transition to next.
func (s *Service) beginEncrypting(ctx context.Context, st *stream, next *encryptionDocument) error {
	err := s.begin(ctx, st.streamKey, func(old *stream) (*stream, error) {
		switch {
		case old == nil || old.id != st.id:
			return nil, errNoStream(st.streamKey)
		case old.Status != kinesis.StreamStatusActive:
			return nil, errNotActive(old)
		}
		return old.encrypting(next, time.Now())
	})
	if err == nil {
		s.pokeKeys()
	}
	return err
}

// finishEncrypting ends the transition that st is in. From the change on what is put
// is encrypted as it says: the log is told before the stream is seen (keeping.go).
func (s *Service) finishEncrypting(ctx context.Context, st *stream) error {
	_, err := s.catalog.change(ctx, st.streamKey, func(old *stream) (*stream, error) {
		if !old.is(st) {
			return old, nil
		}
		doc := old.entering(kinesis.StreamStatusActive, time.Now())
		if doc.Encryption = doc.Encrypting; doc.Encryption.DataKey == 0 {
			doc.Encryption, doc.EncryptedBefore = nil, old.Encryption
		}
		doc.Encrypting = nil
		return old.revised(doc, old.shards), nil
	})
	s.pokeKeys()
	return err
}

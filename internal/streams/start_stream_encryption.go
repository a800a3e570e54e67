package streams

import (
	"context"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// StartStreamEncryption has the records of a stream encrypted on the disk, with a new
// data key that is wrapped by the key of the caller's name: UPDATING, then ACTIVE, and
// what is put from then on is encrypted. For a stream that is encrypted already it is
// a rotation, also with the same key; what is there stays as it is, and is read as
// before. It may be called with success 25 times in 24 hours (API,
// StartStreamEncryption).
//
// The stream, EncryptionType and the stream's status are judged before the key; that
// order is not documented. Unlike AWS, what is put is encrypted from the first record
// after ACTIVE on, and compressed streams are compressed first.
func (s *Service) StartStreamEncryption(ctx context.Context, caller access.Caller, in *kinesis.StartStreamEncryptionInput) (*kinesis.StartStreamEncryptionOutput, error) {
	st, err := s.findToEncrypt(caller, in.StreamName, in.StreamARN, *in.EncryptionType)
	if err != nil {
		return nil, err
	}
	if s.options.Keys == nil {
		return nil, errNoKeys(st, *in.KeyId)
	}
	// Judged before the provider is asked, and again by the change.
	if _, err := st.encrypting(&encryptionDocument{DataKey: 1}, time.Now()); err != nil {
		return nil, err
	}
	next, err := s.newDataKey(ctx, st.id, st.arn(), *in.KeyId)
	if err != nil {
		return nil, err
	}
	if err := s.beginEncrypting(ctx, st, next); err != nil {
		return nil, err
	}
	return &kinesis.StartStreamEncryptionOutput{}, nil
}

// findToEncrypt returns the stream whose encryption a request would change. KMS is
// the only type there is to start and to stop (API, both operations).
func (s *Service) findToEncrypt(caller access.Caller, name, arn *string, kind kinesis.EncryptionType) (*stream, error) {
	st, err := s.find(caller, name, arn)
	switch {
	case err != nil:
		return nil, err
	case kind != kinesis.EncryptionTypeKms:
		return nil, errEncryptionType(kind)
	case st.Status != kinesis.StreamStatusActive:
		return nil, errNotActive(st)
	}
	return st, nil
}

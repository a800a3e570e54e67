package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// StartStreamEncryption is refused: there is no key that the server could use yet.
// Nothing is changed. The stream, EncryptionType and the stream's status are judged
// before; that order is not documented.
//
// Unlike AWS, the answer is KMSAccessDeniedException for every key.
func (s *Service) StartStreamEncryption(_ context.Context, caller access.Caller, in *kinesis.StartStreamEncryptionInput) (*kinesis.StartStreamEncryptionOutput, error) {
	st, err := s.findToEncrypt(caller, in.StreamName, in.StreamARN, *in.EncryptionType)
	if err != nil {
		return nil, err
	}
	return nil, errNoKeys(st, *in.KeyId)
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

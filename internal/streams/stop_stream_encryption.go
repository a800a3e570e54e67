package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// StopStreamEncryption ends the encryption of a stream: UPDATING, then ACTIVE, and
// what is put from then on is not encrypted. What is there stays encrypted, and is read
// as before. It may be called with success 25 times in 24 hours (API,
// StopStreamEncryption).
//
// What AWS answers for a stream that is not encrypted is not documented: here it
// succeeds and changes nothing, the stream staying ACTIVE. Nor is it what a KeyId does
// that is not the stream's: here it is not looked at.
func (s *Service) StopStreamEncryption(ctx context.Context, caller access.Caller, in *kinesis.StopStreamEncryptionInput) (*kinesis.StopStreamEncryptionOutput, error) {
	st, err := s.findToEncrypt(caller, in.StreamName, in.StreamARN, *in.EncryptionType)
	if err != nil {
		return nil, err
	}
	if st.Encryption != nil {
		if err := s.beginEncrypting(ctx, st, &encryptionDocument{}); err != nil {
			return nil, err
		}
	}
	return &kinesis.StopStreamEncryptionOutput{}, nil
}

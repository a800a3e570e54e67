package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// StopStreamEncryption leaves a stream unencrypted, as all streams are: it judges
// what StartStreamEncryption judges, and then succeeds and changes nothing, the
// stream staying ACTIVE. What AWS answers for a stream that is not encrypted is not
// documented.
func (s *Service) StopStreamEncryption(_ context.Context, caller access.Caller, in *kinesis.StopStreamEncryptionInput) (*kinesis.StopStreamEncryptionOutput, error) {
	if _, err := s.findToEncrypt(caller, in.StreamName, in.StreamARN, *in.EncryptionType); err != nil {
		return nil, err
	}
	return &kinesis.StopStreamEncryptionOutput{}, nil
}

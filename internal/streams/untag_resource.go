package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// UntagResource takes tags from a stream or a consumer. A key that it has not is
// ignored.
func (s *Service) UntagResource(ctx context.Context, caller access.Caller, in *kinesis.UntagResourceInput) (*kinesis.UntagResourceOutput, error) {
	r, err := s.findResource(caller, in.ResourceARN)
	if err != nil {
		return nil, err
	}
	if err := s.removeTags(ctx, r, in.TagKeys); err != nil {
		return nil, err
	}
	return &kinesis.UntagResourceOutput{}, nil
}

package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// TagResource gives a stream, a consumer or a queue tags, as AddTagsToStream does.
func (s *Service) TagResource(ctx context.Context, caller access.Caller, in *kinesis.TagResourceInput) (*kinesis.TagResourceOutput, error) {
	r, err := s.findResource(caller, in.ResourceARN)
	if err != nil {
		return nil, err
	}
	if err := s.addTags(ctx, r, in.Tags); err != nil {
		return nil, err
	}
	return &kinesis.TagResourceOutput{}, nil
}

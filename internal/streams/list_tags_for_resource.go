package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// ListTagsForResource lists all tags of a stream or a consumer, by key.
func (s *Service) ListTagsForResource(_ context.Context, caller access.Caller, in *kinesis.ListTagsForResourceInput) (*kinesis.ListTagsForResourceOutput, error) {
	r, err := s.findResource(caller, in.ResourceARN)
	if err != nil {
		return nil, err
	}
	return &kinesis.ListTagsForResourceOutput{Tags: tagList(r.tags())}, nil
}

package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// RemoveTagsFromStream takes tags from a stream. A key that it has not is ignored.
func (s *Service) RemoveTagsFromStream(ctx context.Context, caller access.Caller, in *kinesis.RemoveTagsFromStreamInput) (*kinesis.RemoveTagsFromStreamOutput, error) {
	st, err := s.find(caller, in.StreamName, in.StreamARN)
	if err != nil {
		return nil, err
	}
	if err := s.removeTags(ctx, resource{stream: st}, in.TagKeys); err != nil {
		return nil, err
	}
	return &kinesis.RemoveTagsFromStreamOutput{}, nil
}

package streams

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// AddTagsToStream gives a stream tags, up to 50; one whose key it has is
// overwritten. What tags may be, tags.go says.
func (s *Service) AddTagsToStream(ctx context.Context, caller access.Caller, in *kinesis.AddTagsToStreamInput) (*kinesis.AddTagsToStreamOutput, error) {
	st, err := s.find(caller, in.StreamName, in.StreamARN)
	if err != nil {
		return nil, err
	}
	if err := s.addTags(ctx, resource{stream: st}, in.Tags); err != nil {
		return nil, err
	}
	return &kinesis.AddTagsToStreamOutput{}, nil
}

package streams

import (
	"context"
	"slices"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/limits"
)

// ListTagsForStream lists the tags of a stream by key, after ExclusiveStartTagKey,
// which it need not have. Without a Limit all are listed: that there is no smaller
// default is not documented.
func (s *Service) ListTagsForStream(_ context.Context, caller access.Caller, in *kinesis.ListTagsForStreamInput) (*kinesis.ListTagsForStreamOutput, error) {
	st, err := s.find(caller, in.StreamName, in.StreamARN)
	if err != nil {
		return nil, err
	}
	list := tagList(st.Tags)
	if in.ExclusiveStartTagKey != nil {
		after := *in.ExclusiveStartTagKey
		list = slices.DeleteFunc(list, func(t kinesis.Tag) bool { return *t.Key <= after })
	}
	most := limits.Page(in.Limit, limits.TagsPerResource)
	more := len(list) > most
	return &kinesis.ListTagsForStreamOutput{Tags: list[:min(most, len(list))], HasMoreTags: &more}, nil
}

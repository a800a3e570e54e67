package audit

import (
	"context"
	"fmt"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// Stream keeps events as records of a stream of our own, one event a record. Its puts
// do not come in at the door, so that no event tells of them.
type Stream struct {
	name   string
	caller access.Caller
	put    func(context.Context, access.Caller, *kinesis.PutRecordsInput) (*kinesis.PutRecordsOutput, error)
}

// NewStream makes a sink that puts into the stream of that name, in the caller's
// account and region. put is the service's; it looks at no input after it returned.
func NewStream(caller access.Caller, name string,
	put func(context.Context, access.Caller, *kinesis.PutRecordsInput) (*kinesis.PutRecordsOutput, error)) *Stream {
	return &Stream{name, caller, put}
}

// Name is stream.
func (s *Stream) Name() string { return "stream" }

// Write puts lines, and those that failed again, as long as one at least goes in.
func (s *Stream) Write(ctx context.Context, lines [][]byte) error {
	for len(lines) > 0 {
		in := &kinesis.PutRecordsInput{StreamName: &s.name}
		for _, line := range lines {
			in.Records = append(in.Records, kinesis.PutRecordsRequestEntry{Data: line, PartitionKey: new(newID())})
		}
		out, err := s.put(ctx, s.caller, in)
		if err != nil {
			return fmt.Errorf("audit: stream %s: %w", s.name, err)
		}
		var failed [][]byte
		var code string
		for i := range out.Records {
			if c := out.Records[i].ErrorCode; c != nil {
				failed, code = append(failed, lines[i]), *c
			}
		}
		if len(failed) == len(lines) {
			return fmt.Errorf("audit: stream %s: %s", s.name, code)
		}
		lines = failed
	}
	return nil
}

// Close leaves the stream as it is.
func (s *Stream) Close() error { return nil }

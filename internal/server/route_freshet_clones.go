package server

import (
	"context"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/wire"
)

// cloneStream makes a clone, whose name must be one that CreateStream would take.
func (s *Server) cloneStream(ctx context.Context, caller access.Caller, stream string, in *extapi.CloneRequest) (*extapi.Stream, error) {
	if e := wire.Validate(kinesis.OpCreateStream.Input, &kinesis.CreateStreamInput{StreamName: &in.Name}); e != nil {
		return nil, e
	}
	return s.streams.CloneStream(ctx, caller, stream, in)
}

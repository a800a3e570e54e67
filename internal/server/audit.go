package server

import (
	"context"
	"net/http"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/audit"
	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/change"
	"github.com/freshet/freshet/internal/streams"
	"github.com/freshet/freshet/internal/wire"
)

// AuditStream is the stream of our own that events go to.
type AuditStream struct{ Account, Region, Name string }

// newRecorder makes what writes down requests, nil if nothing does.
func (s *Server) newRecorder() *audit.Recorder {
	if s.o.Audit == nil {
		return nil
	}
	o := *s.o.Audit
	o.Observer = s.metrics.audit.observer(s.o.Logger)
	if to := s.o.AuditStream; to != nil {
		o.Sinks = append(o.Sinks[:len(o.Sinks):len(o.Sinks)],
			audit.NewStream(access.Dev(to.Account, to.Region), to.Name, s.streams.PutRecords))
	}
	return audit.New(o)
}

// auditStream is the stream that events go to, which is made if it is missing, with
// one shard: whoever wants more reshards it.
func (s *Server) auditStream() []streams.Initial {
	to := s.o.AuditStream
	if s.audit == nil || to == nil {
		return nil
	}
	return []streams.Initial{{
		Caller: access.Dev(to.Account, to.Region),
		Create: &kinesis.CreateStreamInput{StreamName: &to.Name, ShardCount: new(int32(1))},
	}}
}

// recorded is what wire is to tell of requests, nil for nothing.
func (s *Server) recorded() func(*http.Request, *wire.Recorded) {
	if s.audit == nil {
		return nil
	}
	return func(r *http.Request, e *wire.Recorded) {
		name := e.Operation.Name
		if audit.Refused(e.Identity, e.Caller, e.Code) || s.audit.Wants(name) {
			s.audit.Record(s.callOf(r, e))
		}
	}
}

// callOf is a request to an operation, for the audit.
func (s *Server) callOf(r *http.Request, e *wire.Recorded) *audit.Call {
	c := &audit.Call{
		Service: e.Operation.Service.SigningName, Operation: e.Operation.Name, RequestID: e.RequestID,
		Identity: e.Identity, Caller: e.Caller, KeyID: e.KeyID, Region: e.Region,
		Input:  audit.Parameters{Shape: e.Operation.Input, Value: e.Input},
		Output: audit.Parameters{Shape: e.Operation.Output, Value: e.Output},
		Code:   e.Code, Message: e.Message,
		BytesIn: e.BytesIn,
	}
	if e.Context != nil {
		c.Changes = change.Of(e.Context)
	}
	s.addOrigin(c, r)
	return c
}

// addOrigin says where a call came from.
func (s *Server) addOrigin(c *audit.Call, r *http.Request) {
	c.Source = s.facts(r).Source
	c.UserAgent, c.Host, c.TLS = r.UserAgent(), r.Host, r.TLS
}

// recordable allows an operation only if it can be recorded, where it must be.
func (s *Server) recordable(authorize func(context.Context, access.Identity, *awsapi.Operation, any) (access.Caller, error)) func(context.Context, access.Identity, *awsapi.Operation, any) (access.Caller, error) {
	if s.audit == nil {
		return authorize
	}
	return func(ctx context.Context, i access.Identity, op *awsapi.Operation, in any) (access.Caller, error) {
		caller, err := authorize(ctx, i, op, in)
		if err == nil {
			err = s.audit.Admit(op.Name)
		}
		if err != nil {
			return access.Caller{}, err
		}
		return caller, nil
	}
}

// gathered lets the operations of management say what they change. Those on records,
// some of which have a context of their own, change nothing that is said.
func (s *Server) gathered(routes []wire.Route) []wire.Route {
	if s.audit == nil {
		return routes
	}
	for i, r := range routes {
		if !audit.IsData(r.Operation()) {
			routes[i] = r.WithContext(func(ctx context.Context, _ http.Header, _ func()) (context.Context, error) {
				return change.Gather(ctx), nil
			})
		}
	}
	return routes
}

// serveRecorded serves, and writes down, until ctx ends and what was asked for is
// written.
func (s *Server) serveRecorded(ctx context.Context, serve func(context.Context) error) error {
	if s.audit == nil {
		return serve(ctx)
	}
	recording, end := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.audit.Run(recording)
	}()
	err := serve(ctx)
	end()
	<-ended
	return err
}

// Close gives back what New was given to close: the audit's sinks. It is called after
// Run has returned, or without Run.
func (s *Server) Close() error {
	if s.audit == nil {
		return nil
	}
	return s.audit.Close()
}

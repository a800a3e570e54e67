package wire

import (
	"context"
	"net/http"
	"time"

	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/wire/scratch"
)

// Mux answers requests by the routes it was given. It serves HTTP/1.1 and
// HTTP/2 alike.
type Mux struct {
	options  Options
	verifier *verifier
	bodies   bodyReader
	// routes are keyed by the value of X-Amz-Target. They are fixed before the
	// first request.
	routes map[string]*Route
	// known are the operations of Options.Services, keyed alike.
	known map[string]*awsapi.Operation
	// queries and knownQueries are the same for the query protocol.
	queries      map[queryName]*Route
	knownQueries map[queryName]*awsapi.Operation
	// streams ends when the streams of events are to end.
	streams    context.Context
	endStreams context.CancelFunc
}

// New makes a Mux without routes. It panics if o has no Authenticate or no Authorize.
func New(o Options) *Mux {
	o.setDefaults()
	known, knownQueries := make(map[string]*awsapi.Operation), make(map[queryName]*awsapi.Operation)
	for _, s := range o.Services {
		for _, op := range s.Operations {
			if s.Target != "" {
				known[targetOf(op)] = op
			}
			if s.Version != "" {
				knownQueries[queryNameOf(op)] = op
			}
		}
	}
	streams, endStreams := context.WithCancel(context.Background())
	m := &Mux{
		streams:    streams,
		endStreams: endStreams,

		options: o,
		routes:  make(map[string]*Route),
		known:   known,

		queries:      make(map[queryName]*Route),
		knownQueries: knownQueries,

		bodies: bodyReader{
			budget: newBudget(o.BodyBudget, int64(scratch.Size(int(o.MaxBody)))),
			max:    o.MaxBody,
			pace:   pace{grace: o.BodyGrace, rate: o.BodyRate},
		},
	}
	m.verifier = newVerifier(&m.options)
	return m
}

// Handle adds routes, to every protocol that the operation's service speaks. It is
// called before the first request and panics if an operation has a route already, or
// needs no credentials and there is no Options.Anonymous.
func (m *Mux) Handle(routes ...Route) {
	for _, r := range routes {
		if r.op.Unsigned && m.options.Anonymous == nil {
			panic("wire: nobody says who calls " + r.op.Name + " without credentials")
		}
		if r.op.Service.Target != "" {
			addRoute(m.routes, r.target(), &r)
		}
		if r.op.Service.Version != "" {
			addRoute(m.queries, queryNameOf(r.op), &r)
		}
	}
}

func addRoute[K comparable](routes map[K]*Route, name K, r *Route) {
	if routes[name] != nil {
		panic("wire: two routes for " + r.op.Service.ID + "." + r.op.Name)
	}
	routes[name] = r
}

// ServeHTTP answers one request.
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := exchange{mux: m, w: w, r: r, start: time.Now()}
	defer x.end()
	x.serve()
}

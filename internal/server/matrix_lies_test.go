package server

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/wire"
	"github.com/freshet/freshet/internal/wire/sigv4"
)

// lie takes a check away, or bends it, for one operation.
type lie struct {
	name string
	// about says which operations the matrix must then complain of; nil is all.
	about func(w *world, op *awsapi.Operation) bool
	tell  func(w *world, op *awsapi.Operation, h *hooks)
}

// judged bends what an operation is judged by.
func judged(bend func(op *awsapi.Operation, i *access.Identity, r *access.Request)) func(*world, *awsapi.Operation, *hooks) {
	return func(w *world, bent *awsapi.Operation, h *hooks) {
		honest := h.authorize
		h.authorize = func(ctx context.Context, i access.Identity, op *awsapi.Operation, in any) (access.Caller, error) {
			if op != bent {
				return honest(ctx, i, op, in)
			}
			r := w.streams.Touches(op, i, in)
			bend(op, &i, &r)
			return access.AuthorizeRequest(i, r)
		}
	}
}

// resources bends each resource.
func resources(bend func(*access.Resource)) func(*world, *awsapi.Operation, *hooks) {
	return judged(func(_ *awsapi.Operation, _ *access.Identity, r *access.Request) {
		for n := range r.Uses {
			bend(&r.Uses[n].Resource)
		}
	})
}

// principal bends who asks.
func principal(bend func(*access.Principal, *access.Facts)) func(*world, *awsapi.Operation, *hooks) {
	return judged(func(_ *awsapi.Operation, i *access.Identity, _ *access.Request) {
		p, facts := *i.Principal(), i.Facts()
		bend(&p, &facts)
		*i = access.Verified(&p, i.KeyID(), i.Region(), facts)
	})
}

// around lets requests reach an operation that is not asked about.
func around(which func(*http.Request) bool) func(*world, *awsapi.Operation, *hooks) {
	return func(_ *world, op *awsapi.Operation, h *hooks) {
		h.handler = func(g *gate, honest http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.Header.Get("X-Amz-Target"), "."+op.Name) && which(r) {
					w.WriteHeader(http.StatusBadRequest)
					_, _ = io.WriteString(w, reaching(owners, rootARN).Message)
					g.code = "Reached"
					return
				}
				honest.ServeHTTP(w, r)
			})
		}
	}
}

// signers bends who signed a request, or what became of finding that out.
func signers(bend func(*world, *http.Request, *sigv4.Credentials, *wire.Signer, *error)) func(*world, *awsapi.Operation, *hooks) {
	return func(w *world, _ *awsapi.Operation, h *hooks) {
		honest := h.authenticate
		h.authenticate = func(r *http.Request, c *sigv4.Credentials) (wire.Signer, error) {
			s, err := honest(r, c)
			bend(w, r, c, &s, &err)
			return s, err
		}
	}
}

// touchesOwned says whether an operation is about something with a policy of its own.
func touchesOwned(w *world, op *awsapi.Operation) bool {
	x := w.targets(op, "locked")[0]
	return x.hasPolicy()
}

var lies = []lie{
	{"everything is allowed", nil, func(_ *world, bent *awsapi.Operation, h *hooks) {
		honest := h.authorize
		h.authorize = func(ctx context.Context, i access.Identity, op *awsapi.Operation, in any) (access.Caller, error) {
			if op != bent {
				return honest(ctx, i, op, in)
			}
			return access.AuthorizeRequest(access.Unverified(i.Account(), i.Region()), access.Request{})
		}
	}},
	{"another action is asked for", nil, judged(func(op *awsapi.Operation, _ *access.Identity, r *access.Request) {
		another := kinesis.OpDescribeLimits
		if op == another {
			another = kinesis.OpListStreams
		}
		for n := range r.Uses {
			r.Uses[n].Action = another.Action
		}
	})},
	{"the resource is not looked at", func(w *world, op *awsapi.Operation) bool { return w.targets(op, "open")[0].kind != "none" },
		resources(func(r *access.Resource) { *r = access.Resource{ARN: "*"} })},
	{"another resource is looked at", func(w *world, op *awsapi.Operation) bool { return w.targets(op, "open")[0].kind != "none" },
		resources(func(r *access.Resource) { r.ARN = streamARN("other") })},
	{"policies of resources are not looked at", touchesOwned, resources(func(r *access.Resource) { r.Policy = nil })},
	{"every resource is the caller's own", func(w *world, op *awsapi.Operation) bool {
		x := w.targets(op, "open")[0]
		return x.foreign
	}, judged(func(_ *awsapi.Operation, i *access.Identity, r *access.Request) {
		for n := range r.Uses {
			r.Uses[n].Resource.Account = i.Account()
		}
	})},
	{"everything can be shared", func(w *world, op *awsapi.Operation) bool {
		x := w.targets(op, "shared")[0]
		return x.foreign && x.hasPolicy() && !slices.Contains(sharedWithOthers, op.Name)
	}, resources(func(r *access.Resource) { r.Shared = true })},
	{"nothing can be shared", func(_ *world, op *awsapi.Operation) bool { return slices.Contains(sharedWithOthers, op.Name) },
		resources(func(r *access.Resource) { r.Shared = false })},
	{"the root is never denied", func(w *world, op *awsapi.Operation) bool {
		return touchesOwned(w, op) && !strings.HasSuffix(op.Name, "ResourcePolicy")
	}, resources(func(r *access.Resource) { r.Unlocked = true })},
	{"the root can be locked out", func(_ *world, op *awsapi.Operation) bool { return strings.HasSuffix(op.Name, "ResourcePolicy") },
		resources(func(r *access.Resource) { r.Unlocked = false })},
	{"tags need no action", func(_ *world, op *awsapi.Operation) bool { return op.TagAction != "" },
		judged(func(op *awsapi.Operation, _ *access.Identity, r *access.Request) { r.Uses = r.Uses[:1] })},
	{"boundaries do not bound", nil, principal(func(p *access.Principal, _ *access.Facts) { p.Boundary = nil })},
	{"policies of sessions do not bound", nil, principal(func(p *access.Principal, _ *access.Facts) { p.Session = nil })},
	{"everybody is his root", nil, principal(func(p *access.Principal, _ *access.Facts) { p.Kind = access.Root })},
	{"a client says where it is", nil, principal(func(_ *access.Principal, f *access.Facts) { f.Source = netip.MustParseAddr("10.0.0.1") })},

	{"signatures are not looked at", nil, signers(func(_ *world, _ *http.Request, _ *sigv4.Credentials, s *wire.Signer, err *error) { s.Unverified = true })},
	{"of presigned requests they are not", nil, signers(func(_ *world, r *http.Request, _ *sigv4.Credentials, s *wire.Signer, _ *error) {
		s.Unverified = r.URL.RawQuery != ""
	})},
	{"in CBOR they are not", nil, signers(func(_ *world, r *http.Request, _ *sigv4.Credentials, s *wire.Signer, _ *error) {
		s.Unverified = r.Header.Get("Content-Type") == typeCBOR
	})},
	{"unknown keys are the root's", nil, signers(func(w *world, _ *http.Request, c *sigv4.Credentials, s *wire.Signer, err *error) {
		var e *awsapi.Error
		if errors.As(*err, &e) {
			*s, *err = authenticateAnyone(nil, c)
		}
	})},
	{"disabled keys are good", nil, signers(func(w *world, r *http.Request, c *sigv4.Credentials, s *wire.Signer, err *error) {
		if c.AccessKeyID == w.disabled.id {
			s.Identity, s.Secret, *err = access.Verified(alice(w.t), c.AccessKeyID, c.Region, w.facts(r)), access.NewSecret(w.disabled.secret), nil
		}
	})},
	{"tokens are not looked at", nil, signers(func(w *world, r *http.Request, c *sigv4.Credentials, s *wire.Signer, err *error) {
		if c.AccessKeyID == w.root.id {
			*s, *err = w.Server.authenticate(r, &sigv4.Credentials{AccessKeyID: c.AccessKeyID, Region: c.Region})
		}
	})},

	{"it is served beside the gate", nil, around(func(*http.Request) bool { return true })},
	{"anonymous requests are served beside it", nil, around(func(r *http.Request) bool { return r.Header.Get("Authorization") == "" && r.URL.RawQuery == "" })},
	{"presigned requests are served beside it", nil, around(func(r *http.Request) bool { return r.URL.RawQuery != "" })},
}

// What the matrix is for: if a check is taken away, or bent, for any one operation, a cell
// of that operation says so.
func TestTheMatrixNoticesEveryLie(t *testing.T) {
	w := newWorld(t)
	told, silent := 0, 0
	for _, op := range w.operations() {
		// By one good way: the others differ in how a request is signed, which the bad ones are about.
		cells := slices.DeleteFunc(w.cellsOf(op), func(c cell) bool { return c.way.want == "" && c.way != &goodWays[0] })
		for _, l := range lies {
			if l.about != nil && !l.about(w, op) {
				continue
			}
			h := w.honest()
			l.tell(w, op, &h)
			told++
			if !w.notices(w.gate(h), cells) {
				if silent++; silent <= 20 {
					t.Errorf("%s: %s, and the matrix says nothing", op.Name, l.name)
				}
			}
		}
	}
	t.Logf("%d lies in %d operations: %d told, %d not noticed", len(lies), len(w.routes), told, silent)
}

// notices asks until something is wrong.
func (w *world) notices(g *gate, cells []cell) bool {
	for _, c := range cells {
		if len(w.run(g, []cell{c})) > 0 {
			return true
		}
	}
	return false
}

package server

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/wire"
	"github.com/freshet/freshet/internal/wire/sigv4"
)

// hooks are the places where the matrix can be lied to, to see that it tells.
type hooks struct {
	authenticate func(*http.Request, *sigv4.Credentials) (wire.Signer, error)
	authorize    func(context.Context, access.Identity, *awsapi.Operation, any) (access.Caller, error)
	handler      func(*gate, http.Handler) http.Handler
}

func (w *world) honest() hooks {
	return hooks{w.authenticate, w.Server.authorize, func(_ *gate, h http.Handler) http.Handler { return h }}
}

// gate is a port whose operations say who reached them, and do nothing.
type gate struct {
	http.Handler
	code string // of the last answer
}

func (w *world) gate(h hooks) *gate {
	g := &gate{}
	mux := wire.New(wire.Options{
		Authenticate: h.authenticate, Authorize: h.authorize, Keys: new(sigv4.Keys), Regions: w.o.Regions,
		Observe: func(o wire.Observation) { g.code = o.Code }, Logger: w.o.Logger,
	})
	for _, r := range w.routes {
		mux.Handle(r.Before(func(c access.Caller, _ any) error { return reaching(c.Account(), c.Principal()) }))
	}
	g.Handler = h.handler(g, mux)
	return g
}

func reaching(account, principal string) *awsapi.Error {
	return awsapi.Errorf("Reached", "%s by %s.", account, principal)
}

// want is the code of an answer, and what its text holds.
type want struct{ code, text string }

func reachedBy(account string, arn string) want { return want{"Reached", account + " by " + arn + "."} }
func deniedFor(why string) want                 { return want{"AccessDeniedException", why} }

// cell is one question.
type cell struct {
	op   *awsapi.Operation
	name string
	way  *way
	key  testKey
	in   any
	more [2]string // a header
	want want
}

// ask returns what is wrong with the answer, "" if nothing is.
func (w *world) ask(g *gate, c cell) string {
	r, err := c.way.request(w, c.op, c.in, c.key)
	if err != nil {
		return err.Error()
	}
	if c.more[0] != "" {
		r.Header.Set(c.more[0], c.more[1])
	}
	answer := httptest.NewRecorder()
	g.code = ""
	g.ServeHTTP(answer, r)
	if g.code != c.want.code || answer.Code != http.StatusBadRequest || !strings.Contains(answer.Body.String(), c.want.text) {
		return fmt.Sprintf("%s, %s, %s: %d %s %q\nwant %s %q", c.op.Name, c.name, c.way.name, answer.Code, g.code, answer.Body, c.want.code, c.want.text)
	}
	return ""
}

// verdict is a caller, a stream that he asks about, and what becomes of it.
type verdict struct {
	name   string
	stream string
	key    func(w *world) testKey // the server's own key, or
	who    func(w *world, op *awsapi.Operation, x *target) *access.Principal
	header [2]string
	want   func(op *awsapi.Operation, x *target) want
}

// sharedWithOthers are the operations that another account may be let do, as the developer
// guide lists them; below the empty line are those of queues, which it does not.
var sharedWithOthers = strings.Fields(`
	DescribeStreamConsumer DescribeStreamSummary GetRecords GetShardIterator ListShards PutRecord PutRecords SubscribeToShard

	AcknowledgeDeadLetterQueueRecords AcknowledgeQueueRecords DescribeQueue ReceiveDeadLetterQueueRecords ReceiveQueueRecords
	RestoreDeadLetterQueueRecords UpdateDeadLetterQueueRecordsVisibility UpdateQueueRecordsVisibility`)

func right(op *awsapi.Operation, x *target) string {
	return statement("Allow", "", []string{op.Action}, x.arn)
}

// wrong allows everything but op.
func wrong(op *awsapi.Operation) string {
	return statement("Allow", "", slices.DeleteFunc(allActions(), func(a string) bool { return a == op.Action }), "*")
}

var everything = statement("Allow", "", []string{"*"}, "*")

// hasPolicy says whether what x is about has a policy of its own.
func (x *target) hasPolicy() bool {
	return x.kind == "stream" || x.kind == "consumer" || x.kind == "queue"
}

func noIdentity(op *awsapi.Operation) want {
	return deniedFor(" because no identity-based policy allows the " + op.Action + " action")
}

func noResource(op *awsapi.Operation) want {
	return deniedFor(" because no resource-based policy allows the " + op.Action + " action")
}

const rootARN = "arn:aws:iam::" + owners + ":root"

func theRoot(w *world) testKey { return w.root }

func guestReaches(arn string, letIn bool) func(*awsapi.Operation, *target) want {
	return func(op *awsapi.Operation, x *target) want {
		switch {
		case !x.foreign:
			return reachedBy(guests, arn) // by a name, and without any, everybody means his own
		case letIn && x.hasPolicy() && slices.Contains(sharedWithOthers, op.Name):
			return reachedBy(owners, arn)
		}
		return noResource(op)
	}
}

// verdicts are the callers: the owner, administrators, those with the right and the wrong
// permissions, those whom something denies or bounds, and other accounts.
func verdicts(t testing.TB) []verdict {
	reached := func(p *access.Principal) func(*awsapi.Operation, *target) want {
		return func(*awsapi.Operation, *target) want { return reachedBy(owners, p.ARN) }
	}
	of := func(one func(testing.TB, ...string) *access.Principal, documents func(op *awsapi.Operation, x *target) []string) func(*world, *awsapi.Operation, *target) *access.Principal {
		return func(_ *world, op *awsapi.Operation, x *target) *access.Principal { return one(t, documents(op, x)...) }
	}
	has := func(op *awsapi.Operation, x *target) []string { return []string{right(op, x)} }
	all := func(*awsapi.Operation, *target) []string { return []string{everything} }
	none := func(*awsapi.Operation, *target) []string { return nil }
	implicit := func(op *awsapi.Operation, _ *target) want { return noIdentity(op) }
	guestRoot := &access.Principal{Kind: access.Root, ARN: "arn:aws:iam::" + guests + ":root", ID: guests, Account: guests}
	stranger := &access.Principal{Kind: access.User, ARN: "arn:aws:iam::999999999999:user/guest", Account: "999999999999", Policies: policies(t, everything)}
	anyOf := func(p *access.Principal) func(*world, *awsapi.Operation, *target) *access.Principal {
		return func(*world, *awsapi.Operation, *target) *access.Principal { return p }
	}
	return []verdict{
		{name: "root", stream: "open", key: theRoot, want: func(*awsapi.Operation, *target) want { return reachedBy(owners, rootARN) }},
		{name: "root, of what is locked", stream: "locked", key: theRoot, want: func(op *awsapi.Operation, x *target) want {
			if x.hasPolicy() && !strings.HasSuffix(op.Name, "ResourcePolicy") {
				return deniedFor(" with an explicit deny in a resource-based policy")
			}
			return reachedBy(owners, rootARN)
		}},
		{name: "administrator", stream: "open", key: func(w *world) testKey { return w.admin },
			want: func(*awsapi.Operation, *target) want { return reachedBy(owners, "arn:aws:iam::"+owners+":user/admin") }},
		{name: "right action, right resource", stream: "open", who: of(alice, has), want: reached(alice(t))},
		{name: "a role's session", stream: "open", who: of(clerk, has), want: reached(clerk(t))},
		{name: "no policy", stream: "open", who: of(alice, none), want: implicit},
		{name: "wrong action", stream: "open", want: implicit,
			who: of(alice, func(op *awsapi.Operation, _ *target) []string { return []string{wrong(op)} })},
		{name: "other resource", stream: "open", want: implicit, who: of(alice, func(op *awsapi.Operation, _ *target) []string {
			return []string{statement("Allow", "", []string{op.Action}, streamARN("other"))}
		})},
		{name: "explicit deny", stream: "open", want: func(*awsapi.Operation, *target) want {
			return deniedFor(" with an explicit deny in an identity-based policy")
		}, who: of(alice, func(op *awsapi.Operation, x *target) []string {
			return []string{everything, right(op, x), strings.Replace(right(op, x), "Allow", "Deny", 1)}
		})},
		{name: "locked", stream: "locked", who: of(alice, has), want: func(op *awsapi.Operation, x *target) want {
			if x.hasPolicy() {
				return deniedFor(" with an explicit deny in a resource-based policy")
			}
			return reachedBy(owners, alice(t).ARN)
		}},
		{name: "boundary", stream: "open", want: func(op *awsapi.Operation, _ *target) want {
			return deniedFor(" because no permissions boundary allows the " + op.Action + " action")
		}, who: func(_ *world, op *awsapi.Operation, x *target) *access.Principal {
			p := alice(t, everything, right(op, x))
			p.Boundary = &policies(t, wrong(op))[0]
			return p
		}},
		{name: "session policy", stream: "open", want: func(op *awsapi.Operation, _ *target) want {
			return deniedFor(" because no session policy allows the " + op.Action + " action")
		}, who: func(_ *world, op *awsapi.Operation, x *target) *access.Principal {
			p := clerk(t, everything, right(op, x))
			p.Session = policies(t, wrong(op))
			return p
		}},
		{name: "from elsewhere", stream: "open", want: implicit, header: [2]string{"X-Forwarded-For", "10.0.0.1"},
			who: of(alice, func(op *awsapi.Operation, _ *target) []string {
				return []string{statement("Allow", `"Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}`, []string{op.Action}, "*")}
			})},
		{name: "other account, not shared", stream: "open", who: of(guestWith, all), want: guestReaches(guest.ARN, false)},
		{name: "other account, shared", stream: "shared", who: of(guestWith, all), want: guestReaches(guest.ARN, true)},
		{name: "other account, shared, no policy", stream: "shared", who: of(guestWith, none), want: implicit},
		{name: "other account's root, not shared", stream: "open", who: anyOf(guestRoot), want: guestReaches(guestRoot.ARN, false)},
		{name: "other account's root, shared", stream: "shared", who: anyOf(guestRoot), want: guestReaches(guestRoot.ARN, true)},
		{name: "a third account", stream: "shared", who: anyOf(stranger), want: func(op *awsapi.Operation, x *target) want {
			if x.foreign {
				return noResource(op)
			}
			return reachedBy(stranger.Account, stranger.ARN)
		}},
	}
}

// cellsOf are all cells of an operation: every caller by every way that is good, and
// the root by every way that is not.
func (w *world) cellsOf(op *awsapi.Operation) (all []cell) {
	for i, v := range verdicts(w.t) {
		for n, x := range w.targets(op, v.stream) {
			name := fmt.Sprintf("%s, %s %d", v.name, x.kind, n)
			for j := range goodWays {
				way := &goodWays[j]
				c := cell{op: op, name: name, way: way, in: x.input, more: v.header, want: v.want(op, &x)}
				switch {
				case v.key != nil && way.session:
					continue // the server's own keys are no sessions
				case v.key != nil:
					c.key = v.key(w)
				default:
					c.key = testKey{id: fmt.Sprintf("AKIA%d%d", i, n), secret: "secret", principal: v.who(w, op, &x)}
					if way.session {
						c.key.id, c.key.token = "ASIA"+c.key.id[4:], "token"
					}
				}
				all = append(all, c)
			}
		}
	}
	x := w.targets(op, "open")[0]
	for i := range badWays {
		all = append(all, cell{op: op, name: "root", way: &badWays[i], key: w.root, in: x.input, want: want{code: badWays[i].want}})
	}
	return append(all, w.tagCells(op, x)...)
}

// tagCells are about what is created with tags, for which there is a second action.
func (w *world) tagCells(op *awsapi.Operation, x target) []cell {
	if op.TagAction == "" {
		return nil
	}
	reflect.ValueOf(x.input).Elem().FieldByName("Tags").Set(reflect.ValueOf(map[string]string{"team": "red"}))
	tagging := op
	for _, other := range kinesis.Service.Operations {
		if other.Action == op.TagAction {
			tagging = other
		}
	}
	p, both := alice(w.t, right(op, &x)), alice(w.t, right(op, &x), statement("Allow", "", []string{op.TagAction}, "*"))
	key := func(id string, p *access.Principal) testKey { return testKey{id: id, secret: "secret", principal: p} }
	return []cell{
		{op: op, name: "tags, not allowed", way: &goodWays[0], key: key("AKIATAGS", p), in: x.input, want: noIdentity(tagging)},
		{op: op, name: "tags", way: &goodWays[0], key: key("AKIABOTH", both), in: x.input, want: reachedBy(owners, both.ARN)},
	}
}

// run asks all cells and returns what is wrong, by operation.
func (w *world) run(g *gate, cells []cell) map[string][]string {
	wrongs := map[string][]string{}
	for _, c := range cells {
		if c.key.principal != nil {
			w.keys = map[string]testKey{c.key.id: c.key}
		}
		if wrong := w.ask(g, c); wrong != "" {
			wrongs[c.op.Name] = append(wrongs[c.op.Name], wrong)
		}
	}
	return wrongs
}

func (w *world) operations() (all []*awsapi.Operation) {
	for _, r := range w.routes {
		all = append(all, kinesis.Service.Operation(r.Operation()))
	}
	return all
}

// Every operation that the server routes, by every way of authenticating, for everybody:
// who may is let in, in whose account it is, and who may not is told why. The table is
// made from the routes, so that a new operation is in it at once.
func TestEveryOperationForEveryCallerByEveryWay(t *testing.T) {
	w := newWorld(t)
	g := w.gate(w.honest())
	cells, shown := 0, 0
	for _, op := range w.operations() {
		all := w.cellsOf(op)
		cells += len(all)
		for _, wrongs := range w.run(g, all) {
			for _, wrong := range wrongs {
				if shown++; shown <= 20 {
					t.Error(wrong)
				}
			}
		}
	}
	if shown > 20 {
		t.Errorf("and %d more", shown-20)
	}
	t.Logf("%d operations, %d callers, %d good ways and %d bad ones: %d cells", len(w.routes), len(verdicts(t)), len(goodWays), len(badWays), cells)
}

// The server's own port lets in nobody by a bad way, and no user to whom nothing is
// allowed: what the matrix asks of the gate is true of the door.
func TestTheDoorRefusesWhatTheMatrixSays(t *testing.T) {
	w := newWorld(t)
	nobody := w.keyOf("nobody")
	cells := 0
	f := func(c cell) {
		cells++
		r, err := c.way.request(w, c.op, c.in, c.key)
		if err != nil {
			t.Fatal(err)
		}
		answer := httptest.NewRecorder()
		w.Handler().ServeHTTP(answer, r)
		if answer.Code < 400 || answer.Code >= 500 || !strings.Contains(answer.Body.String(), c.want.code) || !strings.Contains(answer.Body.String(), c.want.text) {
			t.Errorf("%s, %s, %s: %d %q, want %s", c.op.Name, c.name, c.way.name, answer.Code, answer.Body, c.want.code)
		}
	}
	for _, op := range w.operations() {
		x := w.targets(op, "open")[0]
		for i := range badWays {
			if badWays[i].name != "another host" { // which another list refuses
				f(cell{op: op, name: "root", way: &badWays[i], key: w.root, in: x.input, want: want{code: badWays[i].want}})
			}
		}
		for i := range goodWays {
			if !goodWays[i].session {
				f(cell{op: op, name: "nobody", way: &goodWays[i], key: nobody, in: x.input, want: noIdentity(op)})
			}
		}
	}
	t.Logf("%d cells", cells)
}

// What the port routes is what the matrices know: a third table of routes has to be in one.
func TestEveryTableOfRoutesIsInAMatrix(t *testing.T) {
	text, err := os.ReadFile("server.go")
	if n := strings.Count(string(ok(t, text, err)), "api.Handle("); n != 2 {
		t.Errorf("%d tables of routes, want 2: kinesisRoutes and stsRoutes", n)
	}
}

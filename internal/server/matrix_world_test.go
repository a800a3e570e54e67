package server

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/access/policy"
	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/awsapi/awsapitest"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/wire"
	"github.com/freshet/freshet/internal/wire/sigv4"
)

// The accounts of the matrix: streams are in one, and callers in both.
const (
	owners = productionAccount
	guests = "123456789012"
)

// world is a server in production with streams, consumers and queues that policies
// speak of, and with callers. Every route of the server's table is there, and what it
// performs is to say who reached it.
type world struct {
	*Server
	t      testing.TB
	routes []wire.Route
	// keys are those of callers that tests make; others are the server's own.
	keys map[string]testKey
	// Keys of the server's own: of the root, of a user who may do everything, and two
	// of his that are not good any more.
	root, admin, disabled, deleted testKey
	consumers, queues              map[string]string // ARNs by the stream's name
	iterators, pages               map[string]string
}

// testKey is a key and whose it is.
type testKey struct {
	id, secret, token string
	principal         *access.Principal
}

// theStreams are open to their account alone, to the guest also, and to nobody.
var theStreams = []string{"open", "shared", "locked"}

func streamARN(name string) string { return "arn:aws:kinesis:us-east-1:" + owners + ":stream/" + name }

func newWorld(t *testing.T) *world {
	s, root := production(t)
	w := &world{Server: s, t: t, keys: map[string]testKey{}, consumers: map[string]string{}, queues: map[string]string{},
		iterators: map[string]string{}, pages: map[string]string{},
		root: testKey{id: root.AccessKeyID, secret: root.SecretAccessKey}}
	w.routes = kinesisRoutes(s.streams, s.metrics, s.patient, s.attentive)
	for _, name := range theStreams {
		w.makeStream(name)
	}
	w.makeKeys()
	return w
}

func ok[T any](t testing.TB, out T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// makeStream makes a stream with a consumer and a queue, and gives all three the
// policy that their name promises.
func (w *world) makeStream(name string) {
	ctx, me, s := context.Background(), access.Dev(owners, "us-east-1"), w.streams
	onDemand := kinesis.StreamModeOnDemand
	_, err := s.CreateStream(ctx, me, &kinesis.CreateStreamInput{StreamName: &name, StreamModeDetails: &kinesis.StreamModeDetails{StreamMode: &onDemand}})
	ok(w.t, 0, err)
	arn, audit := streamARN(name), "audit"
	c, err := s.RegisterStreamConsumer(ctx, me, &kinesis.RegisterStreamConsumerInput{StreamARN: &arn, ConsumerName: &audit})
	w.consumers[name] = *ok(w.t, c, err).Consumer.ConsumerARN
	q, err := s.CreateQueue(ctx, me, &kinesis.CreateQueueInput{QueueName: &name, StreamConfigurationList: []kinesis.QueueStreamConfiguration{{
		StreamARN: &arn, StartingPosition: &kinesis.QueueStartingPosition{Type: new(kinesis.QueueStartingPositionTypeLatest)}}}})
	w.queues[name] = *ok(w.t, q, err).QueueDescription.QueueARN
	it, err := s.GetShardIterator(ctx, me, &kinesis.GetShardIteratorInput{StreamARN: &arn, ShardId: new("0"), ShardIteratorType: new(kinesis.ShardIteratorTypeLatest)})
	w.iterators[name] = *ok(w.t, it, err).ShardIterator
	page, err := s.ListShards(ctx, me, &kinesis.ListShardsInput{StreamARN: &arn, MaxResults: new(int32(1))})
	w.pages[name] = *ok(w.t, page, err).NextToken
	text := map[string]string{
		"shared": statement("Allow", `"Principal":{"AWS":["`+guest.ARN+`","`+guests+`"]}`, allActions(), "*"),
		"locked": statement("Deny", `"Principal":"*"`, []string{"kinesis:*"}, "*"),
	}[name]
	if text == "" {
		return
	}
	for _, r := range []string{arn, w.consumers[name], w.queues[name]} {
		_, err := s.PutResourcePolicy(ctx, me, &kinesis.PutResourcePolicyInput{ResourceARN: &r, Policy: &text})
		ok(w.t, 0, err)
	}
}

// makeKeys makes keys of the server's own.
func (w *world) makeKeys() {
	ctx, me := context.Background(), access.Dev(owners, "us-east-1")
	w.admin, w.disabled, w.deleted = w.keyOf("admin"), w.keyOf("dismissed"), w.keyOf("former")
	for _, user := range []string{"admin", "dismissed", "former"} {
		_, err := w.identities.PutInlinePolicy(ctx, me, &extapi.PutInlinePolicyRequest{Principal: "user/" + user, Name: "all", Document: everything})
		ok(w.t, 0, err)
	}
	_, err := w.identities.UpdateKey(ctx, me, &extapi.UpdateKeyRequest{Key: w.disabled.id, Status: new("Inactive")})
	ok(w.t, 0, err)
	_, err = w.identities.DeleteKey(ctx, me, &extapi.DeleteKeyRequest{Key: w.deleted.id})
	ok(w.t, 0, err)
}

// keyOf makes a user with nothing but a key.
func (w *world) keyOf(user string) testKey {
	ctx, me := context.Background(), access.Dev(owners, "us-east-1")
	_, err := w.identities.CreateUser(ctx, me, &extapi.CreateUserRequest{Name: user})
	ok(w.t, 0, err)
	k, err := w.identities.CreateKey(ctx, me, &extapi.CreateKeyRequest{User: user})
	return testKey{id: ok(w.t, k, err).ID, secret: string(k.Secret)}
}

// statement is a policy of one.
func statement(effect, more string, actions []string, resource string) string {
	if more != "" {
		more += ","
	}
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":%q,%s"Action":["%s"],"Resource":%q}]}`, effect, more, strings.Join(actions, `","`), resource)
}

func allActions() (all []string) {
	for _, op := range kinesis.Service.Operations {
		all = append(all, op.Action)
	}
	return all
}

// guest is a user of another account whom the policies of what is shared name.
var guest = access.Principal{Kind: access.User, ARN: "arn:aws:iam::" + guests + ":user/guest", ID: "AIDAGUEST", Account: guests, UserName: "guest"}

// alice is a user of the owners, and clerk a session of a role of theirs.
func alice(t testing.TB, documents ...string) *access.Principal {
	return &access.Principal{Kind: access.User, ARN: "arn:aws:iam::" + owners + ":user/alice", ID: "AIDAALICE", Account: owners, UserName: "alice", Policies: policies(t, documents...)}
}

func clerk(t testing.TB, documents ...string) *access.Principal {
	return &access.Principal{Kind: access.AssumedRole, ARN: "arn:aws:sts::" + owners + ":assumed-role/clerk/monday", Role: "arn:aws:iam::" + owners + ":role/clerk",
		ID: "AROACLERK:monday", Account: owners, Policies: policies(t, documents...)}
}

func guestWith(t testing.TB, documents ...string) *access.Principal {
	p := guest
	p.Policies = policies(t, documents...)
	return &p
}

func policies(t testing.TB, documents ...string) (all []policy.Named) {
	for _, text := range documents {
		d, err := policy.Parse(policy.Identity, text)
		all = append(all, policy.Named{Name: "p", Document: ok(t, d, err)})
	}
	return all
}

// authenticate knows the keys of the matrix, and asks the server about others.
func (w *world) authenticate(r *http.Request, c *sigv4.Credentials) (wire.Signer, error) {
	k, known := w.keys[c.AccessKeyID]
	if !known {
		return w.Server.authenticate(r, c)
	}
	if c.SessionToken != k.token {
		return wire.Signer{}, sigv4.UnrecognizedClient()
	}
	return wire.Signer{Identity: access.Verified(k.principal, k.id, c.Region, w.facts(r)), Secret: access.NewSecret(k.secret)}, nil
}

// target is what a call of an operation is about.
type target struct {
	input any
	arn   string // of the resource that must be allowed, "*" for none
	kind  string
	// foreign says that it stays the owners' whoever asks: by a name everybody means
	// his own.
	foreign bool
}

// ways an input may name a resource: the members that are filled in.
var namings = [][]string{
	{"ConsumerARN"}, {"StreamARN", "ConsumerName"}, {"QueueARN"}, {"ChannelARN"}, {"ResourceARN"},
	{"StreamConfigurationList"}, {"ShardIterator"}, {"NextToken"}, {"StreamARN"}, {"StreamName"},
}

// targets returns every way in which the input of op can name what is about a stream.
func (w *world) targets(op *awsapi.Operation, stream string) (all []target) {
	in := func() any { return awsapitest.Input(op) }
	typ := reflect.TypeOf(in()).Elem()
	for _, naming := range namings {
		if slices.ContainsFunc(naming, func(m string) bool { _, has := typ.FieldByName(m); return !has }) || !names(op, naming) {
			continue
		}
		x := target{input: in(), arn: streamARN(stream), kind: "stream", foreign: naming[0] != "StreamName"}
		switch naming[0] {
		case "ConsumerARN":
			x.arn, x.kind = w.consumers[stream], "consumer"
		case "QueueARN":
			x.arn, x.kind = w.queues[stream], "queue"
		case "ChannelARN":
			x.arn, x.kind = "arn:aws:kinesis:us-east-1:"+owners+":channel/"+stream, "channel"
		}
		if len(naming) == 2 && op != kinesis.OpRegisterStreamConsumer {
			x.arn, x.kind = w.consumers[stream], "consumer"
		}
		w.fill(reflect.ValueOf(x.input).Elem(), naming, stream)
		all = append(all, x)
	}
	if all == nil {
		all = []target{{input: in(), arn: "*", kind: "none"}}
	}
	return all
}

// names says whether a naming is one of op: pages of lists are of the account, and a
// consumer's stream says nothing without its name.
func names(op *awsapi.Operation, naming []string) bool {
	_, byConsumer := reflect.TypeOf(op.NewInput()).Elem().FieldByName("ConsumerName")
	switch naming[0] {
	case "NextToken":
		return op == kinesis.OpListShards
	case "StreamARN":
		return byConsumer == (len(naming) == 2) && op != kinesis.OpGetRecords
	}
	return true
}

// fill writes the members of a naming.
func (w *world) fill(in reflect.Value, members []string, stream string) {
	arn := streamARN(stream)
	value := map[string]string{
		"StreamName": stream, "StreamARN": arn, "ResourceARN": arn, "ConsumerName": "audit", "ConsumerARN": w.consumers[stream],
		"QueueARN": w.queues[stream], "ChannelARN": "arn:aws:kinesis:us-east-1:" + owners + ":channel/" + stream,
		"ShardIterator": w.iterators[stream], "NextToken": w.pages[stream],
	}
	for _, m := range members {
		f := in.FieldByName(m)
		if m == "StreamConfigurationList" {
			f.Index(0).FieldByName("StreamARN").Set(reflect.ValueOf(&arn))
			continue
		}
		f.Set(reflect.ValueOf(new(value[m])))
	}
}

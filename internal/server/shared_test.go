package server

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/extapi"
)

// call calls an operation at the door, and returns the answer's status and text.
func (w *world) call(key testKey, op *awsapi.Operation, in any) (status int, text string) {
	w.t.Helper()
	r, err := goodWays[0].request(w, op, in, key)
	if err != nil {
		w.t.Fatal(err)
	}
	answer := httptest.NewRecorder()
	w.Handler().ServeHTTP(answer, r)
	return answer.Code, answer.Body.String()
}

// visitor makes another account with a user who may do that, and returns their keys.
func (w *world) visitor(document string) (root, user testKey, arn string) {
	ctx := context.Background()
	a, err := w.identities.CreateAccount(ctx, access.Dev(owners, "us-east-1"), &extapi.CreateAccountRequest{ID: guests})
	root = testKey{id: ok(w.t, a, err).RootKey.ID, secret: string(a.RootKey.Secret)}
	me := access.Dev(guests, "us-east-1")
	u, err := w.identities.CreateUser(ctx, me, &extapi.CreateUserRequest{Name: "visitor"})
	arn = ok(w.t, u, err).ARN
	_, err = w.identities.PutInlinePolicy(ctx, me, &extapi.PutInlinePolicyRequest{Principal: arn, Name: "p", Document: document})
	ok(w.t, 0, err)
	k, err := w.identities.CreateKey(ctx, me, &extapi.CreateKeyRequest{User: "visitor"})
	return root, testKey{id: ok(w.t, k, err).ID, secret: string(k.Secret)}, arn
}

// A stream is shared as the developer guide says: its policy names a user of another
// account, and that account allows him the same. What he does is done in the
// owner's account. (The policies of the stream and of the consumer are one each.)
func TestAStreamIsSharedWithAnotherAccount(t *testing.T) {
	w := newWorld(t)
	root, visitor, visitorARN := w.visitor(everything)
	arn, consumer := streamARN("open"), w.consumers["open"]
	f := func(key testKey, op *awsapi.Operation, in any, status int, text string) string {
		t.Helper()
		got, body := w.call(key, op, in)
		if got != status || !strings.Contains(body, text) {
			t.Errorf("%s: %d %s\nwant %d %s", op.Name, got, body, status, text)
		}
		return body
	}
	put := func() *kinesis.PutRecordInput {
		return &kinesis.PutRecordInput{StreamARN: &arn, Data: []byte("from the visitor"), PartitionKey: new("k"), ExplicitHashKey: new("0")}
	}
	denied := " is not authorized to perform: kinesis:PutRecord on resource: " + arn + " because no resource-based policy allows the kinesis:PutRecord action"
	f(visitor, kinesis.OpPutRecord, put(), 400, "User: "+visitorARN+denied)
	f(root, kinesis.OpPutRecord, put(), 400, "User: arn:aws:iam::"+guests+":root"+denied)

	share := func(resource, principal string, ops ...*awsapi.Operation) {
		var actions []string
		for _, op := range ops {
			actions = append(actions, op.Action)
		}
		text := statement("Allow", `"Principal":{"AWS":"`+principal+`"}`, actions, resource)
		f(w.root, kinesis.OpPutResourcePolicy, &kinesis.PutResourcePolicyInput{ResourceARN: &resource, Policy: &text}, 200, "")
	}
	share(arn, visitorARN, kinesis.OpPutRecord, kinesis.OpGetRecords, kinesis.OpGetShardIterator, kinesis.OpListShards, kinesis.OpDescribeStreamSummary, kinesis.OpDescribeStream)
	f(visitor, kinesis.OpPutRecord, put(), 200, `"SequenceNumber"`)
	f(root, kinesis.OpPutRecord, put(), 400, denied) // it is not he that is named
	f(visitor, kinesis.OpDescribeStreamSummary, &kinesis.DescribeStreamSummaryInput{StreamARN: &arn}, 200, arn)
	body := f(visitor, kinesis.OpListShards, &kinesis.ListShardsInput{StreamARN: &arn, MaxResults: new(int32(1))}, 200, "shardId-000000000000")
	// The KCL names a stream both ways.
	f(visitor, kinesis.OpGetShardIterator, &kinesis.GetShardIteratorInput{StreamARN: &arn, StreamName: new("open"), ShardId: new("0"), ShardIteratorType: new(kinesis.ShardIteratorTypeTrimHorizon)}, 200, "ShardIterator")
	var page struct{ NextToken, ShardIterator string }
	read := func(body string) {
		t.Helper()
		if err := json.Unmarshal([]byte(body), &page); err != nil {
			t.Fatal(err)
		}
	}
	read(body)
	f(visitor, kinesis.OpListShards, &kinesis.ListShardsInput{NextToken: &page.NextToken}, 200, "shardId-000000000001")
	read(f(visitor, kinesis.OpGetShardIterator, &kinesis.GetShardIteratorInput{StreamARN: &arn, ShardId: new("0"), ShardIteratorType: new(kinesis.ShardIteratorTypeTrimHorizon)}, 200, ""))
	f(visitor, kinesis.OpGetRecords, &kinesis.GetRecordsInput{StreamARN: &arn, ShardIterator: &page.ShardIterator}, 200, "ZnJvbSB0aGUgdmlzaXRvcg==")
	f(w.root, kinesis.OpGetRecords, &kinesis.GetRecordsInput{ShardIterator: &page.ShardIterator}, 200, "ZnJvbSB0aGUgdmlzaXRvcg==")

	// What cannot be shared is not, whatever the policy says, and a name is one's own.
	f(visitor, kinesis.OpDescribeStream, &kinesis.DescribeStreamInput{StreamARN: &arn}, 400, " because no resource-based policy allows the kinesis:DescribeStream action")
	f(visitor, kinesis.OpDescribeStreamSummary, &kinesis.DescribeStreamSummaryInput{StreamName: new("open")}, 400, "Stream open under account "+guests+" not found.")
	f(visitor, kinesis.OpDescribeStreamConsumer, &kinesis.DescribeStreamConsumerInput{ConsumerARN: &consumer}, 400, " because no resource-based policy allows the kinesis:DescribeStreamConsumer action")
	share(consumer, guests, kinesis.OpDescribeStreamConsumer, kinesis.OpSubscribeToShard)
	f(visitor, kinesis.OpDescribeStreamConsumer, &kinesis.DescribeStreamConsumerInput{ConsumerARN: &consumer}, 200, consumer)
	f(root, kinesis.OpDescribeStreamConsumer, &kinesis.DescribeStreamConsumerInput{ConsumerARN: &consumer}, 200, consumer)

	f(w.root, kinesis.OpDeleteResourcePolicy, &kinesis.DeleteResourcePolicyInput{ResourceARN: &arn}, 200, "")
	f(visitor, kinesis.OpPutRecord, put(), 400, denied)
	f(visitor, kinesis.OpGetRecords, &kinesis.GetRecordsInput{ShardIterator: &page.ShardIterator}, 400, " because no resource-based policy allows the kinesis:GetRecords action")
}

// Pages of the server are the operator's, those of a stream its account's, and a clone is
// allowed by who may make what it is called.
func TestPagesAreJudgedByWhatTheyAreAbout(t *testing.T) {
	w := newWorld(t)
	root, _, _ := w.visitor(everything)
	limited := w.keyOf("limited")
	_, err := w.identities.PutInlinePolicy(t.Context(), access.Dev(owners, "us-east-1"), &extapi.PutInlinePolicyRequest{Principal: "user/limited", Name: "p",
		Document: `{"Version":"2012-10-17","Statement":[
			{"Effect":"Allow","Action":["freshet:CloneStream","freshet:PauseStream"],"Resource":["` + streamARN("open") + `","` + streamARN("locked") + `","` + streamARN("copy-*") + `"]},
			{"Effect":"Allow","Action":["freshet:ResumeStream"],"Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"red"}}}]}`})
	ok(t, 0, err)
	f := func(key testKey, method, path, body string, status int, text string) {
		t.Helper()
		r := pageOf(method, "/_freshet/"+path, body).signed(t, aws.Credentials{AccessKeyID: key.id, SecretAccessKey: key.secret}, "freshet", "us-east-1")
		answer := httptest.NewRecorder()
		w.Handler().ServeHTTP(answer, r.Request)
		if answer.Code != status || !strings.Contains(answer.Body.String(), text) {
			t.Errorf("%s %s: %d %s\nwant %d %s", method, path, answer.Code, answer.Body, status, text)
		}
	}
	const denied = "AccessDeniedException"
	f(w.root, "GET", "metrics", "", 200, "go_goroutines")
	f(root, "GET", "metrics", "", 403, denied)
	f(w.root, "POST", "api/backups", `{"target":"relative"}`, 400, "absolute path")
	f(root, "POST", "api/backups", `{"target":"/tmp/x"}`, 403, denied)
	f(root, "GET", "api/streams", "", 200, "streams")
	f(root, "GET", "api/streams?account="+owners, "", 403, denied)

	f(limited, "POST", "api/streams/open/clones", `{"name":"another"}`, 403, "freshet:CloneStream on resource: "+streamARN("another"))
	f(limited, "POST", "api/streams/other/clones", `{"name":"copy-1"}`, 403, "freshet:CloneStream on resource: "+streamARN("other"))
	f(limited, "POST", "api/streams/open/clones", `no request`, 400, "")
	f(limited, "POST", "api/streams/open/clones", `{"name":"copy-1"}`, 200, "copy-1")
	f(limited, "POST", "api/streams/open/pause", "", 200, "")
	f(limited, "POST", "api/streams/open/resume", "", 403, denied)
	tags := &kinesis.AddTagsToStreamInput{StreamName: new("open"), Tags: map[string]string{"team": "red"}}
	if status, text := w.call(w.root, kinesis.OpAddTagsToStream, tags); status != 200 {
		t.Fatal(text)
	}
	f(limited, "POST", "api/streams/open/resume", "", 200, "")
	lock := statement("Deny", `"Principal":"*"`, []string{"freshet:*"}, "*")
	if status, text := w.call(w.root, kinesis.OpPutResourcePolicy, &kinesis.PutResourcePolicyInput{ResourceARN: new(streamARN("open")), Policy: &lock}); status != 200 {
		t.Fatal(text)
	}
	f(limited, "POST", "api/streams/open/pause", "", 403, "with an explicit deny in a resource-based policy")
}

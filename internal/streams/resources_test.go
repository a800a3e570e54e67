package streams

import (
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// naming matches members that name a resource, or carry a name in a token.
var naming = regexp.MustCompile(`(?i)(arn|name|id|ids|token|iterator|handle)$`)

// nameless are members that look so and name nothing that has a policy of its own: parts
// of a stream, what is asked for, and pages and filters of what the account has. What
// is made is judged by its stream until it is there.
var nameless = map[string]bool{
	"StreamId": true, "ShardId": true, "ExclusiveStartShardId": true, "RecordId": true, "ReceiptHandle": true,
	"KeyId": true, "KeyARN": true, "QueueName": true, "ChannelName": true, "ServiceExecutionRoleARN": true,
	"BucketARN": true, "LogGroupName": true, "LogStreamName": true, "TableBucketARN": true, "GSRSchemaARN": true, "TableName": true, "SourceName": true,
	"ListStreams.ExclusiveStartStreamName": true, "ListStreams.NextToken": true, "ListStreamConsumers.NextToken": true,
	"ListQueues.NextToken": true, "ListQueues.StreamARN": true, "ListChannels.NextToken": true, "ListChannels.StreamARN": true,
}

// Every operation of the model says what it touches: what its input names, member by
// member, is looked at. A new operation, or a new member of one, fails here until
// somebody has thought of it.
func TestEveryOperationSaysWhatItTouches(t *testing.T) {
	members := 0
	for _, op := range kinesis.Service.Operations {
		if touching[op] == nil {
			t.Errorf("nobody has said what %s touches", op.Name)
			continue
		}
		walkMembers(op.Input, func(path []string) {
			name := path[len(path)-1]
			if !naming.MatchString(name) || nameless[name] || nameless[op.Name+"."+name] {
				return
			}
			members++
			in := op.NewInput()
			mark := "marked"
			fill(reflect.ValueOf(in).Elem(), path, mark)
			if !marked(touching[op](in), mark) {
				t.Errorf("%s: %s is not looked at", op.Name, strings.Join(path, "."))
			}
		})
	}
	if len(touching) != len(kinesis.Service.Operations) || members < len(touching) {
		t.Errorf("%d operations, %d in the table, %d members that name something", len(kinesis.Service.Operations), len(touching), members)
	}
	t.Logf("%d operations, %d members that name what they touch", len(touching), members)
}

// Tags of a request are what conditions see of it, and what creates with tags asks for
// the action that does so as well.
func TestEveryTagIsLookedAt(t *testing.T) {
	for _, op := range kinesis.Service.Operations {
		in := op.NewInput()
		v := reflect.ValueOf(in).Elem()
		if f := v.FieldByName("Tags"); f.IsValid() && f.Kind() == reflect.Map {
			f.Set(reflect.ValueOf(map[string]string{"a": "1"}))
			if touching[op](in).tags == nil {
				t.Errorf("%s: Tags are not looked at", op.Name)
			}
			if creates := strings.HasPrefix(op.Name, "Create") || strings.HasPrefix(op.Name, "Register"); creates != (op.TagAction != "") {
				t.Errorf("%s: the action of its tags is %q", op.Name, op.TagAction)
			}
		}
		if f := v.FieldByName("TagKeys"); f.IsValid() {
			f.Set(reflect.ValueOf([]string{"a"}))
			if touching[op](in).tagKeys == nil {
				t.Errorf("%s: TagKeys are not looked at", op.Name)
			}
		}
	}
}

func walkMembers(sh *awsapi.Shape, each func(path []string)) {
	var walk func(sh *awsapi.Shape, path []string)
	walk = func(sh *awsapi.Shape, path []string) {
		switch sh.Kind {
		case awsapi.Structure:
			for _, m := range sh.Members {
				walk(m.Shape, append(path[:len(path):len(path)], m.Name))
			}
		case awsapi.List:
			walk(sh.Element, path)
		case awsapi.String:
			each(path)
		}
	}
	walk(sh, nil)
}

// fill makes what path leads to, and writes mark there.
func fill(v reflect.Value, path []string, mark string) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), path, mark)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), path, mark)
	case reflect.Struct:
		fill(v.FieldByName(path[0]), path[1:], mark)
	case reflect.String:
		v.SetString(mark)
	}
}

// marked reports whether t has mark in a string that is a name.
func marked(t touch, mark string) bool {
	all := append([]*string{t.name, t.arn, t.consumer, t.consumerARN, t.resourceARN, t.iterator, t.nextPage, t.makesConsumer}, t.streams...)
	for _, s := range all {
		if s != nil && *s == mark {
			return true
		}
	}
	return false
}

// usesOf are what an operation touches, as action and ARN.
func (r *rig) usesOf(op *awsapi.Operation, in any) string {
	var all []string
	for _, u := range r.Touches(op, access.Unverified(testCaller.Account(), testCaller.Region()), in).Uses {
		all = append(all, u.Action+" "+u.Resource.ARN)
	}
	return strings.Join(all, ", ")
}

func TestWhatOperationsTouch(t *testing.T) {
	withOptions(t, Options{}, func(t *testing.T, r *rig) {
		const prefix = "arn:aws:kinesis:us-east-1:123456789012:stream/"
		r.create("orders", 1)
		audit := r.register("orders", "audit")
		iterator := r.iterator("orders", "0", kinesis.ShardIteratorTypeLatest)
		f := func(op *awsapi.Operation, in any, want string) {
			t.Helper()
			wantEqual(t, r.usesOf(op, in), want, op.Name)
		}
		name := func(s string) *string { return &s }
		orders := name(prefix + "orders")
		f(kinesis.OpPutRecord, &kinesis.PutRecordInput{StreamName: name("orders")}, "kinesis:PutRecord "+prefix+"orders")
		f(kinesis.OpPutRecord, &kinesis.PutRecordInput{StreamName: name("none")}, "kinesis:PutRecord "+prefix+"none")
		f(kinesis.OpPutRecord, &kinesis.PutRecordInput{}, "kinesis:PutRecord "+prefix+"*")
		// An ARN counts before a name, and no spelling of its partition escapes a policy.
		f(kinesis.OpPutRecord, &kinesis.PutRecordInput{StreamName: name("other"), StreamARN: name(strings.Replace(*orders, ":aws:", ":aws-cn:", 1))},
			"kinesis:PutRecord "+prefix+"orders")
		f(kinesis.OpPutRecord, &kinesis.PutRecordInput{StreamARN: name("arn:aws:kinesis:eu-west-1:210987654321:stream/x")}, "kinesis:PutRecord arn:aws:kinesis:eu-west-1:210987654321:stream/x")
		f(kinesis.OpPutRecord, &kinesis.PutRecordInput{StreamARN: name("garbage")}, "kinesis:PutRecord "+prefix+"*")
		f(kinesis.OpGetRecords, &kinesis.GetRecordsInput{ShardIterator: &iterator}, "kinesis:GetRecords "+prefix+"orders")
		f(kinesis.OpGetRecords, &kinesis.GetRecordsInput{ShardIterator: &iterator, StreamARN: name(prefix + "other")},
			"kinesis:GetRecords "+prefix+"other, kinesis:GetRecords "+prefix+"orders")
		f(kinesis.OpGetRecords, &kinesis.GetRecordsInput{ShardIterator: name("garbage")}, "kinesis:GetRecords "+prefix+"*")
		page := r.tokens.nextShards(shardPage{stream: r.catalog.now().byKey[streamKey{"123456789012", "us-east-1", "orders"}].id, name: "orders"}, 0)
		f(kinesis.OpListShards, &kinesis.ListShardsInput{NextToken: &page}, "kinesis:ListShards "+prefix+"orders")
		f(kinesis.OpListStreams, &kinesis.ListStreamsInput{}, "kinesis:ListStreams *")
		f(kinesis.OpSubscribeToShard, &kinesis.SubscribeToShardInput{ConsumerARN: &audit}, "kinesis:SubscribeToShard "+audit)
		f(kinesis.OpDescribeStreamConsumer, &kinesis.DescribeStreamConsumerInput{StreamARN: orders, ConsumerName: name("audit")}, "kinesis:DescribeStreamConsumer "+audit)
		f(kinesis.OpDescribeStreamConsumer, &kinesis.DescribeStreamConsumerInput{StreamARN: orders, ConsumerName: name("none")},
			"kinesis:DescribeStreamConsumer "+prefix+"orders/consumer/none:*")
		f(kinesis.OpDescribeStreamConsumer, &kinesis.DescribeStreamConsumerInput{StreamARN: orders}, "kinesis:DescribeStreamConsumer "+*orders)
		f(kinesis.OpTagResource, &kinesis.TagResourceInput{ResourceARN: &audit}, "kinesis:TagResource "+audit)
		f(kinesis.OpTagResource, &kinesis.TagResourceInput{ResourceARN: orders}, "kinesis:TagResource "+*orders)
		queue := "arn:aws:kinesis:us-east-1:123456789012:queue/0"
		f(kinesis.OpDescribeQueue, &kinesis.DescribeQueueInput{QueueARN: &queue}, "kinesis:DescribeQueue "+queue)
		f(kinesis.OpCreateQueue, &kinesis.CreateQueueInput{StreamConfigurationList: []kinesis.QueueStreamConfiguration{{StreamARN: orders}}, Tags: map[string]string{"a": "1"}},
			"kinesis:CreateQueue "+*orders+", kinesis:TagResource "+*orders)
		f(kinesis.OpCreateStream, &kinesis.CreateStreamInput{StreamName: name("new")}, "kinesis:CreateStream "+prefix+"new")
		f(kinesis.OpCreateStream, &kinesis.CreateStreamInput{StreamName: name("new"), Tags: map[string]string{"a": "1"}},
			"kinesis:CreateStream "+prefix+"new, kinesis:AddTagsToStream "+prefix+"new")
		f(kinesis.OpRegisterStreamConsumer, &kinesis.RegisterStreamConsumerInput{StreamARN: orders, ConsumerName: name("new"), Tags: map[string]string{"a": "1"}},
			"kinesis:RegisterStreamConsumer "+*orders+", kinesis:TagResource "+*orders+"/consumer/new:*")

		must(t, 0, r.putPolicy(audit, strings.Replace(share, "kinesis:GetRecords", "kinesis:SubscribeToShard", 1)))
		u := r.Touches(kinesis.OpSubscribeToShard, access.Unverified("", ""), &kinesis.SubscribeToShardInput{ConsumerARN: &audit}).Uses[0]
		if u.Resource.Policy == nil || !u.Resource.Shared || u.Resource.Account != "123456789012" {
			t.Errorf("%+v", u)
		}
	})
}

// A policy that cannot be read any more lets nobody in.
func TestAPolicyThatCannotBeReadDeniesAll(t *testing.T) {
	st := newStream(streamKey{"123456789012", "us-east-1", "orders"}, [16]byte{}, streamDocument{Policy: "{"}, nil)
	i := access.Verified(&access.Principal{Kind: access.Root, ARN: "arn:aws:iam::123456789012:root", Account: "123456789012"}, "AKIA", "us-east-1", access.Facts{})
	r := access.Resource{ARN: st.arn(), Account: st.account, Policy: st.shared}
	if _, err := access.Authorize(i, kinesis.OpPutRecord.Action, r); err == nil {
		t.Error("the policy was taken for none")
	}
	r.Unlocked = true
	if _, err := access.Authorize(i, kinesis.OpPutResourcePolicy.Action, r); err != nil {
		t.Errorf("it cannot be replaced: %v", err)
	}
}

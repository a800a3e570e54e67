//go:build e2e

package clients

import (
	"encoding/json"
	"fmt"
	"testing"
)

// TestClientsInAnotherAccount: a user of one account puts into the stream of another,
// reads it, and is pushed its records, since the policies of the stream and of a consumer
// let him, and his own.
func TestClientsInAnotherAccount(t *testing.T) {
	h := openHouse(t)
	partner := partnerOf(t, h)
	h.run("user", "create", "visitor", "--account", partner)
	visitor := h.key("visitor", "--account", partner)
	h.run("policy", "put", "visitor", "abroad", "--account", partner, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"kinesis:*","Resource":"*"}}`)

	owner := newGoClient(t, h.root)
	wellDone(t, owner, request{Op: "CreateStream", Input: object{"StreamName": "clients", "ShardCount": 1}})
	// Before anybody is let in.
	f := func(b bridge, op, of string, in object) {
		t.Helper()
		want := "User: arn:aws:iam::" + partner + ":user/visitor is not authorized to perform: kinesis:" + op + " on resource: " + of +
			" because no resource-based policy allows the kinesis:" + op + " action"
		if a := say(t, b, request{Op: op, Input: in}); a.Error != "AccessDeniedException" || a.Message != want {
			t.Errorf("%s: %s %s, want %s", op, a.Error, a.Message, want)
		}
	}
	f(newGoClient(t, visitor), "PutRecord", stream, object{"StreamARN": stream, "PartitionKey": "k", "Data": blob("hello")})
	who := `"Principal":{"AWS":"arn:aws:iam::` + partner + `:user/visitor"}`
	wellDone(t, owner, request{Op: "PutResourcePolicy", Input: object{"ResourceARN": stream, "Policy": `{"Version":"2012-10-17","Statement":{"Effect":"Allow",` + who +
		`,"Action":["kinesis:PutRecord","kinesis:PutRecords","kinesis:DescribeStreamSummary","kinesis:GetShardIterator","kinesis:GetRecords","kinesis:ListShards"],"Resource":"` + stream + `"}}`}})
	for i, c := range clients {
		if c.long && testing.Short() {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			b := c.open(t, visitor)
			consumer := sharedConsumer(t, owner, fmt.Sprint("abroad", i), who)
			put := wellDone(t, b, request{Op: "PutRecord", Input: object{"StreamARN": stream, "PartitionKey": "k", "Data": blob(c.name)}})
			iterator := wellDone(t, b, request{Op: "GetShardIterator", Input: object{"StreamARN": stream, "ShardId": shard0,
				"ShardIteratorType": "AT_SEQUENCE_NUMBER", "StartingSequenceNumber": at(put.Output, "SequenceNumber")}})
			got := wellDone(t, b, request{Op: "GetRecords", Input: object{"ShardIterator": at(iterator.Output, "ShardIterator")}})
			if at(got.Output, "Records.0.Data") != b64(c.name) {
				t.Errorf("read %v", got.Output)
			}
			a := say(t, b, request{Op: "SubscribeToShard", Records: 1, Input: object{"ConsumerARN": consumer, "ShardId": shard0,
				"StartingPosition": object{"Type": "AT_SEQUENCE_NUMBER", "SequenceNumber": at(put.Output, "SequenceNumber")}}})
			if !a.Unknown && at(a.Output, "Events.0.Records.0.Data") != b64(c.name) {
				t.Errorf("was pushed %v %s %s", a.Output, a.Error, a.Message)
			}
			// The name of a stream is one of his own account's, and the policy lets him do no more.
			if a := say(t, b, onePut); a.Error != "ResourceNotFoundException" {
				t.Errorf("PutRecord by name: %s %s", a.Error, a.Message)
			}
			f(b, "SplitShard", stream, object{"StreamARN": stream, "ShardToSplit": shard0, "NewStartingHashKey": "100"})
		})
	}
	stop(t, h.Server)
}

// sharedConsumer registers a consumer that who, a member of a policy, may subscribe, and
// returns its ARN. Each client has its own: within five seconds none is taken over.
func sharedConsumer(t *testing.T, owner bridge, name, who string) string {
	t.Helper()
	out := wellDone(t, owner, request{Op: "RegisterStreamConsumer", Input: object{"StreamARN": stream, "ConsumerName": name}}).Output
	consumer := fmt.Sprint(at(out, "Consumer.ConsumerARN"))
	wellDone(t, owner, request{Op: "PutResourcePolicy", Input: object{"ResourceARN": consumer, "Policy": `{"Version":"2012-10-17","Statement":{"Effect":"Allow",` + who +
		`,"Action":["kinesis:SubscribeToShard","kinesis:DescribeStreamConsumer"],"Resource":"` + consumer + `"}}`}})
	return consumer
}

// partnerOf makes a second account, and returns its number.
func partnerOf(t *testing.T, h *house) string {
	t.Helper()
	var made struct{ Account struct{ ID string } }
	if err := json.Unmarshal([]byte(h.run("account", "create", "--json")), &made); err != nil || len(made.Account.ID) != 12 {
		t.Fatalf("account create: %v %+v", err, made)
	}
	return made.Account.ID
}

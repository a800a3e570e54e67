package streams

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// register registers a consumer with the stream of that name and returns its ARN.
func (r *rig) register(stream, name string) string {
	r.t.Helper()
	out, err := r.registerErr(stream, name)
	return *must(r.t, out, err).Consumer.ConsumerARN
}

func (r *rig) registerErr(stream, name string) (*kinesis.RegisterStreamConsumerOutput, error) {
	return r.RegisterStreamConsumer(r.ctx(), testCaller, &kinesis.RegisterStreamConsumerInput{StreamARN: new(arnOf(stream)), ConsumerName: &name})
}

func (r *rig) deregister(arn string) {
	r.t.Helper()
	_, err := r.DeregisterStreamConsumer(r.ctx(), testCaller, &kinesis.DeregisterStreamConsumerInput{ConsumerARN: &arn})
	must(r.t, 0, err)
}

func arnOf(stream string) string { return streamKey{testAccount, testRegion, stream}.arn() }

// consumerStatus returns a consumer's status, "" if there is none.
func (r *rig) consumerStatus(stream, name string) kinesis.ConsumerStatus {
	r.t.Helper()
	out, err := r.DescribeStreamConsumer(r.ctx(), testCaller, &kinesis.DescribeStreamConsumerInput{StreamARN: new(arnOf(stream)), ConsumerName: &name})
	if err != nil {
		wantError(r.t, err, notFound, "Consumer "+name+" under stream "+stream+" under account "+testAccount+" not found.")
		return ""
	}
	return *out.ConsumerDescription.ConsumerStatus
}

// consumers lists the names of a stream's consumers, a page at a time.
func (r *rig) consumers(stream string, most int32) []string {
	r.t.Helper()
	names := []string{}
	in := &kinesis.ListStreamConsumersInput{StreamARN: new(arnOf(stream)), MaxResults: &most}
	for {
		out, err := r.ListStreamConsumers(r.ctx(), testCaller, in)
		must(r.t, out, err)
		if len(out.Consumers) > int(most) {
			r.t.Errorf("a page of %d consumers, asked for %d", len(out.Consumers), most)
		}
		for _, c := range out.Consumers {
			names = append(names, *c.ConsumerName)
		}
		if out.NextToken == nil {
			return names
		}
		in.NextToken = out.NextToken
	}
}

const (
	consumerCreating = kinesis.ConsumerStatusCreating
	consumerActive   = kinesis.ConsumerStatusActive
	consumerDeleting = kinesis.ConsumerStatusDeleting
)

func TestConsumersWithoutDelay(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		out, err := r.registerErr("orders", "audit")
		c := must(t, out, err).Consumer
		wantEqual(t, *c.ConsumerStatus, consumerCreating, "status in the answer")
		wantEqual(t, *c.ConsumerARN, fmt.Sprintf("%s/consumer/audit:%d", arnOf("orders"), time.Now().Unix()), "ARN")
		wantEqual(t, *c.ConsumerCreationTimestamp, time.Unix(time.Now().Unix(), 0).UTC(), "creation")
		wantEqual(t, r.consumerStatus("orders", "audit"), consumerActive, "status")

		summary, err := r.DescribeStreamSummary(r.ctx(), testCaller, &kinesis.DescribeStreamSummaryInput{StreamName: new("orders")})
		wantEqual(t, *must(t, summary, err).StreamDescriptionSummary.ConsumerCount, 1, "ConsumerCount")
		r.deregister(*c.ConsumerARN)
		wantEqual(t, r.consumerStatus("orders", "audit"), "", "status")
		wantList(t, r.consumers("orders", 10))
	})
}

func TestConsumersTakeTheDelayOfStreams(t *testing.T) {
	withOptions(t, Options{TransitionDelay: 5 * time.Second}, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		later(5 * time.Second)
		synctest.Wait()
		f := func(during, after kinesis.ConsumerStatus) {
			t.Helper()
			synctest.Wait()
			wantEqual(t, r.consumerStatus("orders", "audit"), during, "status at once")
			later(5*time.Second - time.Millisecond)
			synctest.Wait()
			wantEqual(t, r.consumerStatus("orders", "audit"), during, "status just before")
			later(time.Millisecond)
			synctest.Wait()
			wantEqual(t, r.consumerStatus("orders", "audit"), after, "status just after")
			wantEqual(t, r.status("orders"), active, "status of the stream")
		}
		arn := r.register("orders", "audit")
		f(consumerCreating, consumerActive)
		r.deregister(arn)
		r.deregister(arn) // in DELETING that does nothing
		f(consumerDeleting, "")
		r.deregister(r.register("orders", "audit")) // in CREATING it is allowed too
		f(consumerDeleting, "")
	})
}

// Five consumers of an account may be CREATING at once, over all its streams.
func TestAtMostFiveConsumersAreCreating(t *testing.T) {
	withOptions(t, Options{TransitionDelay: time.Second}, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		r.create("parcels", 1)
		later(time.Second)
		synctest.Wait()
		for i := range 5 {
			r.register([]string{"orders", "parcels"}[i%2], fmt.Sprint("c", i))
		}
		_, err := r.registerErr("orders", "c5")
		wantError(t, err, limit, say("Rate exceeded: account {A} has 5 consumers in status CREATING in {R}."))
		later(time.Second)
		synctest.Wait()
		r.register("orders", "c5")
	})
}

func TestConsumerLimit(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		for i := range 20 {
			r.register("orders", fmt.Sprintf("c%02d", i))
		}
		_, err := r.registerErr("orders", "c00") // that a name is taken comes first
		wantError(t, err, inUse, say("Consumer c00 under stream {X} under account {A} already exists."))
		_, err = r.registerErr("orders", "c20")
		wantError(t, err, limit, say("This request would exceed the limit of 20 registered consumers for stream {X} under account {A}."))
		for _, most := range []int32{1, 3, 20, 100} {
			wantEqual(t, len(r.consumers("orders", most)), 20, "consumers listed")
		}
		wantEqual(t, fmt.Sprint(r.consumers("orders", 7)[:3]), "[c00 c01 c02]", "the first names")
	})
}

// A consumer that is made again has another ARN, also within the same second, and
// the ARN of the first does not lead to it.
func TestNoConsumerARNIsUsedTwice(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		first := r.register("orders", "audit")
		r.deregister(first)
		second := r.register("orders", "audit")
		if first == second {
			t.Errorf("both have the ARN %s", first)
		}
		_, err := r.DescribeStreamConsumer(r.ctx(), testCaller, &kinesis.DescribeStreamConsumerInput{ConsumerARN: &first})
		wantError(t, err, notFound, say("Consumer audit under stream {X} under account {A} not found."))
		_, err = r.DescribeStreamConsumer(r.ctx(), testCaller, &kinesis.DescribeStreamConsumerInput{ConsumerARN: &second})
		must(t, 0, err)
	})
}

// A consumer is meant by its ARN, by its stream's and its name, or by all three if
// they agree (API, DescribeStreamConsumer).
func TestConsumerAddresses(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		r.create("parcels", 1)
		arn := r.register("orders", "audit")
		f := func(consumer, stream, name, code, message string) {
			t.Helper()
			in := &kinesis.DescribeStreamConsumerInput{}
			for value, into := range map[*string]**string{&consumer: &in.ConsumerARN, &stream: &in.StreamARN, &name: &in.ConsumerName} {
				if *value != "" {
					*into = value
				}
			}
			out, err := r.DescribeStreamConsumer(r.ctx(), testCaller, in)
			if code != "" {
				wantError(t, err, code, say(message))
				return
			}
			wantEqual(t, *must(t, out, err).ConsumerDescription.ConsumerARN, arn, "the consumer")
			wantEqual(t, *out.ConsumerDescription.StreamARN, arnOf("orders"), "its stream")
		}
		orders, parcels := arnOf("orders"), arnOf("parcels")
		f(arn, "", "", "", "")
		f("", orders, "audit", "", "")
		f(arn, orders, "audit", "", "")
		f(arn, orders, "", "", "")
		f(arn, "", "audit", "", "")

		neither := "Either ConsumerARN or both StreamARN and ConsumerName should be provided."
		f("", "", "", invalid, neither)
		f("", orders, "", invalid, neither)
		f("", "", "audit", invalid, neither)
		f(arn, parcels, "", invalid, "StreamARN "+parcels+" and ConsumerARN "+arn+" do not name the same consumer.")
		f(arn, "", "other", invalid, "ConsumerName other and ConsumerARN "+arn+" do not name the same consumer.")
		f("", orders, "other", notFound, "Consumer other under stream {X} under account {A} not found.")
		f("", arnOf("none"), "audit", notFound, "Stream none under account {A} not found.")
		f(arn+"9", "", "", notFound, "Consumer audit under stream {X} under account {A} not found.")
		// What the pattern of the model lets pass, and is no ARN of a consumer.
		odd := "arn:aws:kinesis:us-east-1:" + testAccount + ":xstream/orders/consumer/audit:1"
		f(odd, "", "", invalid, "ConsumerARN "+odd+" is not the ARN of a consumer.")
		f(arn, "arn:aws", "", invalid, "StreamARN arn:aws is not the ARN of a stream.")
	})
}

func TestConsumersOfOthersAreNotFound(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		arn := r.register("orders", "audit")
		_, err := r.DescribeStreamConsumer(r.ctx(), otherCaller, &kinesis.DescribeStreamConsumerInput{ConsumerARN: &arn})
		wantError(t, err, notFound, say(streamGone))
		_, err = r.DeregisterStreamConsumer(r.ctx(), otherCaller, &kinesis.DeregisterStreamConsumerInput{ConsumerARN: &arn})
		wantError(t, err, notFound, say(streamGone))
	})
}

func TestConsumersOfAStreamThatTakesNone(t *testing.T) {
	withOptions(t, Options{TransitionDelay: time.Second}, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		f := func(state string) {
			t.Helper()
			_, err := r.registerErr("orders", "audit")
			wantError(t, err, inUse, say("Stream {X} under account {A} not ACTIVE, instead in state "+state))
			_, err = r.ListStreamConsumers(r.ctx(), testCaller, &kinesis.ListStreamConsumersInput{StreamARN: new(arnOf("orders"))})
			wantError(t, err, inUse, say("Stream {X} under account {A} not ACTIVE, instead in state "+state))
		}
		f("CREATING")
		later(time.Second)
		synctest.Wait()
		r.split("orders", 0) // an UPDATING one takes them
		r.register("orders", "early")
		later(time.Second)
		synctest.Wait()
		wantEqual(t, r.consumerStatus("orders", "early"), consumerActive, "status")
		r.deregister(r.stream("orders").consumerKey(r.stream("orders").consumer("early")).arn())
		later(time.Second)
		synctest.Wait()
		r.delete("orders")
		f("DELETING")
	})
}

// A stream that has consumers is deleted with them, or not at all (API,
// DeleteStream, EnforceConsumerDeletion).
func TestDeletingAStreamWithConsumers(t *testing.T) {
	withOptions(t, Options{TransitionDelay: time.Second}, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		later(time.Second)
		synctest.Wait()
		r.register("orders", "audit")
		for _, enforce := range []*bool{nil, new(false)} {
			_, err := r.DeleteStream(r.ctx(), testCaller, &kinesis.DeleteStreamInput{StreamName: new("orders"), EnforceConsumerDeletion: enforce})
			wantError(t, err, inUse, "DeleteStream can't delete "+arnOf("orders")+" because there are consumers associated with this data stream. "+
				"To delete orders anyway, set the EnforceConsumerDeletion parameter to true to force the deletion of all the consumers that are associated with it.")
		}
		_, err := r.DeleteStream(r.ctx(), testCaller, &kinesis.DeleteStreamInput{StreamName: new("orders"), EnforceConsumerDeletion: new(true)})
		must(t, 0, err)
		wantEqual(t, r.consumerStatus("orders", "audit"), consumerDeleting, "status")
		later(time.Second)
		synctest.Wait()
		wantEqual(t, r.status("orders"), "", "status of the stream")
	})
}

// Consumers survive a restart and other changes of their stream, and their
// transitions are finished after it.
func TestConsumersSurviveARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, Options{})
		r.create("orders", 1)
		_, err := r.RegisterStreamConsumer(r.ctx(), testCaller, &kinesis.RegisterStreamConsumerInput{
			StreamARN: new(arnOf("orders")), ConsumerName: new("b"), Tags: map[string]string{"team": "blue"}})
		must(t, 0, err)
		r.register("orders", "a")
		r.split("orders", 0)
		wantList(t, r.consumers("orders", 1), "a", "b")
		before := r.known()
		r.start(Options{TransitionDelay: time.Hour})
		wantEqual(t, r.known(), before, "the catalog")
		wantEqual(t, r.stream("orders").consumer("b").Tags["team"], "blue", "tag")

		r.register("orders", "c")
		r.deregister(r.stream("orders").consumerKey(r.stream("orders").consumer("a")).arn())
		r.start(Options{})
		synctest.Wait()
		wantList(t, r.consumers("orders", 10), "b", "c")
		wantEqual(t, r.consumerStatus("orders", "c"), consumerActive, "status")
	})
}

// A stream's change that another writer made is met with its consumers.
func TestConsumersAreReadAgainWithTheirStream(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		first := r.Service
		r.start(Options{})
		r.register("orders", "a")
		r.Service = first
		r.register("orders", "b")
		wantList(t, r.consumers("orders", 10), "a", "b")
	})
}

func TestListStreamConsumersTokens(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		r.create("parcels", 1)
		for _, name := range []string{"a", "b"} {
			r.register("orders", name)
		}
		list := func(in kinesis.ListStreamConsumersInput) (*kinesis.ListStreamConsumersOutput, error) {
			return r.ListStreamConsumers(r.ctx(), testCaller, &in)
		}
		orders := new(arnOf("orders"))
		out, err := list(kinesis.ListStreamConsumersInput{StreamARN: orders, MaxResults: new(int32(1)), StreamCreationTimestamp: r.stream("orders").creation()})
		token := must(t, out, err).NextToken
		_, err = list(kinesis.ListStreamConsumersInput{StreamARN: orders, NextToken: token, StreamCreationTimestamp: new(time.Now())})
		wantError(t, err, invalid, "NextToken and StreamCreationTimestamp cannot be provided together.")
		_, err = list(kinesis.ListStreamConsumersInput{StreamARN: new(arnOf("parcels")), NextToken: token})
		wantError(t, err, invalid, "Invalid NextToken.")
		_, err = list(kinesis.ListStreamConsumersInput{StreamARN: orders, NextToken: new("forged")})
		wantError(t, err, invalid, "Invalid NextToken.")
		_, err = list(kinesis.ListStreamConsumersInput{StreamARN: orders, StreamCreationTimestamp: new(time.Unix(1, 0))})
		wantError(t, err, notFound, say(streamGone))

		r.deregister(r.stream("orders").consumerKey(r.stream("orders").consumer("a")).arn()) // the page goes on behind it
		later(300 * time.Second)
		out, err = list(kinesis.ListStreamConsumersInput{StreamARN: orders, NextToken: token})
		wantEqual(t, *must(t, out, err).Consumers[0].ConsumerName, "b", "the second page")
		given := time.Now().Add(-300 * time.Second)
		later(time.Millisecond)
		_, err = list(kinesis.ListStreamConsumersInput{StreamARN: orders, NextToken: token})
		wantError(t, err, "ExpiredNextTokenException", fmt.Sprintf("NextToken expired. The token was created at time %s while right now it is %s "+
			"which is further in the future than the tolerated delay of 300000 milliseconds.",
			given.UTC().Format(expiryLayout), time.Now().UTC().Format(expiryLayout)))
	})
}

package streams

import (
	"fmt"
	"maps"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/shardlog"
)

func (r *rig) addTags(name string, tags map[string]string) error {
	_, err := r.AddTagsToStream(r.ctx(), testCaller, &kinesis.AddTagsToStreamInput{StreamName: &name, Tags: tags})
	return err
}

func (r *rig) removeTags(name string, keys ...string) error {
	_, err := r.RemoveTagsFromStream(r.ctx(), testCaller, &kinesis.RemoveTagsFromStreamInput{StreamName: &name, TagKeys: keys})
	return err
}

func (r *rig) tagResource(arn string, tags map[string]string) error {
	_, err := r.TagResource(r.ctx(), testCaller, &kinesis.TagResourceInput{ResourceARN: &arn, Tags: tags})
	return err
}

func (r *rig) untagResource(arn string, keys ...string) error {
	_, err := r.UntagResource(r.ctx(), testCaller, &kinesis.UntagResourceInput{ResourceARN: &arn, TagKeys: keys})
	return err
}

// tagsOf lists a resource's tags as "key=value".
func (r *rig) tagsOf(arn string) []string {
	r.t.Helper()
	out, err := r.ListTagsForResource(r.ctx(), testCaller, &kinesis.ListTagsForResourceInput{ResourceARN: &arn})
	return written(must(r.t, out, err).Tags)
}

func written(tags []kinesis.Tag) []string {
	list := []string{}
	for _, t := range tags {
		list = append(list, *t.Key+"="+*t.Value)
	}
	return list
}

// Section 15.1: the same rules at every operation, after the stream was found.
func TestMessagesOfTagOperations(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		const (
			characters = "Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, _ . / = + - % @."
			rest       = " stream {X} under account {A} because some tags contained illegal characters. The allowed characters are Unicode letters, white-spaces, '_',',','/','=','+','-','@'."
		)
		orders := arnOf("orders")
		wantError(t, r.addTags("orders", map[string]string{"%": "\t"}), notFound, say(streamGone))
		wantError(t, r.removeTags("orders", "\t"), notFound, say(streamGone))
		wantError(t, r.tagResource(orders, map[string]string{"%": "\t"}), notFound, say(streamGone))
		wantError(t, r.untagResource(orders, "\t"), notFound, say(streamGone))
		_, err := r.ListTagsForStream(r.ctx(), testCaller, &kinesis.ListTagsForStreamInput{StreamName: new("orders")})
		wantError(t, err, notFound, say(streamGone))

		r.create("orders", 1)
		audit := r.register("orders", "audit")
		for _, add := range []func(map[string]string) error{
			func(tags map[string]string) error { return r.addTags("orders", tags) },
			func(tags map[string]string) error { return r.tagResource(orders, tags) },
			func(tags map[string]string) error { return r.tagResource(audit, tags) },
		} {
			wantError(t, add(map[string]string{"a%": "b,"}), invalid, characters) // before the percent sign
			wantError(t, add(map[string]string{"a%": "b"}), invalid, say("Failed to add tags to"+rest))
			wantError(t, add(map[string]string{"AWS:a": "b"}), invalid,
				say("Failed to add tags to stream {X} under account {A} because the tag key AWS:a begins with aws:, which is reserved."))
			wantError(t, add(map[string]string{compressionTag: "zip"}), invalid,
				"The tag freshet:compression says how records are compressed on the disk: its value must be none or s2. Specified value was zip")
			must(t, 0, add(map[string]string{"aws": "aws:", "äβ語 7_./=+-@:": ""}))
		}
		for _, remove := range []func(...string) error{
			func(keys ...string) error { return r.removeTags("orders", keys...) },
			func(keys ...string) error { return r.untagResource(orders, keys...) },
			func(keys ...string) error { return r.untagResource(audit, keys...) },
		} {
			wantError(t, remove("%", ","), invalid, characters)
			wantError(t, remove("a%"), invalid, say("Failed to remove tags from"+rest))
			must(t, 0, remove("aws", "unknown"))
		}
		wantList(t, r.tagsOf(orders), "äβ語 7_./=+-@:=")
		wantList(t, r.tagsOf(audit), "äβ語 7_./=+-@:=")
	})
}

// Section 15.1: at most 50 in the end; keys that are overwritten do not count
// twice. The number in the text was recorded when it was 10.
func TestFiftyTagsInTheEnd(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		tooMany := say("Failed to add tags to stream {X} under account {A} because a given stream cannot have more than 50 tags associated with it.")
		some := func(from, n int) map[string]string {
			tags := map[string]string{}
			for i := from; i < from+n; i++ {
				tags[fmt.Sprint("tag ", i)] = ""
			}
			return tags
		}
		r.create("orders", 1)
		for _, arn := range []string{arnOf("orders"), r.register("orders", "audit")} {
			must(t, 0, r.tagResource(arn, some(0, 30)))
			wantError(t, r.tagResource(arn, some(30, 21)), invalid, tooMany)
			wantEqual(t, len(r.tagsOf(arn)), 30, "tags")
			must(t, 0, r.tagResource(arn, some(10, 40)))
			wantError(t, r.tagResource(arn, some(50, 1)), invalid, tooMany)
			must(t, 0, r.tagResource(arn, some(0, 50)))
			must(t, 0, r.untagResource(arn, "tag 7"))
			must(t, 0, r.tagResource(arn, some(50, 1)))
			wantEqual(t, len(r.tagsOf(arn)), 50, "tags")
		}
	})
}

// Both families see the same tags of a stream; a consumer has its own.
func TestTagsOfStreamsAndConsumers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newIdleRig(t)
		stop := r.start(Options{})
		r.create("orders", 1)
		orders, audit := arnOf("orders"), r.register("orders", "audit")
		given := map[string]string{"b": "1", "a": "1"}
		must(t, 0, r.addTags("orders", given))
		must(t, 0, r.tagResource(orders, map[string]string{"b": "2", "B": "3"}))
		must(t, 0, r.tagResource(audit, map[string]string{"c": "4"}))
		if !maps.Equal(given, map[string]string{"b": "1", "a": "1"}) {
			t.Error("the input was changed")
		}
		wantList(t, r.tagsOf(orders), "B=3", "a=1", "b=2")
		before := r.stream("orders")
		must(t, 0, r.removeTags("orders", "a"))
		must(t, 0, r.untagResource(audit, "b"))
		wantEqual(t, before.Tags["a"], "1", "the tag in the snapshot before")

		stop()
		r.start(Options{})
		wantList(t, r.tagsOf(orders), "B=3", "b=2")
		wantList(t, r.tagsOf(audit), "c=4")
		must(t, 0, r.untagResource(orders, "b", "B"))
		must(t, 0, r.untagResource(audit, "c"))
		wantList(t, r.tagsOf(orders))
		wantList(t, r.tagsOf(audit))
	})
}

// ListTagsForStream is sorted by key and goes on after ExclusiveStartTagKey (K).
func TestListTagsForStreamPages(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		f := func(after string, limit int32, more bool, want ...string) {
			t.Helper()
			in := &kinesis.ListTagsForStreamInput{StreamName: new("orders")}
			if after != "" {
				in.ExclusiveStartTagKey = &after
			}
			if limit > 0 {
				in.Limit = &limit
			}
			out, err := r.ListTagsForStream(r.ctx(), testCaller, in)
			wantList(t, written(must(t, out, err).Tags), want...)
			wantEqual(t, *out.HasMoreTags, more, "HasMoreTags")
		}
		f("", 0, false)
		must(t, 0, r.addTags("orders", map[string]string{"c": "3", "a": "1", "b": "2", "d": ""}))
		f("", 0, false, "a=1", "b=2", "c=3", "d=")
		f("", 2, true, "a=1", "b=2")
		f("b", 2, false, "c=3", "d=")
		f("bb", 1, true, "c=3")
		f("d", 0, false)
		f("", 4, false, "a=1", "b=2", "c=3", "d=")
	})
}

// What a ResourceARN may name and does not.
func TestMessagesOfResources(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		_, err := r.CreateStream(r.ctx(), access.Dev("210987654321", testRegion), &kinesis.CreateStreamInput{StreamName: new("orders")})
		must(t, 0, err)
		audit := r.register("orders", "audit")
		const prefix = "arn:aws:kinesis:us-east-1:" + testAccount + ":"
		f := func(arn, code, message string) {
			t.Helper()
			_, err := r.ListTagsForResource(r.ctx(), testCaller, &kinesis.ListTagsForResourceInput{ResourceARN: &arn})
			wantError(t, err, code, say(message))
			wantError(t, r.tagResource(arn, map[string]string{"a": "b"}), code, say(message))
			wantError(t, r.untagResource(arn, "a"), code, say(message))
		}
		f(prefix+"queue/orders", notFound, "Resource "+prefix+"queue/orders not found.")
		f(prefix+"channel/orders", notFound, "Resource "+prefix+"channel/orders not found.")
		f(prefix+"upstream/orders", invalid, "ResourceARN "+prefix+"upstream/orders is not the ARN of a stream, of a consumer or of a queue.")
		f("arn:aws:kinesis:eu-west-1:"+testAccount+":stream/orders", notFound, streamGone)                                      // of another region
		f("arn:aws:kinesis:us-east-1:210987654321:stream/orders", notFound, "Stream {X} under account 210987654321 not found.") // of another account
		f(audit+"0", notFound, "Consumer audit under stream {X} under account {A} not found.")
		r.deregister(audit)
		f(audit, notFound, "Consumer audit under stream {X} under account {A} not found.")
		wantEqual(t, len(r.stream("orders").Tags), 0, "tags")
	})
}

// A consumer, or its stream, may go between being found and being changed.
func TestAResourceThatIsGoneMeanwhile(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		audit := r.register("orders", "audit")
		consumer, err := r.findResource(testCaller, &audit)
		must(t, 0, err)
		whole, err := r.findResource(testCaller, new(arnOf("orders")))
		must(t, 0, err)
		tags := map[string]string{"a": "b"}
		r.deregister(audit)
		wantError(t, r.Service.addTags(r.ctx(), consumer, tags), notFound, say("Consumer audit under stream {X} under account {A} not found."))
		r.delete("orders")
		wantError(t, r.Service.addTags(r.ctx(), consumer, tags), notFound, say("Consumer audit under stream {X} under account {A} not found."))
		wantError(t, r.Service.addTags(r.ctx(), whole, tags), notFound, say(streamGone))
	})
}

// Tags cannot be changed before a stream is ACTIVE (API, CreateStream), nor when it
// is DELETING; in UPDATING they can, and the transition goes on.
func TestTagsInEachStatus(t *testing.T) {
	withOptions(t, Options{TransitionDelay: time.Second}, func(t *testing.T, r *rig) {
		const notActive = "Stream {X} under account {A} not ACTIVE, instead in state "
		tags := map[string]string{"a": "b"}
		r.create("orders", 1)
		wantError(t, r.addTags("orders", tags), inUse, say(notActive+"CREATING"))
		wantError(t, r.untagResource(arnOf("orders"), "a"), inUse, say(notActive+"CREATING"))
		later(time.Second)
		synctest.Wait()
		r.split("orders", 0)
		must(t, 0, r.addTags("orders", tags))
		wantEqual(t, r.status("orders"), updating, "status")
		later(time.Second)
		synctest.Wait()
		wantEqual(t, r.status("orders"), active, "status")
		wantList(t, r.tagsOf(arnOf("orders")), "a=b")
		r.delete("orders")
		wantError(t, r.removeTags("orders", "a"), inUse, say(notActive+"DELETING"))
		wantList(t, r.tagsOf(arnOf("orders")), "a=b")
	})
}

// The tag that says how records are compressed takes effect when it is set, and
// when it is removed.
func TestTheCompressionTagTakesEffect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newIdleRig(t)
		log := newSettingsLog(t, r.log)
		r.startOn(log, r.store, Options{})
		r.create("orders", 1)
		f := func(want shardlog.Compression) {
			t.Helper()
			wantEqual(t, log.settings(r.stream("orders").id).Compression, want, "compression")
		}
		must(t, 0, r.addTags("orders", map[string]string{compressionTag: "s2"}))
		f(shardlog.S2)
		must(t, 0, r.removeTags("orders", compressionTag))
		f(shardlog.NoCompression)
	})
}

package conformance

import (
	"fmt"
	"strings"
	"testing"
)

const (
	badTag = "Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, _ . / = + - % @."
	// Of a percent sign, which the text above allows.
	percentTag = " because some tags contained illegal characters. The allowed characters are Unicode letters, white-spaces, '_',',','/','=','+','-','@'."
)

// tags checks the tags of a resource, as ListTagsForResource lists them.
func (c *client) tags(arn, want string) {
	c.t.Helper()
	r := c.must("ListTagsForResource", object{"ResourceARN": arn})
	r.members("", "Tags")
	var got []string
	for i := range r.list("Tags") {
		at := fmt.Sprintf("Tags.%d", i)
		r.members(at, "Key", "Value")
		got = append(got, r.str(at+".Key")+"="+r.str(at+".Value"))
	}
	if text := strings.Join(got, " "); text != want {
		c.t.Errorf("tags of %s: %s, want %s", arn, text, want)
	}
}

// Setting a key again overwrites it, removing an unknown one is no error; both
// families see the same tags of a stream (K, B).
//
//rule:15.1 AddTagsToStream RemoveTagsFromStream TagResource UntagResource ListTagsForResource
func TestTagsOfAStream(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		c.tags(c.arn("s"), "")
		c.call("AddTagsToStream", object{"StreamName": "s", "Tags": object{"b": "1", "a": "é 語"}}).empty()
		c.call("TagResource", object{"ResourceARN": c.arn("s"), "Tags": object{"b": "2", "d": ""}}).empty()
		c.tags(c.arn("s"), "a=é 語 b=2 d=")
		c.call("RemoveTagsFromStream", object{"StreamName": "s", "TagKeys": list{"a", "unknown"}}).empty()
		c.call("UntagResource", object{"ResourceARN": c.arn("s"), "TagKeys": list{"d", "unknown"}}).empty()
		c.tags(c.arn("s"), "b=2")
	})
}

// A consumer has tags of its own (B).
//
//rule:15.1 TagResource UntagResource ListTagsForResource
func TestTagsOfAConsumer(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		arn := c.consumer("s", "c")
		c.call("TagResource", object{"ResourceARN": arn, "Tags": object{"a": "1", "b": "2"}}).empty()
		c.tags(arn, "a=1 b=2")
		c.tags(c.arn("s"), "")
		c.call("UntagResource", object{"ResourceARN": arn, "TagKeys": list{"a"}}).empty()
		c.tags(arn, "b=2")
	})
}

// ListTagsForStream is sorted by key and pages by ExclusiveStartTagKey (K); its
// Limit is 1 to 50 (B).
//
//rule:15.1 ListTagsForStream
func TestListTagsForStream(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		c.must("AddTagsToStream", object{"StreamName": "s", "Tags": object{"c": "", "a": "", "b": ""}})
		f := func(in object, more bool, want string) {
			c.t.Helper()
			r := c.must("ListTagsForStream", with(object{"StreamName": "s"}, in))
			r.members("", "Tags", "HasMoreTags")
			got := ""
			for i := range r.list("Tags") {
				got += r.str(fmt.Sprintf("Tags.%d.Key", i))
			}
			if got != want || r.yes("HasMoreTags") != more {
				c.t.Errorf("%v: tags %s, more: %v; want %s, %v", in, got, r.yes("HasMoreTags"), want, more)
			}
		}
		f(object{}, false, "abc")
		f(object{"Limit": 2}, true, "ab")
		f(object{"Limit": 2, "ExclusiveStartTagKey": "b"}, false, "c")
		f(object{"ExclusiveStartTagKey": "bb"}, false, "c")
		f(object{"ExclusiveStartTagKey": "c"}, false, "")
		c.call("ListTagsForStream", object{"StreamName": "s", "Limit": 0}).invalid(broken("0", "limit", atLeast(1)))
		c.call("ListTagsForStream", object{"StreamName": "s", "Limit": 51}).invalid(broken("51", "limit", atMost(50)))
	})
}

// The order of checks: the stream, then characters, then the percent sign, then
// how many there are in the end (K; the number in the text was recorded when the
// limit was 10).
//
//rule:15.1 AddTagsToStream RemoveTagsFromStream TagResource UntagResource
func TestTagRules(t *testing.T) {
	each(t, func(c *client) {
		on := " stream s under account " + c.account
		add := func(tags object) *reply {
			c.t.Helper()
			return c.call("AddTagsToStream", object{"StreamName": "s", "Tags": tags})
		}
		add(object{"a\t": "b"}).fails("ResourceNotFoundException", c.notFound("s"))
		c.stream("s", 1)
		for _, bad := range []string{"\t", "\n", ",", ";", "!"} {
			add(object{"a%": "b" + bad}).fails("InvalidArgumentException", badTag)
			c.call("RemoveTagsFromStream", object{"StreamName": "s", "TagKeys": list{"%", "a" + bad}}).fails("InvalidArgumentException", badTag)
			c.call("TagResource", object{"ResourceARN": c.arn("s"), "Tags": object{"a" + bad: "%"}}).fails("InvalidArgumentException", badTag)
			c.call("UntagResource", object{"ResourceARN": c.arn("s"), "TagKeys": list{"a" + bad}}).fails("InvalidArgumentException", badTag)
		}
		add(object{"a": "%"}).fails("InvalidArgumentException", "Failed to add tags to"+on+percentTag)
		c.call("RemoveTagsFromStream", object{"StreamName": "s", "TagKeys": list{"a%"}}).
			fails("InvalidArgumentException", "Failed to remove tags from"+on+percentTag)

		tags := object{}
		for i := range 49 {
			tags[fmt.Sprint("key ", i)] = "value"
		}
		add(tags).empty()
		add(object{"one": "", "two": ""}).fails("InvalidArgumentException",
			"Failed to add tags to"+on+" because a given stream cannot have more than 50 tags associated with it.")
		add(object{"one": "", "key 0": "again"}).empty()
		if n := len(c.must("ListTagsForStream", object{"StreamName": "s"}).list("Tags")); n != 50 {
			c.t.Errorf("%d tags, want 50", n)
		}
	})
}

// Keys that begin with aws: are reserved (D); what is answered is not established.
//
//rule:15.1 AddTagsToStream TagResource
func TestReservedTags(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		c.call("AddTagsToStream", object{"StreamName": "s", "Tags": object{"aws:x": "y"}}).oneOf("InvalidArgumentException", "ValidationException")
		c.call("TagResource", object{"ResourceARN": c.arn("s"), "Tags": object{"aws:x": "y"}}).oneOf("InvalidArgumentException", "ValidationException")
		c.tags(c.arn("s"), "")
	})
}

// The resource must exist (B); the ARN has a pattern (B).
//
//rule:15.1 TagResource UntagResource ListTagsForResource
func TestUnknownResource(t *testing.T) {
	const pattern = `arn:aws.*:kinesis:.*:\d{12}:.*(stream|channel|queue)/\S+`
	each(t, func(c *client) {
		c.stream("s", 1)
		for op, in := range map[string]object{
			"TagResource": {"Tags": object{"a": "b"}}, "UntagResource": {"TagKeys": list{"a"}}, "ListTagsForResource": {},
		} {
			c.call(op, with(in, object{"ResourceARN": c.arn("none")})).fails("ResourceNotFoundException", c.notFound("none"))
			for _, arn := range []string{c.arn("s") + "/consumer/c:1", "arn:aws:kinesis:eu-west-1:" + c.account + ":queue/q"} {
				c.call(op, with(in, object{"ResourceARN": arn})).failsLike("ResourceNotFoundException", ".+")
			}
			c.call(op, with(in, object{"ResourceARN": "arn:aws:sqs:x:1:q"})).invalid(broken("arn:aws:sqs:x:1:q", "resourceARN", like(pattern)))
		}
	})
}

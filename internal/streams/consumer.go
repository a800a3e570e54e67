package streams

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/freshet/freshet/internal/access/policy"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/shardlog"
)

// consumerDocument is what the store keeps of a registered consumer.
type consumerDocument struct {
	Status kinesis.ConsumerStatus `json:"status"`
	// Since is when the consumer entered Status.
	Since shardlog.Millis `json:"since"`
	// Created is ConsumerCreationTimestamp, a whole second. It is part of the
	// ARN, and no two consumers of a stream that had the same name share it.
	Created int64             `json:"created"`
	Tags    map[string]string `json:"tags,omitempty"`
	// Policy is the consumer's resource policy, empty if it has none.
	Policy string `json:"policy,omitempty"`
}

// consumer is a consumer in a snapshot; it never changes.
type consumer struct {
	consumerDocument
	name   string
	shared *policy.Named // Policy, read; nil if there is none
}

func newConsumer(name string, doc consumerDocument) *consumer {
	return &consumer{consumerDocument: doc, name: name, shared: readPolicy(doc.Policy)}
}

// revised returns c with another document.
func (c *consumer) revised(doc consumerDocument) *consumer {
	return newConsumer(c.name, doc)
}

// entering returns c with a status that is entered at now.
func (c *consumer) entering(status kinesis.ConsumerStatus, now time.Time) *consumer {
	doc := c.consumerDocument
	doc.Status, doc.Since = status, shardlog.MillisOf(now)
	return c.revised(doc)
}

func (c *consumer) inTransition() bool { return c.Status != kinesis.ConsumerStatusActive }

func (c *consumer) creation() *time.Time { return new(time.Unix(c.Created, 0).UTC()) }

// consumerKey is what the ARN of a consumer says.
type consumerKey struct {
	stream  streamKey
	name    string
	created int64
}

// consumerKey returns the key of c, a consumer of st.
func (st *stream) consumerKey(c *consumer) consumerKey {
	return consumerKey{st.streamKey, c.name, c.Created}
}

// arn returns the ARN of the consumer.
func (k consumerKey) arn() string {
	return k.stream.arn() + "/consumer/" + k.name + ":" + strconv.FormatInt(k.created, 10)
}

// parseConsumerARN reads the ARN of a consumer, whatever its partition.
func parseConsumerARN(s string) (consumerKey, bool) {
	at := strings.LastIndexByte(s, ':')
	if at < 0 {
		return consumerKey{}, false
	}
	created, err := strconv.ParseInt(s[at+1:], 10, 64)
	key, ok := parseARN(s[:at])
	stream, name, found := strings.Cut(key.name, "/consumer/")
	key.name = stream
	return consumerKey{key, name, created}, ok && found && err == nil
}

// consumer returns the consumer of that name, or nil.
func (st *stream) consumer(name string) *consumer {
	at, found := st.findConsumer(name)
	if !found {
		return nil
	}
	return st.consumers[at]
}

func (st *stream) findConsumer(name string) (at int, found bool) {
	return slices.BinarySearchFunc(st.consumers, name, func(c *consumer, name string) int { return strings.Compare(c.name, name) })
}

// withConsumer returns st with c as a consumer, in the place of the one that has
// its name.
func (st *stream) withConsumer(c *consumer) *stream {
	next := *st
	at, found := st.findConsumer(c.name)
	next.consumers = slices.Clone(st.consumers)
	if found {
		next.consumers[at] = c
	} else {
		next.consumers = slices.Insert(next.consumers, at, c)
	}
	return &next
}

// withoutConsumer returns st without its consumer c.
func (st *stream) withoutConsumer(c *consumer) *stream {
	next := *st
	next.consumers = slices.DeleteFunc(slices.Clone(st.consumers), func(other *consumer) bool { return other.name == c.name })
	next.ConsumerGone = max(next.ConsumerGone, c.Created)
	return &next
}

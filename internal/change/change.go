package change

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
)

// Change is one thing that an operation altered.
type Change struct {
	// Subject says what, like "policy of arn:aws:kinesis:…".
	Subject string `json:"subject"`
	// Before and After are JSON, and null where there was, or is, nothing.
	Before json.RawMessage `json:"before"`
	After  json.RawMessage `json:"after"`
}

// Changes are those of one operation. An operation may say them from several
// goroutines.
type Changes struct {
	mu struct {
		sync.Mutex
		said []Change
	}
}

// All returns what was said so far.
func (c *Changes) All() []Change {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.mu.said[:len(c.mu.said):len(c.mu.said)]
}

type key struct{}

// Gather returns a context whose operation's changes are kept.
func Gather(ctx context.Context) context.Context {
	return context.WithValue(ctx, key{}, &Changes{})
}

// Of returns what is kept of the operation with that context, nil if nobody
// gathers.
func Of(ctx context.Context) *Changes {
	c, _ := ctx.Value(key{}).(*Changes)
	return c
}

// Most is how many changes of an operation are kept: a reset of ten thousand
// streams is told by its first ones, and by the answer, which has the number.
const Most = 100

// Say tells that subject was before, and is after; nil is nothing. It is called when
// the change is done: what failed has changed nothing. It panics if one of the two is
// no JSON.
func Say(ctx context.Context, subject string, before, after any) {
	c := Of(ctx)
	if c == nil {
		return
	}
	said := Change{Subject: subject, Before: text(subject, before), After: text(subject, after)}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.mu.said) < Most {
		c.mu.said = append(c.mu.said, said)
	}
}

func text(subject string, v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("BUG: change: %s cannot be said: %v", subject, err))
	}
	return b
}

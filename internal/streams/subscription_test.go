package streams

import (
	"testing"
	"time"
)

// A subscription that ends early is known, so that another must wait; not if its
// consumer went while it began, for then nothing would ever forget it.
func TestAnEndedSubscriptionIsKnownWhileItsConsumerIsThere(t *testing.T) {
	f := func(st *stream, want int) {
		t.Helper()
		var n subscriptions
		u := &subscription{subscriber: subscriber{consumer: "audit"}, begun: time.Now()}
		wantEqual(t, n.begin(u), true, "beginning")
		n.end(u, st)
		wantEqual(t, len(n.mu.byStream), want, "streams with subscriptions")
	}
	f(nil, 0)
	f(&stream{}, 0)
	f((&stream{}).withConsumer(&consumer{name: "audit", consumerDocument: consumerDocument{Created: 1}}), 0)
	f((&stream{}).withConsumer(&consumer{name: "audit"}), 1)
}

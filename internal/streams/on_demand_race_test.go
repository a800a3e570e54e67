package streams

import (
	"testing"
	"time"
)

// A stream that has become provisioned since it was looked at keeps its shards: they
// are its owner's then.
func TestAStreamThatBecameProvisionedIsNotScaled(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.createOnDemand("orders")
		looked := r.stream("orders")
		must(t, 0, r.setMode("orders", provisioned, nil))
		r.scaleByDemand(r.ctx(), looked, &demand{today: dailyPeak{Day: dayOf(time.Now()), Records: 8000}}, time.Now())
		wantEqual(t, r.openShards("orders"), 4, "the number of shards")
		wantEqual(t, r.status("orders"), active, "status")

		must(t, 0, r.setMode("orders", onDemand, nil))
		r.scaleByDemand(r.ctx(), r.stream("orders"), &demand{today: dailyPeak{Day: dayOf(time.Now()), Records: 8000}}, time.Now())
		wantEqual(t, r.openShards("orders"), 8, "the number of shards of a stream that is on-demand")
	})
}

package limits

import "time"

// Enhanced fan-out (API, SubscribeToShard).
const (
	// SubscriptionLife is how long a subscription lasts.
	SubscriptionLife = 5 * time.Minute

	// SubscriptionRest is how long after a call that succeeded the next one of the
	// same consumer and shard is refused; later it takes over.
	SubscriptionRest = 5 * time.Second

	// SubscriptionIdle is how long a subscription says nothing when there is
	// nothing to say. AWS is seen to send an event about every 5 s; this is less,
	// so that clients which count on that are not disappointed.
	SubscriptionIdle = 4 * time.Second
)

// An event, hard limits of ours: AWS's are not published. A first record is sent
// whatever its size. Events are small beside what a consumer may read in a second,
// so that it is read evenly, and so that a client which does not read costs little.
const (
	EventRecords = 1000
	EventBytes   = 256 * KiB
)

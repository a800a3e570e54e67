package limits

import "time"

// Queues (developer guide, queues-quotas; API, CreateQueue and ReceiveQueueRecords).
// Rates of their operations are not known, and so not kept.
const (
	// QueueVisibility and QueueMaxReceives are a queue's attributes by default.
	QueueVisibility  = 30
	QueueMaxReceives = 6

	// QueuesChanging may be in CREATING or DELETING in an account and a region.
	QueuesChanging = 5

	// QueueInFlight records at the most are received from a queue and not
	// acknowledged; dead letters do not count.
	QueueInFlight = 120_000

	// ReceiveRecords is how many records a call receives at the most and by default,
	// ReceiveBytes what they may have together, a single one excepted; that is not
	// documented, and that of GetRecords.
	ReceiveRecords = 10
	ReceiveBytes   = GetRecordsBytes

	// ReceiveWait is how long a call waits by default for a record.
	ReceiveWait = 9 * time.Second
)

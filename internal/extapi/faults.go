package extapi

// Faults are what goes wrong on purpose in a stream, at StreamsPath/{name}/faults:
// PUT begins with them in place of those that are there, GET says them, DELETE ends
// them. They are kept in memory: a restart ends them, too. Only a server for
// development and tests has them.
type Faults struct {
	// Seed lets the same calls, in the same order, meet the same faults. 0 chooses
	// one, which the answer says.
	Seed  uint64     `json:"seed"`
	Puts  PutFaults  `json:"puts"`
	Reads ReadFaults `json:"reads"`
}

// PutFaults are those of PutRecord and PutRecords. Shares are from 0 to 1 and of
// records.
type PutFaults struct {
	// Throttle is the share that is refused with ProvisionedThroughputExceededException.
	Throttle float64 `json:"throttle"`
	// Fail is the share of the rest that fails with InternalFailure. Nothing of what
	// is refused or fails is stored.
	Fail float64 `json:"fail"`
	// A call takes DelayMillis longer, and up to JitterMillis besides.
	DelayMillis  int `json:"delayMillis"`
	JitterMillis int `json:"jitterMillis"`
}

// ReadFaults are those of GetRecords. Shares are of calls.
type ReadFaults struct {
	Throttle float64 `json:"throttle"`
	// ExpireIterators is the share of the rest that gets ExpiredIteratorException,
	// however young the iterator is.
	ExpireIterators float64 `json:"expireIterators"`
	DelayMillis     int     `json:"delayMillis"`
	JitterMillis    int     `json:"jitterMillis"`
}

package extapi

// LimitsPath says which rates hold for the calls of an account in a region, and
// for those of its streams that have no limits of their own: GET answers a Limits,
// PUT takes a SetLimits and answers the same. LimitsPath below a stream (StreamsPath)
// does so for the stream.
const LimitsPath = Root + "/limits"

// Limits are the rates that hold.
type Limits struct {
	// Profile is relaxed, by which no rate holds, or aws, and what differs from it:
	//
	//	aws write_bytes=2MiB/s write_records=2000/s read_bytes=4MiB/s read_calls=10/s
	Profile string `json:"profile"`
	// From is who said so: stream (its tag freshet:limits), account, or server (its
	// key limits.profile). The first that says anything counts.
	From string `json:"from"`
}

// SetLimits changes them.
type SetLimits struct {
	// Profile is what is to hold, "" for what would hold if nothing had been said
	// here. It must be given. Of a stream it is the tag freshet:limits.
	Profile *string `json:"profile"`
}

package streams

// Throttled says that a limit refused something.
type Throttled struct {
	Account, Region string
	// Stream is "" for calls that an account is counted for.
	Stream string
	// Limit is write_bytes, write_records, read_bytes or read_calls, or the name of
	// an operation; Rate is what it is, like write_bytes=1MiB/s.
	Limit, Rate string
	// Count is how many records or calls were refused.
	Count int
}

// The limits of a shard, as profiles name them.
const (
	limitWriteBytes   = "write_bytes"
	limitWriteRecords = "write_records"
	limitReadBytes    = "read_bytes"
	limitReadCalls    = "read_calls"
)

// throttled tells that a limit of st's profile refused count records or calls.
func (s *Service) throttled(st *stream, limit, rate string, count int) {
	s.options.Throttled(Throttled{st.account, st.region, st.name, limit, rate, count})
}

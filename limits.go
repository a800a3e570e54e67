package freshet

import "github.com/freshet/freshet/internal/limits"

// Limits says which of AWS's rates a server keeps: how much a shard takes and
// gives in a second, and how often operations may be called. Sizes and counts are
// always AWS's. It is one of the names below, and may go on with what differs from
// it, separated by blanks:
//
//	aws write_bytes=2MiB/s write_records=2000/s read_bytes=4MiB/s read_calls=10/s
type Limits string

const (
	// LimitsRelaxed keeps no rate.
	LimitsRelaxed Limits = "relaxed"
	// LimitsAWS keeps AWS's: each shard takes 1 MiB and 1,000 records a second, and
	// gives 2 MiB in 5 calls of GetRecords; the control plane takes 5 calls of
	// CreateStream a second, and so on. What is too much gets AWS's errors.
	LimitsAWS Limits = "aws"
)

// ParseLimits returns the Limits that text says, in their shortest form.
func ParseLimits(text string) (Limits, error) {
	p, err := limits.ParseProfile(text)
	if err != nil {
		return "", err
	}
	return Limits(p.String()), nil
}

// profile returns l as the server knows it. Validate has seen that it is one.
func (l Limits) profile() limits.Profile {
	p, _ := limits.ParseProfile(string(l))
	return p
}

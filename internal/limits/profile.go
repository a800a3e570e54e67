package limits

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Profile says which rates hold. Hard limits are not among them: they hold
// whatever it says. The zero value is relaxed: no rate holds.
type Profile struct {
	// Calls says that the rates of operations hold (OperationRate, but for that of
	// GetRecords, which is ReadCalls), and FanOutBytes.
	Calls bool

	// Throughput of each shard in a second; 0 is no limit.

	WriteBytes   int64 // data and partition keys that are put
	WriteRecords int64
	ReadBytes    int64 // data and partition keys that GetRecords returns
	ReadCalls    int64 // of GetRecords
}

// AWS is the profile of AWS's own rates.
var AWS = Profile{
	Calls:        true,
	WriteBytes:   ShardWriteBytes,
	WriteRecords: ShardWriteRecords,
	ReadBytes:    ShardReadBytes,
	ReadCalls:    ShardReadCalls,
}

// throughputMost bounds what a profile may say of a second.
const throughputMost = 1 << 30

// throughputs are what a text may say of a profile besides its name, in the order
// in which it is written.
var throughputs = []struct {
	name  string
	bytes bool
	in    func(*Profile) *int64
}{
	{"write_bytes", true, func(p *Profile) *int64 { return &p.WriteBytes }},
	{"write_records", false, func(p *Profile) *int64 { return &p.WriteRecords }},
	{"read_bytes", true, func(p *Profile) *int64 { return &p.ReadBytes }},
	{"read_calls", false, func(p *Profile) *int64 { return &p.ReadCalls }},
}

var errProfile = errors.New("must be relaxed or aws, which may be followed by limits of their own, " +
	"each at most once: write_bytes=2MiB/s write_records=2000/s read_bytes=4MiB/s read_calls=10/s")

// ParseProfile reads a profile: its name, and what differs from it, as in
//
//	aws
//	relaxed write_bytes=64KiB/s
//
// separated by blanks. The error is the rule that was broken.
func ParseProfile(s string) (Profile, error) {
	name, rest, _ := strings.Cut(strings.TrimSpace(s), " ")
	var p Profile
	switch name {
	case "relaxed":
	case "aws":
		p = AWS
	default:
		return Profile{}, errProfile
	}
	given := map[string]bool{}
	for word := range strings.FieldsSeq(rest) {
		name, value, _ := strings.Cut(word, "=")
		if given[name] || !p.set(name, value) {
			return Profile{}, errProfile
		}
		given[name] = true
	}
	return p, nil
}

// set reads one throughput, and reports whether it can be.
func (p *Profile) set(name, value string) bool {
	for _, t := range throughputs {
		if t.name == name {
			n, ok := parseRate(value, t.bytes)
			*t.in(p) = n
			return ok
		}
	}
	return false
}

// String writes p as ParseProfile reads it.
func (p Profile) String() string {
	text, base := "relaxed", Profile{}
	if p.Calls {
		text, base = "aws", AWS
	}
	for _, t := range throughputs {
		if n := *t.in(&p); n != *t.in(&base) {
			text += " " + t.name + "=" + formatRate(n, t.bytes)
		}
	}
	return text
}

// Says writes the throughput of that name as String would, like
// write_bytes=1MiB/s.
func (p Profile) Says(name string) string {
	for _, t := range throughputs {
		if t.name == name {
			return name + "=" + formatRate(*t.in(&p), t.bytes)
		}
	}
	panic("BUG: limits: no profile says " + name)
}

var byteUnits = []struct {
	name string
	size int64
}{{"GiB", 1 << 30}, {"MiB", MiB}, {"KiB", KiB}, {"B", 1}}

// parseRate reads a number in a second, above 0: 500/s, or of bytes 2MiB/s.
func parseRate(s string, bytes bool) (int64, bool) {
	s, ok := strings.CutSuffix(s, "/s")
	if !ok {
		return 0, false
	}
	unit := int64(1)
	if bytes {
		unit = 0
		for _, u := range byteUnits {
			if digits, ok := strings.CutSuffix(s, u.name); ok {
				s, unit = digits, u.size
				break
			}
		}
	}
	n, err := strconv.ParseUint(s, 10, 31)
	ok = err == nil && n > 0 && unit > 0 && int64(n) <= throughputMost/unit
	return int64(n) * unit, ok
}

// formatRate writes it in the largest unit in which it is whole.
func formatRate(n int64, bytes bool) string {
	if !bytes {
		return fmt.Sprintf("%d/s", n)
	}
	for _, u := range byteUnits {
		if n%u.size == 0 {
			return fmt.Sprintf("%d%s/s", n/u.size, u.name)
		}
	}
	return ""
}

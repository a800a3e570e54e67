package audit

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// Sampling says how many data events are written: one in so many, 0 for none.
type Sampling uint32

// The samplings that have a name.
const (
	None Sampling = 0
	All  Sampling = 1
)

// ParseSampling reads off, all, or 1/1000.
func ParseSampling(s string) (Sampling, error) {
	switch s {
	case "off":
		return None, nil
	case "all":
		return All, nil
	}
	if n, ok := strings.CutPrefix(s, "1/"); ok {
		if every, err := strconv.ParseUint(n, 10, 31); err == nil && every > 0 && n[0] != '0' && n[0] != '+' {
			return Sampling(every), nil
		}
	}
	return None, fmt.Errorf("must be off, all, or a share like 1/1000")
}

func (s Sampling) String() string {
	switch s {
	case None:
		return "off"
	case All:
		return "all"
	}
	return "1/" + strconv.FormatUint(uint64(s), 10)
}

// takes decides about one event. Each is decided for itself, so that what comes in
// a rhythm is sampled, too.
func (s Sampling) takes() bool {
	return s == All || s != None && rand.Uint32N(uint32(s)) == 0
}

package convert

import (
	"math"
	"strings"
	"time"

	"github.com/freshet/freshet/internal/awsapi"
)

// ParseBoolean reads a boolean that was given as a text. AWS takes true, false,
// 1, 0, yes and no (observed) and prints any other text in upper case.
func ParseBoolean(text string) (bool, *awsapi.Error) {
	upper := strings.ToUpper(clip(text))
	switch upper {
	case "TRUE", "1", "YES":
		return true, nil
	case "FALSE", "0", "NO":
		return false, nil
	}
	return false, mismatch("'" + upper + "' can not be converted to an Boolean")
}

// ClampInteger cuts n to what an Integer can hold, as AWS does (observed at the
// upper end; the lower end is taken to be alike).
func ClampInteger(n int64) int32 {
	return int32(min(max(n, math.MinInt32), math.MaxInt32))
}

// Floor returns the greatest whole number at or below f, cut to what an int64
// can hold; not-a-number is 0.
func Floor(f float64) int64 {
	switch f = math.Floor(f); {
	case f >= math.MaxInt64: // 2^63 as a float
		return math.MaxInt64
	case f <= math.MinInt64:
		return math.MinInt64
	case f != f:
		return 0
	}
	return int64(f)
}

// Millis returns the time of so many milliseconds since 1970, UTC.
func Millis(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// clip bounds what an error message repeats of a client's text. AWS repeats it
// whole; a text of that size is no mistake that a person will read.
func clip(text string) string {
	const limit = 1024
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "")
}

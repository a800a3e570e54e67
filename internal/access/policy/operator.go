package policy

import (
	"encoding/base64"
	"errors"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// test compares a value of the request with one of the policy.
type test func(value string, ctx Context) tri

// operator compiles a value of the policy. If it is negated, a value of the request
// passes that passes none of the tests.
type operator struct {
	negated bool
	compile func(text string, variables bool) (test, error)
}

// operators are those that there are, besides Null (IAM user guide, condition
// operators). Variables are for strings and ARNs only.
var operators = map[string]operator{
	"StringEquals":              {false, compileString(false, false)},
	"StringNotEquals":           {true, compileString(false, false)},
	"StringEqualsIgnoreCase":    {false, compileString(false, true)},
	"StringNotEqualsIgnoreCase": {true, compileString(false, true)},
	"StringLike":                {false, compileString(true, false)},
	"StringNotLike":             {true, compileString(true, false)},
	"ArnEquals":                 {false, compileARN},
	"ArnLike":                   {false, compileARN},
	"ArnNotEquals":              {true, compileARN},
	"ArnNotLike":                {true, compileARN},
	"NumericEquals":             {false, comparing(parseNumber, func(d int) bool { return d == 0 })},
	"NumericNotEquals":          {true, comparing(parseNumber, func(d int) bool { return d == 0 })},
	"NumericLessThan":           {false, comparing(parseNumber, func(d int) bool { return d < 0 })},
	"NumericLessThanEquals":     {false, comparing(parseNumber, func(d int) bool { return d <= 0 })},
	"NumericGreaterThan":        {false, comparing(parseNumber, func(d int) bool { return d > 0 })},
	"NumericGreaterThanEquals":  {false, comparing(parseNumber, func(d int) bool { return d >= 0 })},
	"DateEquals":                {false, comparing(parseDate, func(d int) bool { return d == 0 })},
	"DateNotEquals":             {true, comparing(parseDate, func(d int) bool { return d == 0 })},
	"DateLessThan":              {false, comparing(parseDate, func(d int) bool { return d < 0 })},
	"DateLessThanEquals":        {false, comparing(parseDate, func(d int) bool { return d <= 0 })},
	"DateGreaterThan":           {false, comparing(parseDate, func(d int) bool { return d > 0 })},
	"DateGreaterThanEquals":     {false, comparing(parseDate, func(d int) bool { return d >= 0 })},
	"Bool":                      {false, compileBool},
	"BinaryEquals":              {false, compileBinary},
	"IpAddress":                 {false, compileAddress},
	"NotIpAddress":              {true, compileAddress},
}

func compileString(wildcards, fold bool) func(string, bool) (test, error) {
	return func(text string, variables bool) (test, error) {
		parts, err := splitting{wildcards, variables}.parts(text)
		if err != nil {
			return nil, err
		}
		p := patternOf(parts, fold)
		return func(value string, ctx Context) tri {
			if fold {
				value = strings.ToLower(value)
			}
			return p.matches(value, ctx)
		}, nil
	}
}

func compileARN(text string, variables bool) (test, error) {
	parts, err := splitting{true, variables}.parts(text)
	if err != nil {
		return nil, err
	}
	p, given := arnPatternOf(parts)
	if text == "*" { // AWS takes it for any ARN
		return func(value string, _ Context) tri { return truth(isARN(value)) }, nil
	}
	if given != arnFields {
		return nil, errNoARN
	}
	return p.matches, nil
}

func isARN(s string) bool {
	return strings.HasPrefix(s, "arn:") && strings.Count(s, ":") >= arnFields-1
}

// comparing compiles values that have an order. A value of the request that parse does
// not know can be compared with nothing.
func comparing[T interface{ Compare(T) int }](parse func(string) (T, error), holds func(int) bool) func(string, bool) (test, error) {
	return func(text string, _ bool) (test, error) {
		want, err := parse(text)
		if err != nil {
			return nil, err
		}
		return func(value string, _ Context) tri {
			got, err := parse(value)
			if err != nil {
				return maybe
			}
			return truth(holds(got.Compare(want)))
		}, nil
	}
}

// number is a decimal.
type number float64

// Compare is negative if n is less than m, positive if it is greater.
func (n number) Compare(m number) int {
	switch {
	case n < m:
		return -1
	case n > m:
		return 1
	}
	return 0
}

func parseNumber(s string) (number, error) {
	if s == "" || strings.Trim(s, "0123456789.+-eE") != "" {
		return 0, errNoNumber
	}
	n, err := strconv.ParseFloat(s, 64)
	return number(n), err
}

// parseDate reads a time of ISO 8601, or seconds since 1970.
func parseDate(s string) (time.Time, error) {
	for _, layout := range dateLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	seconds, err := strconv.ParseInt(s, 10, 64)
	if err != nil || seconds < 0 || seconds > 1<<40 {
		return time.Time{}, errNoDate
	}
	return time.Unix(seconds, 0), nil
}

var dateLayouts = []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05-0700", "2006-01-02"}

func compileBool(text string, _ bool) (test, error) {
	want, err := parseBool(text)
	if err != nil {
		return nil, err
	}
	return func(value string, _ Context) tri {
		got, err := parseBool(value)
		if err != nil {
			return maybe
		}
		return truth(got == want)
	}, nil
}

func parseBool(s string) (bool, error) {
	switch strings.ToLower(s) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, errNoBool
}

func compileBinary(text string, _ bool) (test, error) {
	if _, err := base64.StdEncoding.DecodeString(text); err != nil {
		return nil, errNoBinary
	}
	return func(value string, _ Context) tri { return truth(value == text) }, nil
}

// compileAddress reads an address or a range of them.
func compileAddress(text string, _ bool) (test, error) {
	within, err := netip.ParsePrefix(text)
	if err != nil {
		address, err := netip.ParseAddr(text)
		if err != nil || address.Zone() != "" {
			return nil, errNoAddress
		}
		within = netip.PrefixFrom(address, address.BitLen())
	}
	return func(value string, _ Context) tri {
		address, err := netip.ParseAddr(value)
		if err != nil {
			return maybe
		}
		return truth(within.Contains(address.Unmap().WithZone("")))
	}, nil
}

var (
	errNoARN     = errors.New("no ARN")
	errNoNumber  = errors.New("no number")
	errNoDate    = errors.New("no date")
	errNoBool    = errors.New("neither true nor false")
	errNoBinary  = errors.New("not base64")
	errNoAddress = errors.New("neither an address nor a range of addresses")
)

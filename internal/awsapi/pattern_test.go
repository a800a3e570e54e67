package awsapi

import "testing"

func TestPatternMatchesTheWholeValue(t *testing.T) {
	f := func(pattern, s string, want bool) {
		t.Helper()
		p := &Pattern{Text: pattern}
		if got := p.MatchString(s); got != want {
			t.Errorf("pattern %q on %q: got %v, want %v", pattern, s, got, want)
		}
	}
	f(`[a-zA-Z0-9_.-]+`, "orders", true)
	f(`[a-zA-Z0-9_.-]+`, "", false)
	f(`[a-zA-Z0-9_.-]+`, "two words", false)
	f(`[a-zA-Z0-9_.-]+`, "orders\n", false)
	f(`0|([1-9]\d{0,38})`, "0", true)
	f(`0|([1-9]\d{0,38})`, "01", false)
	f(`^(0|([1-9]\d{0,38}))$`, "10", true)
	f(`^(0|([1-9]\d{0,38}))$`, "1x", false)
	f(`[\u0009\u0020-\u007E\uE000-\uFFFD]+`, "a\t~\uE000", true)
	f(`[\u0009\u0020-\u007E\uE000-\uFFFD]+`, "a\n", false)
	f(`[\u10000-\u10FFFF]`, "\U00010000", false) // as Java reads it
}

func TestPatternThatDoesNotCompilePanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	(&Pattern{Text: "("}).MatchString("x")
}

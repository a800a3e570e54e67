package freshet

import (
	"strings"
	"testing"
	"time"
)

func TestDurabilityIsReadAsItIsWritten(t *testing.T) {
	f := func(text string, want Durability) {
		t.Helper()
		got, err := ParseDurability(text)
		if err != nil || got != want || got.String() != text {
			t.Errorf("%s reads as %s, %v", text, got, err)
		}
		if err := (Options{Durability: want}).Validate(); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	f("sync", DurabilitySync)
	f("memory", DurabilityMemory)
	f("interval(50ms)", DurabilityInterval(50*time.Millisecond))
	f("interval(1ms)", DurabilityInterval(time.Millisecond))
	f("interval(1m0s)", DurabilityInterval(time.Minute))
}

func TestDurabilityThatCannotBe(t *testing.T) {
	f := func(text, rule string) {
		t.Helper()
		if got, err := ParseDurability(text); err == nil || !strings.Contains(err.Error(), rule) {
			t.Errorf("%q reads as %s, %v", text, got, err)
		}
	}
	const words, bounds = "must be sync, memory, or an interval", "the interval must be from 1ms to 1m"
	f("", words)
	f("interval", words)
	f("interval()", words)
	f("interval(50)", words)
	f("interval 50ms", words)
	f("50ms", words)
	f("async", words)
	f("interval(0s)", bounds)
	f("interval(-1ns)", bounds)
	f("interval(999us)", bounds)
	f("interval(61s)", bounds)
	for _, d := range []Durability{-1, 1, Durability(2 * time.Minute)} {
		if err := (Options{Durability: d}).Validate(); err == nil || !strings.Contains(err.Error(), "Durability: "+d.String()+": "+bounds) {
			t.Errorf("%d: %v", d, err)
		}
	}
}

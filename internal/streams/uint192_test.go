package streams

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func (n uint192) big() *big.Int {
	v := new(big.Int).SetUint64(n.hi)
	v.Lsh(v, 64).Or(v, new(big.Int).SetUint64(n.mid))
	return v.Lsh(v, 64).Or(v, new(big.Int).SetUint64(n.lo))
}

func anyUint192(t *rapid.T) uint192 {
	word := rapid.OneOf(rapid.Uint64(), rapid.SampledFrom([]uint64{0, 1, e19 - 1, e19, 1<<64 - 1}))
	return uint192{word.Draw(t, "hi"), word.Draw(t, "mid"), word.Draw(t, "lo")}
}

func TestUint192DecimalIsThatOfBig(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := anyUint192(t)
		text := string(n.appendDecimal(nil))
		if want := n.big().String(); text != want {
			t.Fatalf("%v is %s, want %s", n, text, want)
		}
		if back, ok := parseUint192(text); !ok || back != n {
			t.Fatalf("%s reads as %v, %v", text, back, ok)
		}
	})
}

func TestParseUint192Refuses(t *testing.T) {
	f := func(s string, ok bool) {
		t.Helper()
		if _, got := parseUint192(s); got != ok {
			t.Errorf("parseUint192(%q) is %v", s, got)
		}
	}
	highest := uint192{1<<64 - 1, 1<<64 - 1, 1<<64 - 1}.big()
	f("0", true)
	f(highest.String(), true)
	f(highest.Add(highest, big.NewInt(1)).String(), false)
	f("", false)
	f("00", false)
	f("01", false)
	f("-1", false)
	f("1e3", false)
	f("12345678901234567890x", false)
	f("99999999999999999999999999999999999999999999999999999999999", false)
}

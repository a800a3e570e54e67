package suite

import (
	"strings"
	"testing"
)

func TestATableHasTheFiguresOfAllRounds(t *testing.T) {
	table := newTable("shards", "records/s", "goal")
	for range 2 {
		table.add("4", "700,000")
		table.add("100", "600,000")
	}
	var out strings.Builder
	table.print(&out)
	const want = `| shards | records/s | goal |
|---|---|---|
| 4 | 700,000 · 700,000 |  |
| 100 | 600,000 · 600,000 |  |

`
	if out.String() != want {
		t.Errorf("printed\n%s", out.String())
	}
}

func TestThousandsAreSetApart(t *testing.T) {
	f := func(n int, want string) {
		t.Helper()
		if got := thousands(n); got != want {
			t.Errorf("thousands(%d) = %s, want %s", n, got, want)
		}
	}
	f(0, "0,000")
	f(98, "98,000")
	f(999, "999,000")
	f(1997, "1,997,000")
	f(2005, "2,005,000")
}

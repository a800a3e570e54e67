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

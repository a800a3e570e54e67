package house

import (
	"go/ast"
	"regexp"
	"strings"
	"testing"
)

// startReading is the last line of a door: where a stranger begins.
var startReading = regexp.MustCompile(`Start reading at ([a-z0-9_]+\.go)`)

// goroutines begins the paragraph about them.
var goroutines = regexp.MustCompile(`(?m)^Goroutines[:,]`)

// TestEveryRoomHasADoor: doc.go says in this order what the room is, its nouns,
// its invariants, its goroutines and who waits for them, and where to start.
func TestEveryRoomHasADoor(t *testing.T) {
	tr := load(t)
	for _, room := range tr.rooms() {
		text, ok := doorOf(tr, room)
		if !ok {
			t.Errorf("room %s has no doc.go with a package comment", room)
			continue
		}
		if !strings.HasPrefix(text, "Package ") && !strings.HasPrefix(text, "Command ") {
			t.Errorf("%s/doc.go begins %q, want a plain sentence that begins with Package or Command", room, firstLine(text))
		}
		if strings.HasPrefix(room, "internal/") {
			furnished(t, room, text)
		}
	}
}

// furnished checks what a room inside the house says besides.
func furnished(t *testing.T, room, text string) {
	if !goroutines.MatchString(text) {
		t.Errorf("%s/doc.go does not name its goroutines and who waits for them (Goroutines: none.)", room)
	}
	m := startReading.FindStringSubmatch(text)
	if m == nil {
		t.Errorf("%s/doc.go does not say where to start reading (Start reading at FILE.go)", room)
		return
	}
	if !exists(room + "/" + m[1]) {
		t.Errorf("%s/doc.go says to start reading at %s, which is not there", room, m[1])
	}
}

// TestGoroutinesAreNamed: a room that says it has none starts none.
func TestGoroutinesAreNamed(t *testing.T) {
	tr := load(t)
	for _, s := range tr.sources {
		if s.test {
			continue
		}
		text, _ := doorOf(tr, s.room)
		if !strings.Contains(text, "Goroutines: none") {
			continue
		}
		ast.Inspect(s.ast, func(n ast.Node) bool {
			if g, ok := n.(*ast.GoStmt); ok {
				t.Errorf("%s:%d starts a goroutine, and %s/doc.go says there are none", s.path, s.line(g.Pos()), s.room)
			}
			return true
		})
	}
}

// doorOf returns the package comment of room's doc.go.
func doorOf(tr *tree, room string) (string, bool) {
	for _, s := range tr.in(room) {
		if (s.path == room+"/doc.go" || s.path == "doc.go") && s.ast.Doc != nil {
			return s.ast.Doc.Text(), true
		}
	}
	return "", false
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

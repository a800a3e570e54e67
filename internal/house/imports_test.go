package house

import (
	"path"
	"slices"
	"strings"
	"testing"
)

// TestImports holds every import of this module against the rules.
func TestImports(t *testing.T) {
	for _, s := range load(t).sources {
		r, ok := ruleOf(rules, s.room)
		if !ok {
			t.Errorf("%s: no rule says what room %s may import; add one to rules_test.go with its reason", s.path, s.room)
			continue
		}
		for _, imported := range s.imports() {
			room, ours := ourRoom(imported)
			if !ours || room == s.room {
				continue
			}
			if why := refused(s, r, room); why != "" {
				t.Errorf("%s imports %s: %s", s.path, room, why)
			}
		}
	}
}

// refused returns the reason why s may not import room, or "".
func refused(s *source, r rule, room string) string {
	if s.test {
		if extra, ok := ruleOf(forTests, s.room); ok && matchAny(extra.may, room) {
			return ""
		}
	}
	for _, f := range forbidden {
		if f.importer == s.room && f.imported == room {
			return f.why
		}
	}
	if !matchAny(r.may, room) {
		return r.why
	}
	return ""
}

// TestServicesDoNotImportEachOther is a rule of its own: it holds for services
// that are still to come.
func TestServicesDoNotImportEachOther(t *testing.T) {
	for _, s := range load(t).sources {
		if !slices.Contains(services, s.room) {
			continue
		}
		for _, imported := range s.imports() {
			room, ours := ourRoom(imported)
			if ours && room != s.room && slices.Contains(services, room) {
				t.Errorf("%s imports %s: declare an interface for what is asked, server introduces them", s.path, room)
			}
		}
	}
}

// TestHTTPIsKnownAtTheDoorOnly: an operation takes a typed input and serves
// every protocol.
func TestHTTPIsKnownAtTheDoorOnly(t *testing.T) {
	for _, s := range load(t).sources {
		if s.test || matchAny(speakers, s.room) {
			continue
		}
		for _, imported := range s.imports() {
			if imported == "net/http" || strings.HasPrefix(imported, "net/http/") {
				t.Errorf("%s imports %s: only the door knows HTTP", s.path, imported)
			}
		}
	}
}

// TestLibraries: each library has one purpose and few rooms.
func TestLibraries(t *testing.T) {
	for _, s := range load(t).sources {
		for _, imported := range s.imports() {
			if !strings.Contains(strings.SplitN(imported, "/", 2)[0], ".") || strings.HasPrefix(imported+"/", module+"/") {
				continue // the standard library, or ours
			}
			if why := libraryRefused(s, imported); why != "" {
				t.Errorf("%s imports %s: %s", s.path, imported, why)
			}
		}
	}
}

func libraryRefused(s *source, imported string) string {
	for _, l := range libraries {
		if imported != l.module && !strings.HasPrefix(imported, l.module+"/") {
			continue
		}
		if matchAny(l.rooms, s.room) || s.test && (matchAny(l.tests, s.room) || slices.Contains(l.tests, "*")) {
			return ""
		}
		return "it is here for: " + l.why + "; not for this room"
	}
	return "no line of libraries says what it saves us"
}

// TestRoomNames: a room is named for what is inside.
func TestRoomNames(t *testing.T) {
	for _, room := range load(t).rooms() {
		if slices.Contains(noRooms, path.Base(room)) {
			t.Errorf("room %s: the name says nothing of what is inside", room)
		}
	}
}

// ourRoom returns the room that an import path names, and whether it is ours.
func ourRoom(imported string) (room string, ours bool) {
	if imported == module {
		return ".", true
	}
	return strings.CutPrefix(imported, module+"/")
}

// ruleOf returns the most exact rule for room.
func ruleOf(list []rule, room string) (rule, bool) {
	var best rule
	for _, r := range list {
		if r.room == room {
			return r, true
		}
		if match(r.room, room) && len(r.room) > len(best.room) {
			best = r
		}
	}
	return best, best.room != ""
}

// match reports whether pattern names room.
func match(pattern, room string) bool {
	if prefix, ok := strings.CutSuffix(pattern, "/*"); ok {
		return strings.HasPrefix(room, prefix+"/")
	}
	return pattern == room
}

func matchAny(patterns []string, room string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return match(p, room) })
}

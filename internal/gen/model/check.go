package model

import (
	"fmt"
	"regexp"
	"slices"
)

var types = []string{"structure", "list", "map", "string", "blob", "integer", "long", "boolean", "timestamp"}

// javaEscape is a character by its number, as Java's patterns have it and Go's do not.
var javaEscape = regexp.MustCompile(`\\u([0-9A-Fa-f]{4})`)

// check reports the first name that is used and not there, and the first shape
// that no program could be generated from.
func (m *Model) check() error {
	names := make(map[string]*Shape, len(m.Shapes))
	for i := range m.Shapes {
		names[m.Shapes[i].Name] = &m.Shapes[i]
	}
	for _, op := range m.Operations {
		for _, name := range slices.Concat(op.Errors, named(op.Input), named(op.Output)) {
			if s := names[name]; s == nil || s.Type != "structure" {
				return fmt.Errorf("operation %s: %q is not a structure", op.Name, name)
			}
		}
	}
	for i := range m.Shapes {
		if err := m.Shapes[i].check(names); err != nil {
			return fmt.Errorf("shape %s: %w", m.Shapes[i].Name, err)
		}
	}
	return nil
}

func (s *Shape) check(names map[string]*Shape) error {
	if !slices.Contains(types, s.Type) {
		return fmt.Errorf("type %q is not known", s.Type)
	}
	uses := slices.Concat(named(s.Key), named(s.Element))
	for _, m := range s.Members {
		uses = append(uses, m.Shape)
	}
	for _, name := range uses {
		if names[name] == nil {
			return fmt.Errorf("uses %q, which is not there", name)
		}
	}
	if (s.Type == "list" || s.Type == "map") && s.Element == "" {
		return fmt.Errorf("a %s without an element", s.Type)
	}
	if s.Type == "map" && (s.Key == "" || names[s.Key].Type != "string") {
		return fmt.Errorf("the key of a map is not a string")
	}
	// internal/awsapi matches them so.
	pattern := javaEscape.ReplaceAllString(s.Pattern, `\x{$1}`)
	if _, err := regexp.Compile("^(?:" + pattern + ")$"); err != nil {
		return fmt.Errorf("pattern: %w", err)
	}
	return nil
}

// named is the name, or nothing if it is empty.
func named(name string) []string {
	if name == "" {
		return nil
	}
	return []string{name}
}

package config

import (
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// readFile sets what a file says. It walks the document itself rather than
// decoding it into structures, so that an error can name key, value and line.
func (s *Settings) readFile(content []byte) []error {
	var doc yaml.Node
	if err := yaml.Unmarshal(content, &doc); err != nil {
		return []error{syntaxError(err, string(content))}
	}
	if len(doc.Content) == 0 {
		return nil // empty, or comments only
	}
	r := reader{values: map[string]value{}, seen: map[string]bool{}}
	for _, k := range s.keys() {
		r.values[k.name] = k.value
	}
	r.mapping(doc.Content[0], "")
	return r.errs
}

// syntaxError names the line, which the parser leaves out if it is the first, or
// if an alias is unknown.
func syntaxError(err error, content string) error {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if strings.HasPrefix(text, "line ") {
		return errors.New(text)
	}
	line := 1
	if _, rest, ok := strings.Cut(text, "unknown anchor '"); ok {
		name, _, _ := strings.Cut(rest, "'")
		before, _, _ := strings.Cut(content, "*"+name)
		line += strings.Count(before, "\n")
	}
	return fmt.Errorf("line %d: %s", line, text)
}

type reader struct {
	values map[string]value
	seen   map[string]bool
	errs   []error
}

func (r *reader) fail(n *yaml.Node, format string, args ...any) {
	r.errs = append(r.errs, fmt.Errorf("line %d: %s", n.Line, fmt.Sprintf(format, args...)))
}

// mapping reads a section, whose keys' names begin with prefix; the document
// itself has none.
func (r *reader) mapping(n *yaml.Node, prefix string) {
	if n.Kind != yaml.MappingNode {
		if n.Tag != "!!null" { // "section:" with nothing below it
			r.fail(n, "%s: %q: must be a section with keys", orDocument(prefix), n.Value)
		}
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, child := prefix+n.Content[i].Value, n.Content[i+1]
		v, isKey := r.values[name]
		switch {
		case isKey && r.seen[name]:
			r.fail(child, "%s: is given twice", name)
		case isKey:
			r.seen[name] = true
			r.key(name, v, child)
		case prefix == "" && r.isSection(name):
			r.mapping(child, name+".")
		default:
			r.fail(n.Content[i], "%s: %s", name, noSuchKey(name))
		}
	}
}

// noSuchKey says that there is no key of that name, and which took the place of
// one that was.
func noSuchKey(name string) string {
	if now, ok := former[name]; ok {
		return "there is no such key any more; write " + now
	}
	return "there is no such key"
}

func orDocument(prefix string) string {
	if prefix == "" {
		return "the file"
	}
	return prefix[:len(prefix)-1]
}

func (r *reader) isSection(name string) bool {
	for key := range r.values {
		if len(key) > len(name) && key[:len(name)] == name && key[len(name)] == '.' {
			return true
		}
	}
	return false
}

func (r *reader) key(name string, v value, n *yaml.Node) {
	if own, ok := v.(structured); ok && n.Kind != yaml.ScalarNode {
		own.setNode(r, name, n)
		return
	}
	if list, ok := v.(many); ok && n.Kind == yaml.SequenceNode {
		items := make([]string, 0, len(n.Content))
		for _, item := range n.Content {
			items = append(items, item.Value)
		}
		if err := list.setAll(items); err != nil {
			r.fail(n, "%s: %q: %v", name, items, err)
		}
		return
	}
	if n.Kind != yaml.ScalarNode {
		r.fail(n, "%s: must be a single value", name)
		return
	}
	if err := v.set(n.Value); err != nil {
		r.fail(n, "%s: %q: %v", name, n.Value, err)
	}
}

//go:build e2e

package clients

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// step is a call and what must come back. A word in braces stands for what an
// earlier step kept under that name, in strings of in and want.
type step struct {
	op string
	in object
	// want are values of the output by their paths, like Shards.0.ShardId; nil is
	// what is not there.
	want object
	// keep names what later steps need, and says where it is.
	keep map[string]string
	// fails is the code of the error that must come instead.
	fails string
	// records are enough of a subscription.
	records int
}

// walk takes the steps, and returns the operations that the client has not,
// sorted.
func walk(t *testing.T, b bridge) (lacking []string) {
	t.Helper()
	kept := map[string]string{}
	for i, s := range steps {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		a, err := b.call(ctx, request{Op: s.op, Input: filled(s.in, kept).(object), Records: s.records})
		cancel()
		name := fmt.Sprintf("step %d, %s", i+1, s.op)
		switch {
		case err != nil:
			t.Fatalf("%s: %v", name, err)
		case a.Unknown:
			if !slices.Contains(lacking, s.op) {
				lacking = append(lacking, s.op)
			}
			continue
		case a.Error != s.fails:
			t.Fatalf("%s: error %q %s, want %q", name, a.Error, a.Message, s.fails)
		}
		for path, want := range s.want {
			got := at(a.Output, path)
			if want = filled(want, kept); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s: %s is %v, want %v in %v", name, path, got, want, a.Output)
			}
		}
		for word, path := range s.keep {
			kept[word] = fmt.Sprint(at(a.Output, path))
		}
	}
	slices.Sort(lacking)
	return lacking
}

var braces = regexp.MustCompile(`\{[a-z]+\}`)

// filled is v with what was kept in the place of words in braces.
func filled(v any, kept map[string]string) any {
	switch v := v.(type) {
	case object:
		out := object{}
		for name, member := range v {
			out[name] = filled(member, kept)
		}
		return out
	case list:
		out := make(list, len(v))
		for i, element := range v {
			out[i] = filled(element, kept)
		}
		return out
	case string:
		return braces.ReplaceAllStringFunc(v, func(word string) string {
			if found, ok := kept[word[1:len(word)-1]]; ok {
				return found
			}
			return word
		})
	}
	return v
}

// at follows a path, names and indices parted by dots; nil if nothing is there.
func at(v any, path string) any {
	for part := range strings.SplitSeq(path, ".") {
		switch in := v.(type) {
		case map[string]any:
			v = in[part]
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i >= len(in) {
				return nil
			}
			v = in[i]
		default:
			return nil
		}
	}
	return v
}

// Every operation that the reference says is answered has a step.
func TestEveryOperationIsAStep(t *testing.T) {
	page, err := os.ReadFile("../../docs/reference/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, m := range regexp.MustCompile(`(?m)^## ([A-Z][a-z]\w+)$`).FindAllSubmatch(page, -1) {
		n++
		if !slices.ContainsFunc(steps, func(s step) bool { return s.op == string(m[1]) }) {
			t.Errorf("no step calls %s", m[1])
		}
	}
	if n < 10 {
		t.Errorf("the reference has %d operations", n)
	}
}

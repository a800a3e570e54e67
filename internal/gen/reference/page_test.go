package reference

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/freshet/freshet/internal/gen/model"
)

// tree is a module with one operation that is answered and one that is not.
func tree(test string) fstest.MapFS {
	return fstest.MapFS{
		"conformance/a_test.go":            {Data: []byte("package conformance\n\n" + test)},
		"internal/server/route_kinesis.go": {Data: []byte("package server\nvar routes = []any{kinesis.OpPutThing}\n")},
		"internal/limits/rate.go":          {Data: []byte("package limits\nconst calls = 7\nvar rates = map[string]Rate{\"PutThing\": {calls, PerShard}}\n")},
		"internal/streams/put_thing.go": {Data: []byte("package streams\n\n// PutThing puts it. Unlike AWS, it\n// keeps it.\n//\n// Nothing else.\nfunc f() {\n" +
			"\tkinesis.TornException(\"\")\n\tkinesis.LostException(\"\")\n" +
			"\t// What else there is, is not documented.\n}\n")},
	}
}

func things() *model.Model {
	return &model.Model{
		Source:     "a test",
		Operations: []model.Operation{{Name: "GetThing"}, {Name: "PutThing", Input: "In", Output: "Out", Errors: []string{"TornException", "LostException"}}},
		Shapes: []model.Shape{
			{Name: "GoneException", Type: "structure", Status: 400},
			{Name: "In", Type: "structure", Members: []model.Member{{Name: "Name", Shape: "Name", Required: true}, {Name: "Age", Shape: "Age"}}},
			{Name: "Out", Type: "structure", Members: []model.Member{{Name: "Thing", Shape: "Name"}}},
			{Name: "Name", Type: "string", Min: new(int64(1)), Max: new(int64(9)), Pattern: "a|b"},
			{Name: "Age", Type: "integer", Min: new(int64(0)), Enum: []string{"X", "Y"}},
		},
	}
}

var thingsPage = Page{Title: "Things", Package: "kinesis", Room: "internal/streams", Routes: "internal/server/route_kinesis.go", Shared: true}

const putTwice = `// A thing put twice
// is torn (K).
//
//rule:15.1 PutThing
func TestTwice(t *testing.T) { fails("TornException") }
`

func TestPage(t *testing.T) {
	text, err := thingsPage.Operations(tree(putTwice+`
// All of it (B).
//
//rule:9 *
//rule:9 PutThing
func TestAll(t *testing.T) {}
`), things(), []*model.Model{things()})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| [PutThing](#putthing) | 2 | 7 calls a second per shard |\n",
		"an operation that it does not know: GetThing.\n",
		"\nErrors of the model that no operation gives yet: GoneException.\n",
		"## Every operation\n\n- All of it (B). `TestAll`\n",
		"| Name | required | string; 1 to 9; `a\\|b` |\n| Age |  | integer; at least 0; X, Y |\n",
		"Answers Thing. AWS allows 7 calls a second per shard.\n\n- All of it (B). `TestAll`\n- A thing put twice is torn (K). `TestTwice`\n",
		"tests meet: TornException.\n\nErrors of the model that they do not: LostException.\n",
		"\n- PutThing puts it. Unlike AWS, it keeps it.\n- What else there is, is not documented.\n",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

func TestRulesThatAreWrong(t *testing.T) {
	f := func(rule, want string) {
		t.Helper()
		_, err := thingsPage.Operations(tree(strings.Replace(putTwice, "15.1 PutThing", rule, 1)), things(), []*model.Model{things()})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("rule %q: %v, want %s", rule, err, want)
		}
	}
	f("15.1", "TestTwice: a rule names a section and operations")
	f("15.1 *", "PutThing is answered, and no test of the folder conformance has a line //rule: about it")
	f("15.1 LoseThing", "TestTwice: the model has no operation LoseThing")
}

func TestSectionsAreInOrder(t *testing.T) {
	order := []string{"1.2", "1.10", "2", "15", "15.1", "DESIGN"}
	for i := range order[1:] {
		if compareSections(order[i], order[i+1]) >= 0 {
			t.Errorf("%s does not come before %s", order[i], order[i+1])
		}
	}
}

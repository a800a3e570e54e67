package model

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
)

const small = `{
  "version": "2.0",
  "metadata": {"serviceId": "Tiny", "endpointPrefix": "tiny", "targetPrefix": "Tiny_1", "protocol": "json", "uid": "tiny-1"},
  "operations": {
    "PutThing": {
      "name": "PutThing", "http": {"method": "POST"}, "documentation": "<p>Never kept.</p>",
      "input": {"shape": "PutThingInput"}, "errors": [{"shape": "Broken"}, {"shape": "Refused"}]
    },
    "GetThing": {"name": "GetThing", "input": {"shape": "PutThingInput"}, "output": {"shape": "PutThingInput"}}
  },
  "shapes": {
    "Refused": {"type": "structure", "members": {"message": {"shape": "Name"}}, "exception": true},
    "Teapot": {"type": "structure", "members": {}, "exception": true, "error": {"httpStatusCode": 418}},
    "Broken": {"type": "structure", "members": {}, "exception": true, "fault": true},
    "PutThingInput": {
      "type": "structure", "required": ["Name"],
      "members": {
        "Size": {"shape": "Size", "documentation": "<p>Never kept.</p>"},
        "Name": {"shape": "Name"},
        "Colours": {"shape": "Colours"},
        "Tags": {"shape": "Tags"}
      }
    },
    "Name": {"type": "string", "min": 1, "max": 9, "pattern": "[<>&a-z]+"},
    "Size": {"type": "integer", "min": -1},
    "Colours": {"type": "list", "member": {"shape": "Colour"}},
    "Colour": {"type": "string", "enum": ["RED", "BLUE"]},
    "Tags": {"type": "map", "key": {"shape": "Name"}, "value": {"shape": "Colour"}}
  }
}`

func extractSmall(t *testing.T) *Model {
	t.Helper()
	m, err := Extract(strings.NewReader(small), "a test")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestExtractKeepsTheFacts(t *testing.T) {
	m := extractSmall(t)
	want := &Model{
		Source: "a test", ServiceID: "Tiny", Target: "Tiny_1", SigningName: "tiny",
		Operations: []Operation{
			{Name: "GetThing", Input: "PutThingInput", Output: "PutThingInput"},
			{Name: "PutThing", Input: "PutThingInput", Errors: []string{"Broken", "Refused"}},
		},
		Shapes: []Shape{
			{Name: "Broken", Type: "structure", Status: 500},
			{Name: "Colour", Type: "string", Enum: []string{"RED", "BLUE"}},
			{Name: "Colours", Type: "list", Element: "Colour"},
			{Name: "Name", Type: "string", Min: new(int64(1)), Max: new(int64(9)), Pattern: "[<>&a-z]+"},
			{Name: "PutThingInput", Type: "structure", Members: []Member{
				{Name: "Size", Shape: "Size"},
				{Name: "Name", Shape: "Name", Required: true},
				{Name: "Colours", Shape: "Colours"},
				{Name: "Tags", Shape: "Tags"},
			}},
			{Name: "Refused", Type: "structure", Members: []Member{{Name: "message", Shape: "Name"}}, Status: 400},
			{Name: "Size", Type: "integer", Min: new(int64(-1))},
			{Name: "Tags", Type: "map", Key: "Name", Element: "Colour"},
			{Name: "Teapot", Type: "structure", Status: 418},
		},
	}
	if !reflect.DeepEqual(m, want) {
		t.Errorf("got\n%+v\nwant\n%+v", m, want)
	}
}

// What the query protocol has besides.
func TestExtractKeepsTheFactsOfQuery(t *testing.T) {
	text := strings.NewReplacer(
		`"protocol": "json"`, `"protocol": "query", "apiVersion": "2020-01-02", "xmlNamespace": "urn:tiny"`,
		`"output": {"shape": "PutThingInput"}`, `"output": {"shape": "PutThingInput", "resultWrapper": "GetThingResult"}, "authtype": "none", "auth": ["x"]`,
		`"error": {"httpStatusCode": 418}`, `"error": {"httpStatusCode": 418, "code": "Kettle", "senderFault": true}`,
		`"pattern": "[<>&a-z]+"`, `"pattern": "[\\u0009<>&a-z]+", "sensitive": true`,
	).Replace(small)
	m, err := Extract(strings.NewReader(text), "a test")
	if err != nil {
		t.Fatal(err)
	}
	if m.Version != "2020-01-02" || m.Namespace != "urn:tiny" || !m.Operations[0].Unsigned || m.Operations[1].Unsigned {
		t.Errorf("got %+v", m)
	}
	if m.Shape("Teapot").Code != "Kettle" || m.Shape("Broken").Code != "" || !m.Shape("Name").Sensitive {
		t.Errorf("got %+v", m.Shapes)
	}
	var b bytes.Buffer
	if err := m.Write(&b); err != nil {
		t.Fatal(err)
	}
	if again, err := Read(&b); err != nil || !reflect.DeepEqual(again, m) {
		t.Errorf("got %+v, %v", again, err)
	}
	if _, err := Extract(strings.NewReader(strings.Replace(text, "GetThingResult", "Other", 1)), ""); err == nil {
		t.Error("an answer whose element is not the usual one was taken")
	}
}

func TestReadGivesBackWhatWasWritten(t *testing.T) {
	m := extractSmall(t)
	var first, second bytes.Buffer
	if err := m.Write(&first); err != nil {
		t.Fatal(err)
	}
	again, err := Read(bytes.NewReader(first.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(again, m) {
		t.Errorf("got\n%+v\nwant\n%+v", again, m)
	}
	if err := again.Write(&second); err != nil {
		t.Fatal(err)
	}
	if first.String() != second.String() {
		t.Errorf("written once:\n%s\nwritten again:\n%s", &first, &second)
	}
	if text := first.String(); strings.Contains(text, "Never kept") || !strings.Contains(text, "[<>&a-z]+") {
		t.Errorf("documentation kept, or a pattern escaped:\n%s", text)
	}
}

func TestExtractRefuses(t *testing.T) {
	f := func(what, with, want string) {
		t.Helper()
		text := strings.Replace(small, what, with, 1)
		if text == small {
			t.Fatalf("the model has no %s", what)
		}
		if _, err := Extract(strings.NewReader(text), ""); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s instead of %s: got %v, want %s", with, what, err, want)
		}
	}
	f(`"protocol": "json"`, `"protocol": "ec2"`, `protocol "ec2"`)
	f(`"members": {}`, `"members": {}, "union": true`, `Teapot: json: unknown field "union"`)
	f(`{"shape": "Size", `, `{"shape": "Size", "location": "header", `, `Size: json: unknown field "location"`)
	f(`"http":`, `"idempotent":`, `PutThing: json: unknown field "idempotent"`)
	f(`"type": "integer"`, `"type": "bigdecimal"`, `shape Size: type "bigdecimal" is not known`)
	f(`{"shape": "Size"`, `{"shape": "Sizes"`, `uses "Sizes", which is not there`)
	f(`{"shape": "Broken"}`, `{"shape": "Brokens"}`, `operation PutThing: "Brokens" is not a structure`)
	f(`{"shape": "Broken"}`, `{"shape": "Name"}`, `operation PutThing: "Name" is not a structure`)
	f(`"[<>&a-z]+"`, `"[<>&a-z+"`, `shape Name: pattern: `)
	f(`"key": {"shape": "Name"}`, `"key": {"shape": "Size"}`, `the key of a map is not a string`)
	f(`"member": {"shape": "Colour"}`, `"min": 1`, `a list without an element`)
	f(`"operations": {`, `"operations": [], "x": {`, `not an object`)
	f(`"version"`, `version`, `parse service model`)
}

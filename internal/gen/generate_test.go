package main

import (
	"bytes"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/gen/model"
)

func TestCommittedFilesAreWhatIsGenerated(t *testing.T) {
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range services {
		m, err := s.model(root)
		if err != nil {
			t.Fatal(err)
		}
		files, err := generate(s, m)
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range files {
			got, err := os.ReadFile(filepath.Join(s.packageDir(root), name))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s/%s differs from what make generate writes", s.pkg, name)
			}
		}
		committed, err := filepath.Glob(filepath.Join(s.packageDir(root), "zz_generated_*"))
		if err != nil || len(committed) != len(files) {
			t.Errorf("%s has %d generated files, want %d", s.pkg, len(committed), len(files))
		}
	}
}

func TestCommittedModelIsWhatWouldBeWritten(t *testing.T) {
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range services {
		m, err := s.model(root)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := m.Write(&b); err != nil {
			t.Fatal(err)
		}
		committed, err := os.ReadFile(s.modelFile(root))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(b.Bytes(), committed) {
			t.Errorf("models/%s.json was edited by hand", s.pkg)
		}
	}
}

// nested has all that is unusual: shapes that contain themselves, a structure
// that is both input and output, an operation with neither, an event stream, a
// pattern with a back quote.
func nested() *model.Model {
	return &model.Model{
		Source: "a test", ServiceID: "Nested", Target: "Nested_20200101",
		Operations: []model.Operation{
			{Name: "Echo", Input: "Value", Output: "Value"},
			{Name: "Listen", Output: "Events"},
			{Name: "Ping"},
		},
		Shapes: []model.Shape{
			{Name: "Broken", Type: "structure", Members: []model.Member{{Name: "message", Shape: "text"}}, Status: 500},
			{Name: "Events", Type: "structure", EventStream: true, Members: []model.Member{{Name: "Value", Shape: "Value"}, {Name: "Broken", Shape: "Broken"}}},
			{Name: "Unused", Type: "string"},
			{Name: "Value", Type: "structure", Event: true, Members: []model.Member{
				{Name: "L", Shape: "Values"}, {Name: "M", Shape: "ValueMap"}, {Name: "Self", Shape: "Value"},
				{Name: "S", Shape: "text", Required: true}, {Name: "T", Shape: "When"},
			}},
			{Name: "ValueMap", Type: "map", Key: "text", Element: "Value"},
			{Name: "Values", Type: "list", Element: "Value", Max: new(int64(3))},
			{Name: "When", Type: "timestamp"},
			{Name: "text", Type: "string", Min: new(int64(-1)), Pattern: "[`a-z]+"},
		},
	}
}

func TestGeneratedCodeCompilesWhereShapesContainThemselves(t *testing.T) {
	files, err := generate(service{pkg: "nested"}, nested())
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	var parsed []*ast.File
	for name, text := range files {
		f, err := parser.ParseFile(fset, name, text, 0)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, f)
	}
	config := types.Config{Importer: importer.ForCompiler(fset, "source", nil)}
	if _, err := config.Check("nested", fset, parsed, nil); err != nil {
		t.Fatal(err)
	}
	schema, shapes := string(files["zz_generated_schema.go"]), string(files["zz_generated_shapes.go"])
	f := func(in, want string) {
		t.Helper()
		if !strings.Contains(in, want) {
			t.Errorf("no %q in\n%s", want, in)
		}
	}
	f(schema, "func init() {\n\tshapeValue.Members[2].Shape = &shapeValue\n\tshapeValueMap.Element = &shapeValue\n\tshapeValues.Element = &shapeValue\n}")
	f(schema, `Constraints: awsapi.Constraints{Min: &boundMinus1, Pattern: &awsapi.Pattern{Text: "[`+"`"+`a-z]+"}}`)
	f(schema, `Class: "com.amazonaws.nested.v20200101.Value"`)
	f(shapes, "// Value is the input of Echo and the output of Echo.")
	f(shapes, "M    map[string]Value")
	f(shapes, "L    []Value // at most 3")
	f(shapes, "Broken *awsapi.Error")
	f(shapes, "// PingOutput is empty: Ping has no output.\ntype PingOutput struct{}")
	if strings.Contains(schema, "Unused") {
		t.Error("a shape that no operation reaches was generated")
	}
}

func TestGenerateRefuses(t *testing.T) {
	f := func(want string, enums map[string][]string, change func(*model.Model)) {
		t.Helper()
		m := nested()
		change(m)
		if _, err := generate(service{pkg: "nested", enums: enums}, m); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	f("Service would be both a structure and the service", nil, func(m *model.Model) {
		m.Operations[0].Input = "Service"
		m.Shapes = append(m.Shapes, model.Shape{Name: "Service", Type: "structure"})
	})
	enum := func(m *model.Model) {
		m.Shapes[6].Type = "string"
		m.Shapes[6].Enum = []string{"A_B", "a.b"}
	}
	f("WhenAB would be both a value of When and a value of When", nil, enum)
	f("the order of When does not have the model's values", map[string][]string{"When": {"a.b"}}, enum)
	f("the order of Gone does not have the model's values", map[string][]string{"Gone": {"a.b"}}, enum)
}

func TestEnumConstant(t *testing.T) {
	f := func(enum, value, want string) {
		t.Helper()
		if got := enumConstant(enum, value); got != want {
			t.Errorf("%s of %s: got %s, want %s", value, enum, got, want)
		}
	}
	f("ShardFilterType", "AT_LATEST", "ShardFilterTypeAtLatest")
	f("MetricsName", "IncomingBytes", "MetricsNameIncomingBytes")
	f("ChannelDestinationType", "S3_TABLES", "ChannelDestinationTypeS3Tables")
	f("keyType", "aws:kms", "KeyTypeAwsKms")
}

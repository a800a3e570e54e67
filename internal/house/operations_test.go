package house

import (
	"go/ast"
	"path"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// TestOneOperationPerFile: an operation lies in the file of its name, so that
// put_records.go is PutRecords and nothing else.
func TestOneOperationPerFile(t *testing.T) {
	for _, s := range load(t).sources {
		if s.test || !slices.Contains(services, s.room) {
			continue
		}
		for _, op := range operationsIn(s) {
			if want := fileOf(op); path.Base(s.path) != want {
				t.Errorf("%s holds operation %s, which belongs in %s", s.path, op, want)
			}
		}
	}
}

// operationsIn names the methods of Service in s that take a Caller and an
// input: func (s *Service) Op(ctx, access.Caller, *x.OpInput) (*x.OpOutput, error).
func operationsIn(s *source) []string {
	var ops []string
	for _, d := range s.ast.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Recv == nil || !f.Name.IsExported() || f.Type.Params.NumFields() != 3 || f.Type.Results.NumFields() != 2 {
			continue
		}
		if receiver(f) != "Service" || !isSelector(f.Type.Params.List[1].Type, "access", "Caller") {
			continue
		}
		ops = append(ops, f.Name.Name)
	}
	return ops
}

func receiver(f *ast.FuncDecl) string {
	e := f.Recv.List[0].Type
	if star, ok := e.(*ast.StarExpr); ok {
		e = star.X
	}
	if id, ok := e.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

func isSelector(e ast.Expr, pkg, name string) bool {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	id, ok := sel.X.(*ast.Ident)
	return ok && id.Name == pkg && sel.Sel.Name == name
}

// fileOf returns the file in which an operation lies.
func fileOf(op string) string {
	var b strings.Builder
	for i, r := range op {
		if i > 0 && unicode.IsUpper(r) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String() + ".go"
}

func TestFileOf(t *testing.T) {
	f := func(op, want string) {
		t.Helper()
		if got := fileOf(op); got != want {
			t.Errorf("fileOf(%s) = %s, want %s", op, got, want)
		}
	}
	f("PutRecords", "put_records.go")
	f("ListShards", "list_shards.go")
}

package reference

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// remarkable are words by which a paragraph says what a user of AWS should know.
var remarkable = regexp.MustCompile(`(?i)\b(unlike AWS|not documented|not established|not confirmed|not known|not supported)\b`)

// readRemarks returns the remarks in the file of an operation in its room; none if
// there is no such file.
func (of Page) readRemarks(tree fs.FS, op string) ([]string, error) {
	name := of.Room + "/" + fileOf(op)
	text, err := fs.ReadFile(tree, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	var remarks []string
	for _, group := range file.Comments {
		for paragraph := range strings.SplitSeq(group.Text(), "\n\n") {
			if text := oneLine(paragraph); remarkable.MatchString(text) {
				remarks = append(remarks, text)
			}
		}
	}
	return remarks, nil
}

// fileOf is the file in which an operation lies: put_records.go.
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

// readRoutes returns which operations the server answers: those that are named
// in its routes.
func (of Page) readRoutes(tree fs.FS) (map[string]bool, error) {
	text, err := fs.ReadFile(tree, of.Routes)
	if err != nil {
		return nil, err
	}
	routes := map[string]bool{}
	for _, m := range regexp.MustCompile(`\b`+of.Package+`\.Op(\w+)`).FindAllSubmatch(text, -1) {
		routes[string(m[1])] = true
	}
	return routes, nil
}

// readGiven returns the exceptions that some operation can give: those that its room
// or internal/wire makes.
func (of Page) readGiven(tree fs.FS) (map[string]bool, error) {
	made := regexp.MustCompile(`\b` + of.Package + `\.(\w+Exception|KMSOptInRequired)\(|Errorf\("(\w+)"`)
	given := map[string]bool{"InternalFailureException": true} // whatever else goes wrong
	for _, room := range []string{of.Room, "internal/wire"} {
		names, err := fs.Glob(tree, room+"/*.go")
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			text, err := fs.ReadFile(tree, name)
			if err != nil {
				return nil, err
			}
			for _, m := range made.FindAllSubmatch(text, -1) {
				given[string(m[1])+string(m[2])] = true
			}
		}
	}
	return given, nil
}

// rateScopes are the words for the scopes of internal/limits.
var rateScopes = map[string]string{
	"PerAccount": "per account", "PerStream": "per stream", "PerShard": "per shard", "PerConsumer": "per consumer and shard",
}

// readRates returns the calls a second that AWS allows, in words, from the table
// rates of internal/limits.
func readRates(tree fs.FS) (map[string]string, error) {
	names, err := fs.Glob(tree, "internal/limits/*.go")
	if err != nil {
		return nil, err
	}
	var files []*ast.File
	for _, name := range names {
		text, err := fs.ReadFile(tree, name)
		if err != nil {
			return nil, err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, 0)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	numbers, rates := map[string]string{}, map[string]string{}
	for _, file := range files {
		eachValue(file, func(name string, value ast.Expr) {
			if n, ok := value.(*ast.BasicLit); ok && n.Kind == token.INT {
				numbers[name] = n.Value
			}
		})
	}
	for _, file := range files {
		eachValue(file, func(name string, value ast.Expr) {
			if table, ok := value.(*ast.CompositeLit); ok && name == "rates" {
				noteRates(table, numbers, rates)
			}
		})
	}
	return rates, nil
}

// eachValue visits the constants and variables of a file that have a value.
func eachValue(file *ast.File, visit func(name string, value ast.Expr)) {
	for _, d := range file.Decls {
		decl, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range decl.Specs {
			if v, ok := spec.(*ast.ValueSpec); ok {
				for i := range min(len(v.Names), len(v.Values)) {
					visit(v.Names[i].Name, v.Values[i])
				}
			}
		}
	}
}

// noteRates reads the entries "Operation": {5, PerAccount}.
func noteRates(table *ast.CompositeLit, numbers, rates map[string]string) {
	for _, e := range table.Elts {
		entry, ok := e.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		key, isKey := entry.Key.(*ast.BasicLit)
		rate, isRate := entry.Value.(*ast.CompositeLit)
		if !isKey || !isRate || len(rate.Elts) != 2 {
			continue
		}
		op, err := strconv.Unquote(key.Value)
		scope, isScope := rate.Elts[1].(*ast.Ident)
		if err != nil || !isScope {
			continue
		}
		n := ""
		switch v := rate.Elts[0].(type) {
		case *ast.BasicLit:
			n = v.Value
		case *ast.Ident:
			n = numbers[v.Name]
		}
		if n != "" && rateScopes[scope.Name] != "" {
			calls := " calls"
			if n == "1" {
				calls = " call"
			}
			rates[op] = n + calls + " a second " + rateScopes[scope.Name]
		}
	}
}

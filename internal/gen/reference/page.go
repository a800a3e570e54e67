package reference

import (
	"bytes"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/freshet/freshet/internal/gen/model"
)

// Page is the page of one service, and where to look for what it says.
type Page struct {
	// File is its place in the module's folder, and Title what the service is called.
	File, Title string
	// Package is the generated package below internal/awsapi; Room is where its
	// operations lie, and Routes the file that names those that are answered.
	Package, Room, Routes string
	// Codecs says in which encodings the tests run; it may be empty.
	Codecs string
	// Shared is for the page that has the rules of every operation.
	Shared bool
}

// page is what the Markdown is written from.
type page struct {
	Page
	model  *model.Model
	rules  []rule
	routes map[string]bool
	rates  map[string]string
	// given are the exceptions that some operation can give.
	given map[string]bool
	// remarks are by operation.
	remarks map[string][]string
}

// Operations returns the page, from the sources in tree, the folder of the module.
// m is the service's model, one of all.
func (of Page) Operations(tree fs.FS, m *model.Model, all []*model.Model) ([]byte, error) {
	p := &page{Page: of, model: m, remarks: map[string][]string{}}
	var known []string
	for _, m := range all {
		known = append(known, namesOf(m)...)
	}
	var err error
	if p.rules, err = readRules(tree, known); err != nil {
		return nil, err
	}
	if p.routes, err = of.readRoutes(tree); err != nil {
		return nil, err
	}
	if p.rates, err = readRates(tree); err != nil {
		return nil, err
	}
	if p.given, err = of.readGiven(tree); err != nil {
		return nil, err
	}
	for _, op := range namesOf(m) {
		if p.remarks[op], err = of.readRemarks(tree, op); err != nil {
			return nil, err
		}
		if p.routes[op] && len(p.rulesOf(op)) == 0 {
			return nil, fmt.Errorf("%s is answered, and no test of the folder conformance has a line %s about it", op, ruleMark)
		}
	}
	return p.write(), nil
}

func namesOf(m *model.Model) []string {
	var names []string
	for _, op := range m.Operations {
		names = append(names, op.Name)
	}
	return names
}

// rulesOf returns the rules that name an operation, by section.
func (p *page) rulesOf(op string) []rule {
	var rules []rule
	for _, r := range p.rules {
		if slices.Contains(r.operations, op) {
			rules = append(rules, r)
		}
	}
	slices.SortStableFunc(rules, bySection)
	return rules
}

// bySection compares 9 and 15.1 as numbers, and puts words last.
func bySection(a, b rule) int { return compareSections(a.section, b.section) }

func compareSections(a, b string) int {
	return slices.CompareFunc(strings.Split(a, "."), strings.Split(b, "."), func(x, y string) int {
		m, errM := strconv.Atoi(x)
		n, errN := strconv.Atoi(y)
		switch {
		case errM == nil && errN == nil:
			return m - n
		case errM == nil:
			return -1
		case errN == nil:
			return 1
		}
		return strings.Compare(x, y)
	})
}

func (p *page) write() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<!-- Written by make generate from the sources; do not edit. -->

# The operations of %s

What Freshet answers, operation by operation: what a client may rely on, with the test in `+"`conformance/`"+` that holds us to it, and where we
are unlike AWS or had to choose. %sMembers and bounds are those of %s.

Letters tell where a rule is from: K, kinesalite's tests found it on AWS; B, AWS's published model; L, LocalStack recorded it on AWS; C, the Kinesis
Client Library demands it; D, AWS's documentation; T, a public thread.

`, p.Title, sentence(p.Codecs), p.model.Source)
	p.overview(&b)
	if p.Shared {
		p.everywhere(&b)
	}
	for i := range p.model.Operations {
		if op := &p.model.Operations[i]; p.routes[op.Name] {
			p.operation(&b, op)
		}
	}
	return b.Bytes()
}

// sentence is text, and a blank after it if there is any.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	return text + " "
}

// overview lists what is answered, and what is not.
func (p *page) overview(b *bytes.Buffer) {
	var missing []string
	fmt.Fprint(b, "| Operation | Rules tested | AWS's rate |\n|---|---|---|\n")
	for _, op := range p.model.Operations {
		if !p.routes[op.Name] {
			missing = append(missing, op.Name)
			continue
		}
		rate := p.rates[op.Name]
		if rate == "" {
			rate = "not stated"
		}
		fmt.Fprintf(b, "| [%s](#%s) | %d | %s |\n", op.Name, strings.ToLower(op.Name), len(p.rulesOf(op.Name)), rate)
	}
	if len(missing) > 0 {
		fmt.Fprintf(b, "\nNot answered, as AWS answers an operation that it does not know: %s.\n", strings.Join(missing, ", "))
	}
	var never []string
	for _, s := range p.model.Shapes {
		if s.Status != 0 && !p.given[s.Name] {
			never = append(never, s.Name)
		}
	}
	if len(never) > 0 {
		fmt.Fprintf(b, "\nErrors of the model that no operation gives yet: %s.\n", strings.Join(never, ", "))
	}
	fmt.Fprint(b, "\n")
}

// everywhere has the rules of all operations.
func (p *page) everywhere(b *bytes.Buffer) {
	var rules []rule
	for _, r := range p.rules {
		if slices.Contains(r.operations, "*") {
			rules = append(rules, r)
		}
	}
	slices.SortStableFunc(rules, bySection)
	fmt.Fprint(b, "## Every operation\n\n")
	writeRules(b, rules)
	fmt.Fprint(b, `
Besides, every member of every operation is sent broken in every way that the model knows (absent, null, too short, too long, too low, too high, of
another pattern or enumeration, of another type), in JSON and in CBOR, and must be answered with AWS's text before anything is looked up:
`+"`internal/server/bad_input_test.go`"+`.
`)
}

func writeRules(b *bytes.Buffer, rules []rule) {
	for _, r := range rules {
		fmt.Fprintf(b, "- %s `%s`\n", r.text, r.test)
	}
}

func (p *page) operation(b *bytes.Buffer, op *model.Operation) {
	fmt.Fprintf(b, "\n## %s\n\n", op.Name)
	p.members(b, op)
	fmt.Fprintf(b, "Answers %s. ", p.answer(op))
	if rate := p.rates[op.Name]; rate != "" {
		fmt.Fprintf(b, "AWS allows %s.", rate)
	} else {
		fmt.Fprint(b, "AWS states no rate.")
	}
	fmt.Fprint(b, "\n\n")
	rules := p.rulesOf(op.Name)
	writeRules(b, rules)
	p.errors(b, op, rules)
	if remarks := p.remarks[op.Name]; len(remarks) > 0 {
		fmt.Fprint(b, "\nUnlike AWS, or not known of AWS:\n\n")
		for _, remark := range remarks {
			fmt.Fprintf(b, "- %s\n", remark)
		}
	}
}

// errors says which of the operation's errors its tests name.
func (p *page) errors(b *bytes.Buffer, op *model.Operation, rules []rule) {
	var tested, others []string
	for _, e := range slices.Sorted(slices.Values(op.Errors)) {
		if slices.ContainsFunc(rules, func(r rule) bool { return slices.Contains(r.errors, e) }) {
			tested = append(tested, e)
		} else if p.given[e] {
			others = append(others, e)
		}
	}
	if len(tested) > 0 {
		fmt.Fprintf(b, "\nErrors of the model that these tests meet: %s.\n", strings.Join(tested, ", "))
	}
	if len(others) > 0 {
		fmt.Fprintf(b, "\nErrors of the model that they do not: %s.\n", strings.Join(others, ", "))
	}
}

// answer names the members of the output.
func (p *page) answer(op *model.Operation) string {
	if op.Output == "" {
		return "an empty body"
	}
	s := p.model.Shape(op.Output)
	if len(s.Members) == 0 {
		return "no members"
	}
	var names []string
	for _, m := range s.Members {
		names = append(names, m.Name)
	}
	return strings.Join(names, ", ")
}

// members is the table of the input.
func (p *page) members(b *bytes.Buffer, op *model.Operation) {
	if op.Input == "" || len(p.model.Shape(op.Input).Members) == 0 {
		return
	}
	fmt.Fprint(b, "| Member | | Bounds |\n|---|---|---|\n")
	for _, m := range p.model.Shape(op.Input).Members {
		required := ""
		if m.Required {
			required = "required"
		}
		fmt.Fprintf(b, "| %s | %s | %s |\n", m.Name, required, p.bounds(p.model.Shape(m.Shape)))
	}
	fmt.Fprint(b, "\n")
}

// bounds is what the model says of a value, in few words.
func (p *page) bounds(s *model.Shape) string {
	parts := []string{s.Type}
	least, most := "", ""
	if s.Min != nil {
		least = strconv.FormatInt(*s.Min, 10)
	}
	if s.Max != nil {
		most = strconv.FormatInt(*s.Max, 10)
	}
	switch {
	case least != "" && most != "":
		parts = append(parts, least+" to "+most)
	case least != "":
		parts = append(parts, "at least "+least)
	case most != "":
		parts = append(parts, "at most "+most)
	}
	if s.Pattern != "" {
		parts = append(parts, "`"+strings.ReplaceAll(s.Pattern, "|", `\|`)+"`")
	}
	if len(s.Enum) > 0 {
		parts = append(parts, strings.Join(s.Enum, ", "))
	}
	return strings.Join(parts, "; ")
}

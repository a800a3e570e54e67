package config

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	freshet "github.com/freshet/freshet"
)

// initial is streams.initial: in the file a list of mappings or of texts, in the
// environment a list of texts as kinesis-mock and LocalStack read them.
type initial struct{ p *[]freshet.InitialStream }

// set reads name:shards:region,…
func (v initial) set(s string) error {
	list, err := parseInitial(s)
	if err != nil {
		return err
	}
	*v.p = list
	return nil
}

// errInitial is the rule of parseInitial.
var errInitial = errors.New("must be name:shards:region, with a comma between streams, like orders:2,parcels::eu-west-1,returns")

// parseInitial reads INITIALIZE_STREAMS: streams with commas between them, each a
// name, a number of shards, and a region, with colons between them; the last two
// may be empty or left out. As in kinesis-mock what is empty at an end is
// nothing, and what is empty elsewhere is an error. Unlike there blanks around
// a part are ignored, and an unknown region is not taken for the default one.
func parseInitial(s string) ([]freshet.InitialStream, error) {
	var list []freshet.InitialStream
	for _, item := range splitInitial(s, ",") {
		parts := splitInitial(item, ":")
		if len(parts) == 0 || len(parts) > 3 || parts[0] == "" {
			return nil, errInitial
		}
		i := freshet.InitialStream{Name: parts[0]}
		if len(parts) > 1 && parts[1] != "" {
			n, err := strconv.ParseInt(parts[1], 10, 32)
			if err != nil || n < 1 {
				return nil, fmt.Errorf("the shards of %s are %q, and must be a number above 0", i.Name, parts[1])
			}
			i.Shards = int32(n)
		}
		if len(parts) > 2 {
			i.Region = parts[2]
		}
		list = append(list, i)
	}
	return list, nil
}

// splitInitial splits as Scala does: empty parts at the end are none.
func splitInitial(s, separator string) []string {
	parts := strings.Split(s, separator)
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	for len(parts) > 0 && parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1]
	}
	return parts
}

// setNode reads a list of the file.
func (v initial) setNode(r *reader, name string, n *yaml.Node) {
	var list []freshet.InitialStream
	for _, item := range n.Content {
		switch item.Kind {
		case yaml.MappingNode:
			list = append(list, initialMapping(r, name, item))
		case yaml.ScalarNode:
			more, err := parseInitial(item.Value)
			if err != nil {
				r.fail(item, "%s: %q: %v", name, item.Value, err)
			}
			list = append(list, more...)
		default:
			r.fail(item, "%s: must be a list of streams", name)
		}
	}
	*v.p = list
}

// initialMapping reads one stream.
func initialMapping(r *reader, name string, n *yaml.Node) (i freshet.InitialStream) {
	values := map[string]value{
		"name":            text{&i.Name},
		"account":         text{&i.Account},
		"region":          text{&i.Region},
		"shards":          number{&i.Shards},
		"mode":            choice{&i.Mode, []string{"PROVISIONED", "ON_DEMAND"}},
		"retention_hours": number{&i.RetentionHours},
		"max_record_kib":  number{&i.MaxRecordKiB},
		"tags":            mapping{&i.Tags},
	}
	seen := map[string]bool{}
	for k := 0; k+1 < len(n.Content); k += 2 {
		key, child := n.Content[k].Value, n.Content[k+1]
		v, ok := values[key]
		switch {
		case !ok:
			r.fail(n.Content[k], "%s: %s: there is no such key", name, key)
		case seen[key]:
			r.fail(child, "%s: %s: is given twice", name, key)
		default:
			r.key(name+": "+key, v, child)
		}
		seen[key] = true
	}
	if !seen["name"] {
		r.fail(n, "%s: a stream must have a name", name)
	}
	return i
}

// structured is a value that the file gives as a list or mapping of its own kind.
type structured interface {
	setNode(r *reader, name string, n *yaml.Node)
}

// mapping is written as a YAML mapping of texts.
type mapping struct{ p *map[string]string }

func (v mapping) set(string) error { return errors.New("must be a mapping of names to values") }

func (v mapping) setNode(r *reader, name string, n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		r.fail(n, "%s: must be a mapping of names to values", name)
		return
	}
	all := map[string]string{}
	for k := 0; k+1 < len(n.Content); k += 2 {
		if n.Content[k].Kind != yaml.ScalarNode || n.Content[k+1].Kind != yaml.ScalarNode {
			r.fail(n.Content[k], "%s: must be a mapping of names to values", name)
			return
		}
		all[n.Content[k].Value] = n.Content[k+1].Value
	}
	*v.p = all
}

// number is a whole number above 0.
type number struct{ p *int32 }

func (v number) set(s string) error {
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil || n < 1 {
		return errors.New("must be a number above 0")
	}
	*v.p = int32(n)
	return nil
}

// initializeStreams are the variables in which other local endpoints take initial
// streams: kinesis-mock's and LocalStack's.
var initializeStreams = []string{"INITIALIZE_STREAMS", "KINESIS_INITIALIZE_STREAMS"}

// readInitializeStreams reads them. A stream without a region lies in AWS_REGION
// or AWS_DEFAULT_REGION, and all in the account AWS_ACCOUNT_ID, as there. Our own
// variable beats them, and they beat the file.
func (s *Settings) readInitializeStreams(lookup func(string) (string, bool)) []error {
	if _, ours, err := variable(Variable("streams.initial"), lookup); ours || err != nil {
		return nil // that error is told already
	}
	given := map[string]string{}
	for _, name := range initializeStreams {
		if value, ok := lookup(name); ok {
			given[value] = name
		}
	}
	if len(given) > 1 {
		return []error{fmt.Errorf("%s and %s differ: set one", initializeStreams[0], initializeStreams[1])}
	}
	for value, name := range given {
		list, err := parseInitial(value)
		if err != nil {
			return []error{broken(name, value, err)}
		}
		region := firstSet(lookup, "AWS_REGION", "AWS_DEFAULT_REGION")
		account := firstSet(lookup, "AWS_ACCOUNT_ID")
		for i := range list {
			if list[i].Region == "" {
				list[i].Region = region
			}
			list[i].Account = account
		}
		s.Server.InitialStreams = slices.Clip(list)
	}
	return nil
}

// firstSet returns the first of the variables that is set and not empty, or "".
func firstSet(lookup func(string) (string, bool), names ...string) string {
	for _, name := range names {
		if value, _ := lookup(name); value != "" {
			return value
		}
	}
	return ""
}

//go:build e2e

package clients

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"unicode"
)

// commandLine is the bridge to the AWS CLI: a process per call.
type commandLine struct {
	aws         string
	environment []string
}

var (
	cliError   = regexp.MustCompile(`An error occurred \((\w+)\) when calling the \w+ operation(?: \([^)]*\))?: (.*)`)
	cliUnknown = regexp.MustCompile(`(?i)invalid choice|Found invalid choice`)
)

func (c commandLine) call(ctx context.Context, r request) (answer, error) {
	input, err := json.Marshal(typed(r.Input))
	if err != nil {
		return answer{}, err
	}
	cmd := exec.CommandContext(ctx, c.aws, "kinesis", kebab(r.Op), "--cli-input-json", string(input), "--no-paginate", "--output", "json")
	cmd.Env = c.environment
	var out, failure bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &failure
	err = cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		return answer{}, err
	}
	said := strings.TrimSpace(failure.String())
	switch m := cliError.FindStringSubmatch(said); {
	case err == nil && out.Len() == 0:
		return answer{Output: map[string]any{}}, nil
	case err == nil:
		return read(fmt.Appendf(nil, `{"output": %s}`, out.Bytes()))
	case m != nil:
		return answer{Error: m[1], Message: m[2]}, nil
	case cliUnknown.MatchString(said):
		return answer{Unknown: true}, nil
	case strings.Contains(said, "Parameter validation failed"):
		return answer{Error: refusedByClient, Message: said}, nil
	}
	return answer{}, fmt.Errorf("aws kinesis %s: %w: %s", kebab(r.Op), err, said)
}

// kebab is the name of an operation as a command: put-records.
func kebab(op string) string {
	var b strings.Builder
	for i, r := range op {
		if i > 0 && unicode.IsUpper(r) {
			b.WriteByte('-')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// typed is a request as a person types it: version 1 of the CLI takes data as
// text.
func typed(v any) any {
	switch v := v.(type) {
	case object:
		out := map[string]any{}
		for name, member := range v {
			out[name] = typed(member)
		}
		return out
	case list:
		out := make([]any, len(v))
		for i, element := range v {
			out[i] = typed(element)
		}
		return out
	case blob:
		return string(v)
	case instant:
		return float64(v)
	}
	return v
}

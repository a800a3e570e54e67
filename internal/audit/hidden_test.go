package audit

import (
	"fmt"
	"reflect"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// models are the services whose operations make events.
var models = []*awsapi.Service{kinesis.Service}

// fill puts a marker that tells the member into every string and blob below v, and
// notes the paths. Shapes that contain themselves end at the third time.
func fill(s *awsapi.Shape, v reflect.Value, path string, markers map[string]string, depth int) {
	if depth > 12 {
		return
	}
	mark := func() string {
		m := fmt.Sprintf("marker%dx", len(markers))
		markers[m] = path
		return m
	}
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	switch s.Kind {
	case awsapi.Structure:
		for i := range s.Members {
			if m := &s.Members[i]; !m.Shape.EventStream {
				fill(m.Shape, v.Field(m.Field), path+"."+m.Name, markers, depth+1)
			}
		}
	case awsapi.List:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(s.Element, v.Index(0), path+"[]", markers, depth+1)
	case awsapi.Map:
		v.Set(reflect.MakeMap(v.Type()))
		value := reflect.New(v.Type().Elem()).Elem()
		fill(s.Element, value, path+"{}", markers, depth+1)
		v.SetMapIndex(reflect.ValueOf("tag").Convert(v.Type().Key()), value)
	case awsapi.String:
		v.SetString(mark())
	case awsapi.Blob:
		v.SetBytes([]byte(mark()))
	case awsapi.Integer, awsapi.Long:
		v.SetInt(7)
	case awsapi.Boolean:
		v.SetBool(true)
	case awsapi.Timestamp:
		v.Set(reflect.ValueOf(time.Unix(0, 0)))
	}
}

// What an event shows of every operation's input and output. A member that the list
// has not is new: whoever adds it looks whether it holds data or a secret, and either
// hidden.go hides it or the list is written anew.
func TestMembersThatAreShown(t *testing.T) {
	var list []string
	for _, service := range models {
		for _, op := range service.Operations {
			c := allowed(op.Name, nil, nil)
			c.Service = service.SigningName
			markers := map[string]string{}
			in := op.NewInput()
			fill(op.Input, reflect.ValueOf(in).Elem(), "input", markers, 0)
			c.Input = Parameters{op.Input, in}
			if op.NewOutput != nil {
				out := op.NewOutput()
				fill(op.Output, reflect.ValueOf(out).Elem(), "output", markers, 0)
				c.Output = Parameters{op.Output, out}
			}
			line := string(c.line(noon, additional{}))
			decoded(t, line)
			var shown []string
			for marker, path := range markers {
				if strings.Contains(line, marker) {
					shown = append(shown, path)
					checkInnocent(t, op.Name, path)
				}
			}
			sort.Strings(shown)
			list = append(list, fmt.Sprintf("%s:%s  %s\n", service.SigningName, op.Name, strings.Join(shown, " ")))
		}
	}
	golden(t, "shown.txt", strings.Join(list, ""))
}

// checkInnocent knows nothing of hidden.go: these words are never shown.
func checkInnocent(t *testing.T, op, path string) {
	t.Helper()
	for _, word := range []string{"Data", "PartitionKey", "ExplicitHashKey", "ShardIterator", "Secret", "Token", "Password"} {
		if strings.Contains(strings.TrimSuffix(path, "ShardIteratorType"), word) {
			t.Errorf("%s shows %s", op, path)
		}
	}
}

func TestSecretsOfUntypedValuesAreHidden(t *testing.T) {
	type key struct {
		AccessKeyID     string `json:"accessKeyId"`
		SecretAccessKey string `json:"secretAccessKey"`
	}
	p := Parameters{Value: map[string]any{"user": "alice", "keys": []key{{"AKIA", "hush"}}, "tags": map[string]string{"db-password": "hush"}}}
	got := string(p.show())
	if strings.Contains(got, "hush") || !strings.Contains(got, "AKIA") || !strings.Contains(got, "alice") {
		t.Errorf("%s", got)
	}
}

// A key's secret is a string of its own type, shown once to who made the key.
func TestSecretOfANewKeyIsHidden(t *testing.T) {
	type shownOnce string
	type newKey struct {
		ID     string    `json:"id"`
		Secret shownOnce `json:"secret"`
	}
	c := &Call{Service: "freshet", Operation: "CreateKey", Output: Parameters{Value: &newKey{"AKIANEW", "hush"}}}
	if line := string(c.line(noon, additional{})); strings.Contains(line, "hush") || !strings.Contains(line, "AKIANEW") {
		t.Error(line)
	}
}

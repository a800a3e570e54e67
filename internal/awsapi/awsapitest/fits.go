package awsapitest

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/freshet/freshet/internal/awsapi"
)

var scalars = map[awsapi.Kind]reflect.Type{
	awsapi.Blob: reflect.TypeFor[[]byte](), awsapi.Integer: reflect.TypeFor[int32](), awsapi.Long: reflect.TypeFor[int64](),
	awsapi.Boolean: reflect.TypeFor[bool](), awsapi.Timestamp: reflect.TypeFor[time.Time](),
}

// checkFits reports where the Go type is not what package awsapi says of the shape.
func checkFits(t *testing.T, path string, s *awsapi.Shape, goType reflect.Type) {
	t.Helper()
	fits := true
	switch {
	case s.Fault != 0:
		fits = goType == reflect.TypeFor[awsapi.Error]()
	case s.Kind == awsapi.Structure:
		checkMembers(t, path, s, goType)
	case s.Kind == awsapi.List:
		checkFits(t, path+"[]", s.Element, goType.Elem())
	case s.Kind == awsapi.Map:
		fits = goType.Key().Kind() == reflect.String
		checkFits(t, path+"{}", s.Element, goType.Elem())
	case s.Kind == awsapi.String:
		fits = goType.Kind() == reflect.String && (s.Enum != nil) == (goType.Name() == s.Name)
	default:
		fits = goType == scalars[s.Kind]
	}
	if !fits {
		t.Errorf("%s: %s does not fit %s", path, goType, s.Name)
	}
}

func checkMembers(t *testing.T, path string, s *awsapi.Shape, goType reflect.Type) {
	t.Helper()
	if goType.NumField() != len(s.Members) || goType.Name() != s.Name {
		t.Errorf("%s: %s has %d fields, %s has %d members", path, goType, goType.NumField(), s.Name, len(s.Members))
		return
	}
	for _, m := range s.Members {
		field := goType.Field(m.Field)
		fieldType := field.Type
		if fieldType.Kind() == reflect.Pointer {
			fieldType = fieldType.Elem()
		} else if k := fieldType.Kind(); k != reflect.Slice && k != reflect.Map {
			t.Errorf("%s: %s cannot be absent", path, field.Name)
		}
		if field.Name != strings.ToUpper(m.Name[:1])+m.Name[1:] {
			t.Errorf("%s: member %s is kept in %s", path, m.Name, field.Name)
		}
		checkFits(t, path+"."+m.Name, m.Shape, fieldType)
	}
}

// CheckService reports where the Go structures of a service's operations are not what
// package awsapi says of their shapes.
func CheckService(t *testing.T, s *awsapi.Service) {
	t.Helper()
	for _, op := range s.Operations {
		checkFits(t, op.Name+" input", op.Input, reflect.TypeOf(op.NewInput()).Elem())
		if (op.Output == nil) != (op.NewOutput == nil) {
			t.Errorf("%s: has only one of Output and NewOutput", op.Name)
		}
		if op.Output != nil {
			checkFits(t, op.Name+" output", op.Output, reflect.TypeOf(op.NewOutput()).Elem())
		}
	}
}

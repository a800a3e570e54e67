package identity

import (
	"reflect"
	"strings"
)

// Action is what policies call the operation that takes in, a pointer to a request of
// extapi: freshet: and the name of the request. It is derived from that, here and
// nowhere else, so that no operation can go by another's name.
func Action(in any) string { return "freshet:" + Operation(reflect.TypeOf(in).Elem()) }

// Operation is the name of the operation that takes requests of type t.
func Operation(t reflect.Type) string {
	name, ok := strings.CutSuffix(t.Name(), "Request")
	if !ok {
		panic("BUG: identity: " + t.String() + " is no request")
	}
	return name
}

package wire

import (
	"net/http"
	"strings"

	"github.com/freshet/freshet/internal/wire/awsjson"
	"github.com/freshet/freshet/internal/wire/convert"
)

// The answers of data-streams.md, section 1.4, to requests that are judged before
// their body is understood. Text is kinesalite's, recorded on AWS.
const (
	textAccessDenied = "<AccessDeniedException>\n" +
		"  <Message>Unable to determine service/operation name to be authorized</Message>\n" +
		"</AccessDeniedException>\n"
	textUnknownOperation = "<UnknownOperationException/>\n"

	textDeadEndMalformed = `{"Output":{"__type":"com.amazon.coral.service#SerializationException"},"Version":"1.0"}`
	textDeadEndUnknown   = `{"Output":{"__type":"com.amazon.coral.service#UnknownOperationException"},"Version":"1.0"}`
)

// accessDenied answers what is no call of an operation.
func (x *exchange) accessDenied() {
	x.code = "AccessDeniedException"
	x.reply(http.StatusForbidden, "", []byte(textAccessDenied))
}

// emptyBody answers a request without a body: in JSON if it says JSON, else in
// CBOR, whatever it says. It is judged before credentials are.
func (x *exchange) emptyBody(route *Route) {
	if x.encoding != jsonEncoding {
		x.encoding = cborEncoding
	}
	if route == nil {
		x.fail(unknownOperation())
		return
	}
	x.fail(convert.Malformed())
}

// noEncoding answers a body of a content type that we do not know.
func (x *exchange) noEncoding(target string) {
	service, operation, _ := strings.Cut(target, ".")
	if service == "" || operation == "" {
		x.accessDenied()
		return
	}
	x.code = "UnknownOperationException"
	x.reply(http.StatusNotFound, "", []byte(textUnknownOperation))
}

// deadEnd answers a body that says application/json, which never leads to an
// operation.
func (x *exchange) deadEnd() {
	if !x.cut && !awsjson.Valid(x.body.buf.B) {
		x.code = "SerializationException"
		x.reply(http.StatusBadRequest, "application/json", []byte(textDeadEndMalformed))
		return
	}
	x.code = "UnknownOperationException"
	x.reply(http.StatusNotFound, "application/json", []byte(textDeadEndUnknown))
}

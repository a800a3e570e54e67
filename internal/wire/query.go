package wire

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/wire/awsquery"
	"github.com/freshet/freshet/internal/wire/sigv4"
)

// queryType is the content type of requests of the query protocol.
const queryType = "application/x-www-form-urlencoded"

// queryEncoding marks a request of the query protocol. Its bodies are read and written
// by package awsquery, which must know more of the request than the others.
var queryEncoding = &encoding{contentType: "text/xml", index: -1}

// queryName finds a route of the query protocol: the parameters Version and Action.
// No two services have the same version. What the request was signed for plays no part
// in it: it must be the service that was found.
type queryName struct{ version, action string }

func queryNameOf(op *awsapi.Operation) queryName { return queryName{op.Service.Version, op.Name} }

// isQuery reports whether the request is one of the query protocol: a form without a
// target, or a GET that names an action, as presigned requests do.
func (x *exchange) isQuery() bool {
	switch {
	case len(x.mux.queries) == 0:
		return false
	case x.r.Method == http.MethodPost:
		return contentTypeOf(x.r.Header) == queryType && header(x.r.Header, "X-Amz-Target") == ""
	}
	return x.r.Method == http.MethodGet && x.r.ContentLength == 0 && strings.Contains("&"+x.r.URL.RawQuery, "&Action=")
}

// query goes through AWS's checks for the query protocol. Their order is not
// documented: that an action must be known before anybody asks who calls was seen of
// services that speak it.
//
// Who signs is looked at before the body is read, as for the other protocols, and of a
// request that nobody signed no more than maxRefused is read.
func (x *exchange) query() {
	x.encoding = queryEncoding
	if x.isForeign() {
		x.hangUp()
		x.fail(&awsapi.Error{Code: "AccessDenied", Message: "Pages of other sites may not make requests.", Status: http.StatusForbidden})
		return
	}
	x.mux.verifier.begin(&x.proof, x.r, "", x.start)
	x.body.refused = x.proof.err != nil
	if !x.readBody() {
		return
	}
	x.judgeQuery()
	if x.cut {
		x.drain()
	}
}

// judgeQuery finds the operation and goes on with it.
func (x *exchange) judgeQuery() {
	text := x.r.URL.RawQuery
	if x.r.Method == http.MethodPost {
		text = string(x.body.buf.B) // what is decoded aliases it
	}
	if x.cut {
		x.refuse(x.proof.err)
		return
	}
	var err error
	if x.parameters, err = awsquery.Parse(text); err != nil {
		x.fail(err)
		return
	}
	action, _ := x.parameters.Get("Action")
	version, versioned := x.parameters.Get("Version")
	if action == "" { // AWS's other protocols have an answer for forms
		x.encoding = nil
		if text == "" {
			x.emptyBody(nil)
		} else {
			x.accessDenied()
		}
		return
	}
	name := queryName{version, action}
	if x.route = x.mux.queries[name]; x.route == nil {
		x.unrouted = x.mux.knownQueries[name]
		x.beginRecord()
		x.fail(noSuchAction(action, version, versioned))
		return
	}
	x.beginRecord()
	if x.route.op.Unsigned {
		x.perform(x.mux.options.Anonymous(x.r))
		return
	}
	x.proof.isFor(x.route.op.Service.SigningName)
	x.authenticate()
}

// queryInput decodes and validates the parameters.
func (x *exchange) queryInput() (any, error) {
	in, shape := x.route.newInput(), x.route.op.Input
	size := len(x.body.buf.B) + len(x.r.URL.RawQuery)
	if err := awsquery.Decode(x.parameters, size, shape, in); err != nil {
		return nil, err
	}
	if e := Validate(shape, in); e != nil {
		return nil, e
	}
	return in, nil
}

// isForeign reports whether a page of another site made a browser send the request,
// for which it needs no preflight in this protocol. With Options.AnyOrigin it may: it
// has no key that is good.
func (x *exchange) isForeign() bool {
	if x.mux.options.AnyOrigin {
		return false
	}
	if origin := x.r.Header.Get("Origin"); origin != "" {
		return !x.mux.options.AllowOrigin(origin)
	}
	site := x.r.Header.Get("Sec-Fetch-Site")
	return site != "" && site != "same-origin" && site != "none"
}

// noSuchAction is AWS's text (seen of SES).
func noSuchAction(action, version string, versioned bool) *awsapi.Error {
	if !versioned {
		version = "NO_VERSION_SPECIFIED"
	}
	return awsapi.Errorf("InvalidAction", "Could not find operation %.128s for version %.32s", url.QueryEscape(action), url.QueryEscape(version))
}

// forQuery names an error of authentication as services of the query protocol do.
func forQuery(err error) error {
	if e, ok := errors.AsType[*awsapi.Error](err); ok {
		return sigv4.ForQuery(e)
	}
	return err
}

// queryCodes are the names and the status that errors have in the query protocol which
// others call otherwise (STS API reference, common errors; MalformedInput was seen).
var queryCodes = map[string]awsapi.Error{
	"AccessDeniedException":  {Code: "AccessDenied", Status: http.StatusForbidden},
	"ThrottlingException":    {Code: "Throttling", Status: http.StatusBadRequest},
	"ValidationException":    {Code: "ValidationError", Status: http.StatusBadRequest},
	"SerializationException": {Code: "MalformedInput", Status: http.StatusBadRequest},
}

func namedForQuery(e *awsapi.Error) *awsapi.Error {
	in, ok := queryCodes[e.Code]
	if !ok {
		return e
	}
	return &awsapi.Error{Code: in.Code, Message: e.Message, Status: in.Status, Cause: e.Cause}
}

// appendError writes an error in the request's encoding.
func (x *exchange) appendError(dst []byte, e *awsapi.Error) []byte {
	if x.encoding != queryEncoding {
		return x.encoding.appendError(dst, e)
	}
	var service *awsapi.Service
	if op := x.asked(); op != nil {
		service = op.Service
	}
	return awsquery.AppendError(dst, service, e, x.requestID)
}

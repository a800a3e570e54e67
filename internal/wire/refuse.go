package wire

import (
	"net/http"
	"time"

	"github.com/freshet/freshet/internal/awsapi"
)

// Refuse answers r with e, in the encoding of its content type, without a look at
// what it asks for: its body is not read, and an HTTP/1 connection ends with the
// answer. It is for what is wrong with a request whatever it says, and is observed
// like any other answer.
func (m *Mux) Refuse(w http.ResponseWriter, r *http.Request, e *awsapi.Error) {
	x := exchange{mux: m, w: w, r: r, start: time.Now()}
	defer x.end()
	x.identify()
	x.cors()
	contentType := contentTypeOf(r.Header)
	if x.encoding = encodingOf(contentType); x.encoding == nil {
		x.encoding = jsonEncoding
	}
	if contentType == queryType {
		x.encoding = queryEncoding
	}
	x.hangUp()
	x.fail(e)
}

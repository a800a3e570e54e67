package server

import (
	"net/http"
	"strings"

	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/wire"
)

// textPlaintext tells the user of an endpoint what to mend in it.
const textPlaintext = "This server answers over TLS only: write https:// instead of http:// in the endpoint."

// errPlaintext is named after the condition key aws:SecureTransport. AWS's
// endpoints of Kinesis take no plaintext, so there is no error of theirs for it.
var errPlaintext = &awsapi.Error{Code: "SecureTransportRequired", Status: http.StatusBadRequest, Message: textPlaintext}

// mayBePlain reports whether r may be answered without TLS, where that is not
// allowed to others. Probes of containers and balancers speak plaintext, know no
// authority of ours, and learn nothing but whether the server lives.
func mayBePlain(r *http.Request) bool {
	return r.URL.Path == healthPath || r.URL.Path == readyPath
}

// refusePlaintext answers a request that came without TLS in words that its client
// understands.
func refusePlaintext(api *wire.Mux, w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/_") {
		w.Header().Set("Connection", "close")
		refuse(w, http.StatusBadRequest, textPlaintext)
		return
	}
	api.Refuse(w, r, errPlaintext)
}

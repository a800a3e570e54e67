package server

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"

	"github.com/freshet/freshet/internal/access"
)

// extensionService is what requests to the extension API are signed for, and what
// the actions that policies speak of begin with.
const extensionService = "freshet"

// isSigned reports whether r says in its header that it was signed.
func isSigned(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-")
}

// admitSigner returns the caller that who signed r is, if policies allow him the
// action of that name, or answers why he is not admitted.
func (s *Server) admitSigner(name string, w http.ResponseWriter, r *http.Request) (access.Caller, bool) {
	if !s.isOpen(w) {
		return access.Caller{}, false // who there is may not be known yet
	}
	who, err := s.api.Identify(w, r, extensionService, maxTokenRequest)
	if err != nil {
		s.failed(w, r, err)
		return access.Caller{}, false
	}
	query := r.URL.Query()
	if region := query.Get("region"); region != "" && region != who.Region() {
		refuse(w, http.StatusBadRequest, fmt.Sprintf("region: %q: must be the one that the request is signed for, %s", region, who.Region()))
		return access.Caller{}, false
	}
	caller, err := access.Authorize(who, extensionService+":"+name, pageResource(r, who))
	if err != nil {
		s.failed(w, r, err)
		return access.Caller{}, false
	}
	return caller, true
}

// pageResource is what a page is about: a stream, or nothing in particular. Either
// may be another account's, which no policy of a page gives away.
func pageResource(r *http.Request, who access.Identity) access.Resource {
	account := r.URL.Query().Get("account")
	stream := r.PathValue("stream")
	if stream == "" {
		return access.Resource{ARN: "*", Account: account}
	}
	account = cmp.Or(account, who.Account())
	return access.Resource{ARN: "arn:aws:kinesis:" + who.Region() + ":" + account + ":stream/" + stream, Account: account}
}

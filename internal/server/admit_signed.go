package server

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/wire/sigv4"
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
	who, err := s.signer(w, r)
	if err != nil {
		s.failed(w, r, err)
		return access.Caller{}, false
	}
	query := r.URL.Query()
	if region := query.Get("region"); region != "" && region != who.Region() {
		refuse(w, http.StatusBadRequest, fmt.Sprintf("region: %q: must be the one that the request is signed for, %s", region, who.Region()))
		return access.Caller{}, false
	}
	asked, err := s.pageRequest(name, r, who)
	if err != nil {
		s.failed(w, r, err)
		return access.Caller{}, false
	}
	caller, err := access.AuthorizeRequest(who, asked)
	if err != nil {
		s.failed(w, r, err)
		return access.Caller{}, false
	}
	return caller, true
}

// signer returns who signed a request to a page, and notes him, or who he claims to be.
func (s *Server) signer(w http.ResponseWriter, r *http.Request) (access.Identity, error) {
	who, err := s.api.Identify(w, r, extensionService, maxTokenRequest)
	note := noteOf(r)
	if err == nil {
		note.Identity = who
	} else if claimed, bad := sigv4.Parse(r); bad == nil {
		note.KeyID = claimed.AccessKeyID
	}
	return who, err
}

// pageRequest is what a page is about: a stream, as any operation is, or nothing in
// particular, which is judged as "*". Either may be another account's, which no policy of
// a page gives away. A clone is about the stream that it makes as well. A backup and the
// metrics hold what all accounts have, so that they are the operator's.
func (s *Server) pageRequest(name string, r *http.Request, who access.Identity) (access.Request, error) {
	action := extensionService + ":" + name
	account := r.URL.Query().Get("account")
	stream := r.PathValue("stream")
	if stream == "" {
		if name == backupPage || name == metricsPage {
			account = s.identities.Operator()
		}
		return access.Request{Uses: []access.Use{{Action: action, Resource: access.Resource{ARN: "*", Account: account}}}}, nil
	}
	account = cmp.Or(account, who.Account())
	streams := []string{stream}
	if name == clonePage {
		made, err := cloneNamed(r)
		if err != nil {
			return access.Request{}, err
		}
		streams = append(streams, made)
	}
	var asked access.Request
	for _, stream := range streams {
		asked.Uses = append(asked.Uses, access.Use{Action: action, Resource: s.streams.Resource(account, who.Region(), stream)})
	}
	return asked, nil
}

// Pages that are about more than their path says.
const (
	backupPage  = "CreateBackup"
	metricsPage = "GetMetrics"
	clonePage   = "CloneStream"
)

// cloneNamed is the name of the clone that r asks for. The body, which is in memory, can be
// read again.
func cloneNamed(r *http.Request) (string, error) {
	body, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	var in extapi.CloneRequest
	if err == nil {
		err = json.Unmarshal(body, &in)
	}
	if err != nil {
		return "", &awsapi.Error{Code: "ValidationException", Message: "The body is no request for a clone: " + err.Error(), Status: http.StatusBadRequest}
	}
	return in.Name, nil
}

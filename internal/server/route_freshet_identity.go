package server

import (
	"context"
	"fmt"
	"net/http"
	"reflect"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/identity"
)

// identityRoutes is the table of contents of who there is: an operation a page, each
// under its own name, by which policies call it too. Without production there are no
// identities, and the pages say so.
func (s *Server) identityRoutes(mux *http.ServeMux) {
	i := s.identities
	if i == nil {
		mux.Handle("POST "+extapi.IdentityPath+"/{operation}", s.admitted("ListPages", http.HandlerFunc(noIdentities)))
		return
	}
	identityPage(s, mux, i.AttachPolicy)
	identityPage(s, mux, i.CreateAccount)
	identityPage(s, mux, i.CreateKey)
	identityPage(s, mux, i.CreatePolicy)
	identityPage(s, mux, i.CreateRole)
	identityPage(s, mux, i.CreateUser)
	identityPage(s, mux, i.DeleteAccount)
	identityPage(s, mux, i.DeleteInlinePolicy)
	identityPage(s, mux, i.DeleteKey)
	identityPage(s, mux, i.DeletePolicy)
	identityPage(s, mux, i.DeleteRole)
	identityPage(s, mux, i.DeleteUser)
	identityPage(s, mux, i.DetachPolicy)
	identityPage(s, mux, i.GetAccount)
	identityPage(s, mux, i.GetPolicy)
	identityPage(s, mux, i.GetRole)
	identityPage(s, mux, i.GetUser)
	identityPage(s, mux, i.ListAccounts)
	identityPage(s, mux, i.ListKeys)
	identityPage(s, mux, i.ListPolicies)
	identityPage(s, mux, i.ListRoles)
	identityPage(s, mux, i.ListUsers)
	identityPage(s, mux, i.PutInlinePolicy)
	identityPage(s, mux, i.RotateKey)
	identityPage(s, mux, i.SetBoundary)
	identityPage(s, mux, i.SetTags)
	identityPage(s, mux, i.SimulatePolicy)
	identityPage(s, mux, i.UpdateAccount)
	identityPage(s, mux, i.UpdateKey)
	identityPage(s, mux, i.UpdatePolicy)
	identityPage(s, mux, i.UpdateRole)
}

// identityPage adds the page of an operation. What the operation touches is in the
// body: who asks is authorised when that was read.
func identityPage[In, Out any](s *Server, mux *http.ServeMux, op func(context.Context, access.Caller, *In) (*Out, error)) {
	name := identity.Operation(reflect.TypeFor[In]())
	mux.Handle("POST "+extapi.IdentityPath+"/"+name, s.audited(name, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		authorize, ok := s.asker(w, r)
		if !ok {
			return
		}
		var in In
		err := checkQuery(r.URL.Query())
		if err == nil && r.URL.RawQuery != "" {
			err = fmt.Errorf("account and region are members of the body here")
		}
		if err == nil {
			err = readJSON(w, r, &in)
		}
		if err != nil {
			refuse(w, http.StatusBadRequest, err.Error())
			return
		}
		noteInput(r, &in)
		answer(s, w, r, func(ctx context.Context) (*Out, error) {
			caller, err := authorize(&in)
			if err != nil {
				return nil, err
			}
			if err := s.noteCaller(r, name, caller); err != nil {
				return nil, err
			}
			return op(ctx, caller, &in)
		})
	})))
}

// asker finds out who sends r, or answers why he is not let in, and returns what decides
// whether he may ask for what a request of extapi says.
func (s *Server) asker(w http.ResponseWriter, r *http.Request) (authorize func(in any) (access.Caller, error), ok bool) {
	if !isSigned(r) {
		// Who can read the token owns the folder: he is the operator's root.
		caller, ok := s.admitBearer("", w, r)
		return func(any) (access.Caller, error) { return caller, nil }, ok
	}
	if !s.isOpen(w) {
		return nil, false
	}
	who, err := s.signer(w, r)
	if err != nil {
		s.failed(w, r, err)
		return nil, false
	}
	return func(in any) (access.Caller, error) {
		request, err := s.identities.Touches(who.Account(), in)
		if err != nil {
			return access.Caller{}, err
		}
		return access.AuthorizeRequest(who, request)
	}, true
}

func noIdentities(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusConflict, extapi.Error{Code: "NoIdentities", Message: "freshet dev takes any credentials: accounts, users, keys and policies are freshet serve's."})
}

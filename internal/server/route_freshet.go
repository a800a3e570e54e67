package server

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net/http"
	"path/filepath"
	"strings"

	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/vfs"
)

// maxRequest bounds the body of a request to the extension API.
const maxRequest = 64 << 10

// extensionRoutes is the table of contents of the extension API. All of it asks
// for the token; without a data folder, and so without a token, there is none.
func (s *Server) extensionRoutes(mux *http.ServeMux) {
	if s.o.Token == "" {
		return
	}
	mux.Handle("POST "+extapi.BackupsPath, s.withToken(s.postBackup))
}

// withToken lets those pass who know the token, once the server is ready. The
// comparison takes as long whatever is wrong.
func (s *Server) withToken(next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if subtle.ConstantTimeCompare([]byte(token), []byte(s.o.Token)) != 1 {
			w.Header().Set("WWW-Authenticate", "Bearer")
			refuse(w, http.StatusUnauthorized, "This page wants the token of the data folder, in its file token, as Authorization: Bearer …")
			return
		}
		if s.life.get() != ready {
			w.Header().Set("Retry-After", "1")
			refuse(w, http.StatusServiceUnavailable, "The server is starting or stopping.")
			return
		}
		next(w, r)
	})
}

func refuse(w http.ResponseWriter, status int, message string) {
	writeJSON(w, status, extapi.Error{Message: message})
}

// postBackup makes a backup, and ends it when the client goes away.
func (s *Server) postBackup(w http.ResponseWriter, r *http.Request) {
	var in extapi.BackupRequest
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxRequest))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil {
		refuse(w, http.StatusBadRequest, "The body is no backup request: "+err.Error())
		return
	}
	if !filepath.IsAbs(in.Target) {
		refuse(w, http.StatusBadRequest, "The target must be an absolute path on the server's machine.")
		return
	}
	result, err := s.o.Backup(r.Context(), in.Target)
	switch {
	case err == nil:
		s.o.Logger.Info("backup made", "target", result.Target, "records", result.Records, "bytes", result.Bytes)
		writeJSON(w, http.StatusOK, result)
	case errors.Is(err, context.Canceled) && r.Context().Err() != nil:
		s.o.Logger.Warn("backup ended: the client has gone away", "target", in.Target)
	case errors.Is(err, vfs.ErrNoSpace):
		refuse(w, http.StatusInsufficientStorage, err.Error())
	default:
		refuse(w, http.StatusUnprocessableEntity, err.Error())
	}
}

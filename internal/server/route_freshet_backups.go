package server

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"

	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/vfs"
)

// postBackup makes a backup, and ends it when the client goes away.
func (s *Server) postBackup(w http.ResponseWriter, r *http.Request) {
	var in extapi.BackupRequest
	if err := readJSON(w, r, &in); err != nil {
		refuse(w, http.StatusBadRequest, "The body is no backup request: "+err.Error())
		return
	}
	noteInput(r, &in)
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

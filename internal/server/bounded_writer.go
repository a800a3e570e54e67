package server

import (
	"net/http"
	"time"
)

// bounded lets a client of HTTP/2 take no longer than writeTimeout over what is
// written: it may give a stream no credit and read all else. Connections of
// HTTP/1 bound themselves (accepted), and wire the answers of operations. A page
// that goes on after a pause sets a deadline of its own after each write, through
// http.ResponseController.
func bounded(w http.ResponseWriter, r *http.Request) http.ResponseWriter {
	if r.ProtoMajor != 2 {
		return w
	}
	return boundedWriter{w}
}

type boundedWriter struct{ http.ResponseWriter }

func (w boundedWriter) WriteHeader(status int) {
	w.bound()
	w.ResponseWriter.WriteHeader(status)
}

func (w boundedWriter) Write(p []byte) (int, error) {
	w.bound()
	return w.ResponseWriter.Write(p)
}

func (w boundedWriter) bound() {
	// Where there are no deadlines there is no connection either.
	_ = http.NewResponseController(w.ResponseWriter).SetWriteDeadline(time.Now().Add(writeTimeout))
}

// Unwrap is for http.ResponseController.
func (w boundedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

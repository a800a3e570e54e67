package server

import (
	"net/http"
	"strings"

	"github.com/freshet/freshet/internal/extapi"
)

// noPage answers what no page of mux below extapi.Root takes, in JSON like all
// of them: with status 405 and Allow if the path is a page's by other methods.
func noPage(mux *http.ServeMux) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var allowed []string
		for _, method := range []string{http.MethodDelete, http.MethodGet, http.MethodPost, http.MethodPut} {
			other := r.Clone(r.Context())
			other.Method = method
			if _, pattern := mux.Handler(other); pattern != extapi.Root+"/" {
				allowed = append(allowed, method)
			}
		}
		if len(allowed) == 0 {
			refuse(w, http.StatusNotFound, "There is no page "+r.URL.Path+".")
			return
		}
		methods := strings.Join(allowed, ", ")
		w.Header().Set("Allow", methods)
		refuse(w, http.StatusMethodNotAllowed, r.URL.Path+" takes "+methods+".")
	}
}

package server

import (
	"net/http"

	"github.com/freshet/freshet/internal/extapi"
)

// extensionRoutes is the table of contents of the extension API. All of it asks
// for the token; a server that has none has no extension API. What a page needs
// besides its method lies in route_freshet_<noun>.go.
func (s *Server) extensionRoutes(mux *http.ServeMux) {
	if s.o.Token == "" {
		return
	}
	handle := func(pattern string, page http.Handler) { mux.Handle(pattern, s.withToken(page)) }
	const stream = extapi.StreamsPath + "/{stream}"

	mux.Handle(extapi.Root+"/", s.withToken(noPage(mux)))
	handle("POST "+extapi.BackupsPath, http.HandlerFunc(s.postBackup))
	handle("GET "+extapi.LimitsPath, page(s, s.streams.Limits))
	handle("PUT "+extapi.LimitsPath, page(s, s.streams.SetLimits))
	handle("GET "+extapi.StreamsPath, page(s, s.streams.Streams))
	handle("GET "+stream, page(s, s.streams.Stream))
	handle("GET "+stream+"/limits", page(s, s.streams.Limits))
	handle("PUT "+stream+"/limits", page(s, s.streams.SetLimits))
	handle("GET "+stream+"/records", http.HandlerFunc(s.getRecords))
	handle("POST "+stream+"/records", http.HandlerFunc(s.postRecords))
	handle("POST "+stream+"/clones", page(s, s.cloneStream))
	handle("POST "+stream+"/pause", page(s, s.streams.PauseStream))
	handle("GET "+stream+extapi.ShardsPath, page(s, s.streams.HotShards))
	handle("POST "+stream+"/resume", page(s, s.streams.ResumeStream))
	handle("POST "+stream+"/purge", page(s, s.streams.PurgeStream))
	handle("POST "+stream+"/truncate", page(s, s.streams.TruncateStream))
	if s.o.ForTests {
		handle("GET "+stream+"/faults", page(s, s.streams.Faults))
		handle("PUT "+stream+"/faults", page(s, s.streams.SetFaults))
		handle("DELETE "+stream+"/faults", page(s, s.streams.ClearFaults))
		handle("POST "+extapi.ResetPath, http.HandlerFunc(s.postReset))
	}
}

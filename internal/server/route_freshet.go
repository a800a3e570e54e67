package server

import (
	"net/http"

	"github.com/freshet/freshet/internal/extapi"
)

// extensionRoutes is the table of contents of the extension API. A page has a
// name, which with the prefix freshet: is the action that policies speak of. All of
// it must be admitted (admit.go); a server that has no token has no extension API.
// What a page needs besides its method lies in route_freshet_<noun>.go.
func (s *Server) extensionRoutes(mux *http.ServeMux) {
	if s.o.Token == "" {
		return
	}
	handle := func(name, pattern string, page http.Handler) {
		mux.Handle(pattern, s.audited(name, s.admitted(name, s.recordablePage(name, page))))
	}
	const stream = extapi.StreamsPath + "/{stream}"

	mux.Handle(extapi.Root+"/", s.admitted("ListPages", noPage(mux)))
	s.identityRoutes(mux)
	handle(backupPage, "POST "+extapi.BackupsPath, http.HandlerFunc(s.postBackup))
	handle("GetLimits", "GET "+extapi.LimitsPath, page(s, s.streams.Limits))
	handle("PutLimits", "PUT "+extapi.LimitsPath, page(s, s.streams.SetLimits))
	handle("ListStreams", "GET "+extapi.StreamsPath, page(s, s.streams.Streams))
	handle("DescribeStream", "GET "+stream, page(s, s.streams.Stream))
	handle("GetStreamLimits", "GET "+stream+"/limits", page(s, s.streams.Limits))
	handle("PutStreamLimits", "PUT "+stream+"/limits", page(s, s.streams.SetLimits))
	handle("ReadRecords", "GET "+stream+"/records", http.HandlerFunc(s.getRecords))
	handle("ReadRecords", "POST "+stream+"/records", http.HandlerFunc(s.postRecords))
	handle(clonePage, "POST "+stream+"/clones", page(s, s.cloneStream))
	handle("PauseStream", "POST "+stream+"/pause", page(s, s.streams.PauseStream))
	handle("DescribeShards", "GET "+stream+extapi.ShardsPath, page(s, s.streams.HotShards))
	handle("ResumeStream", "POST "+stream+"/resume", page(s, s.streams.ResumeStream))
	handle("PurgeStream", "POST "+stream+"/purge", page(s, s.streams.PurgeStream))
	handle("TruncateStream", "POST "+stream+"/truncate", page(s, s.streams.TruncateStream))
	if s.o.ForTests {
		handle("GetFaults", "GET "+stream+"/faults", page(s, s.streams.Faults))
		handle("PutFaults", "PUT "+stream+"/faults", page(s, s.streams.SetFaults))
		handle("DeleteFaults", "DELETE "+stream+"/faults", page(s, s.streams.ClearFaults))
		handle("Reset", "POST "+extapi.ResetPath, http.HandlerFunc(s.postReset))
	}
}

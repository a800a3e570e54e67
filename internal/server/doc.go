// Package server introduces everything to everything and opens the door.
//
// A Server is a log, a store, the services on top of them, and one port. The
// table of contents of an API (route_kinesis.go) says which operations exist.
// Metrics turn what the parts report into numbers. Hosts are the names that a
// request may be addressed to. A portConn is a connection, and Certificates are what
// it shows to a client that speaks TLS. A phase says how far the server is: starting,
// ready, stopping. In production there are identities: who signs a request
// (identities.go), from where (facts.go), and what he may reach (authenticate.go for
// operations, admit.go for pages).
//
// On the port: the APIs, at every path that does not begin with an underscore;
// /_freshet/healthz, /_freshet/readyz and /_freshet/metrics; below /_freshet/api
// what AWS has not, for who is admitted (route_freshet.go: one page a method,
// the pages of a noun in a file; extension.go is what they share); and, without
// production, the health pages under which other local endpoints are known. HTTP/1.1 and HTTP/2 share
// it, in clear and over TLS: a connection is TLS if its first byte is that of a
// handshake, and HTTP/2 if its preface is HTTP/2's, whatever was agreed on before.
// Where TLS is off, a client that begins with it is told so in TLS's own words.
//
// Invariants:
//  1. No operation runs before the log was recovered and the catalog loaded, and
//     none after Run began to stop.
//  2. A request for a host that is not ours reaches nothing.
//  3. Stopping goes from the outside in: not ready, no new requests, requests in
//     flight answered, services ended, log committed and ended.
//  4. When the log fails, everything ends and Run returns an error that is
//     ErrEngine.
//  5. In production nothing but health and the authority's certificate is answered
//     to who has not proved who he is, and nothing but health in plaintext, unless
//     Options.Plaintext says otherwise.
//  6. Whoever stops, in a handshake, in a header, in a body or in taking an answer,
//     is let go, and others do not wait for him meanwhile.
//  6. Where there is an audit, every request to an operation or a page of the extension
//     API is told to it (audit.go, audit_pages.go), before the services end.
//
// Goroutines, all started by Run, which returns when they have ended: the log,
// the services, the audit, the HTTP server, and the HTTP server's one per connection.
//
// Start reading at server.go.
package server

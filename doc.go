// Package freshet is a Kinesis-compatible server, as a library.
//
// Options say where records live and where to listen. A Server is made by New,
// which opens the data folder and recovers it; Run serves until its context
// ends; Handler is the same API without a listener, for tests and for programs
// that bring their own; Close gives the data folder back.
//
//	s, err := freshet.New(freshet.Options{DataDir: "/var/lib/freshet"})
//	if err != nil { … }
//	defer s.Close()
//	err = s.Run(ctx)
//
// Without more a server is for development, and takes any credentials. With
// Options.Production it makes keys and lets in who signs with them;
// Server.RootCredentials are the first. A data folder belongs to the one kind or the
// other (mark.go).
//
// A data folder holds FORMAT (the version of its layout, and its kind), log/ (the
// records), meta.db (streams, identities and everything small), token (what the
// extension API wants to hear), tls/ (the authority behind the certificate that the
// port shows), and where there are any, keyring (keys.Provider's) and
// root-credentials. One process uses it at a time. Backup makes a backup of it while
// it is used, and Restore a data folder of that.
//
// Invariants:
//  1. Nothing is acknowledged that a crash of the process or of the machine
//     could lose, whatever moment Run is interrupted at.
//  2. When the log can no longer promise that, Run ends with ErrEngine and
//     serves nothing more.
//  3. A data folder of another layout, or of the other kind, is refused before anything is written.
//
// Goroutines: none of its own; Run is internal/server's, which names them.
//
// Start reading at freshet.go.
package freshet

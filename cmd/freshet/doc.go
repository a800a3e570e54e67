// Command freshet is the server and everything that is done with it.
//
// A command is a file, command_NAME.go, with a structure that says its flags and
// a method Run. A program is what commands act on: output, environment, signals.
// It is handed in, so that tests run sessions (testdata/*.txt) inside their own
// process.
//
// Exit codes:
//
//	 0  done
//	 1  it failed, or a check said no
//	64  the command line is wrong
//	74  the log can no longer promise durability; start again to recover
//	78  the configuration is wrong
//	130 stopped at once, by a second signal
//
// Goroutines: dev, serve and backup start one that runs a server, and dev, serve, backup,
// restore and bench one that waits for signals; the command waits for both.
//
// Start reading at main.go.
package main

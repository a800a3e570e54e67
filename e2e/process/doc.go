// Package process runs a built freshet as its users do: as a process of its own.
//
// A Server is one run of `freshet dev` or `freshet serve` on a data folder. It is killed or stopped
// by its own process id and by nothing else. Build makes the command from the
// sources that the test stands in. HTTPClient is for the AWS SDK.
//
// Goroutines: one per Server, which waits for the process and ends with it.
//
// Start reading at server.go.
package process

// Package backup makes a backup of a server under load, kills the server, and
// looks at what the backup holds.
//
// Writers number their records and know which were acknowledged. The command
// makes the backup, and then restores it; a server on the restored folder must
// have every record that was acknowledged before the backup began, and of each
// writer the beginning of what it sent. The first server's folder must have all
// that was acknowledged.
//
// The test needs the tag e2e. It builds the command itself.
//
// Goroutines: the writers, which the test ends and awaits.
//
// Start reading at backup_test.go.
package backup

// Package boto3 runs Python programs with boto3 and the AWS CLI against a server.
//
// access_log.py puts a web server's access log and reads it back; first_program.py
// is the program one writes first; operations.py types the operations of streams
// and records into the AWS CLI and checks the answers (e2e/clients has the others);
// fan_out.py subscribes with boto3. stream.py is what they share. Each may be run
// by hand as well: it goes to the endpoint that AWS_ENDPOINT_URL names.
//
// The tests need the tag e2e and the clients of `make e2e-deps`.
//
// Goroutines: none; the server is a process, which the test stops and awaits.
//
// Start reading at boto3_test.go.
package boto3

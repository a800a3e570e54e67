// Package clients takes AWS's own clients through every operation.
//
// A client is reached over a bridge: a small program in its language that reads
// a request a line, {"op": …, "input": …}, makes the call with the SDK's
// ordinary client, and writes the answer as a line, {"output": …} or
// {"error": …, "message": …, "class": …}, the last being the type of the client's
// error, or {"unknown": true} if the SDK has no such
// operation. Names are AWS's. A blob is {"$blob": base64} on the way in and base64
// on the way out, a time {"$time": seconds} and RFC 3339. SubscribeToShard is left
// when so many records have come as "records" of the request says, or when the
// stream of events ends; its output is {"Events": […]}.
//
// So what is called and what must come back is written once, as a table of steps
// in steps_test.go, and each language holds nothing but how to call. Each client
// goes through the table on a server of its own, over http:// and over https://
// with the certificate authority of the data folder. In clear a tap before the
// server's port hears which HTTP and which encoding are spoken.
//
// On freshet serve they come as the root through the whole table, and as users, in
// sessions of roles and from another account through what these may and may not do;
// what is not signed rightly, or by whom nobody knows any more, is refused.
//
// The tests need the tag e2e and the clients of `make e2e-deps`; in short mode
// boto3, Go and JavaScript v3 are tried, else the AWS CLI, JavaScript v2 and both
// Java SDKs as well, which `make e2e-deps-all` brings.
//
// Goroutines: none of ours but those that carry bytes, which end with the test.
//
// Start reading at clients_test.go.
package clients

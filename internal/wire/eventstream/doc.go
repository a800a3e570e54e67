// Package eventstream writes the messages of AWS's event streams,
// application/vnd.amazon.eventstream.
//
// A message is what one frame of the stream is: a prelude, headers, a payload.
// Begin appends the former two, the caller the payload, End what comes after.
//
//	4   length of the message, all of it
//	4   length of the headers
//	4   CRC-32 of these eight bytes
//	    headers: 1 length of the name │ name │ 1 type, 7 │ 2 length of the value │ value
//	    payload
//	4   CRC-32 of everything before
//
// Numbers are big endian, the CRC is IEEE's. A header's value may have other
// types than 7, a text; AWS's services send no other. Clients bound messages:
// those of AWS for Python and for Go take payloads up to 16 MiB
// (https://smithy.io/2.0/aws/amazon-eventstream.html).
//
// Goroutines: none.
//
// Start reading at message.go.
package eventstream

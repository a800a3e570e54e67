// Package awsquery reads and writes the query protocol: requests that are parameters
// of a form, or of a URL, and answers in XML.
//
// Parameters are the names and values of one request. A name leads to a member:
// Tags.member.2.Key is the member Key of the second element of Tags, and
// Attributes.entry.1.value the value of an entry of a map. An answer is an element
// named after the operation, around its result and the request's id.
//
// Invariants:
//  1. A form that is not well-formed to the letter, or names a parameter twice, is
//     refused: nobody before us can have read it otherwise.
//  2. Parameters, their names and how deep names lead are bounded, and what they
//     become takes convert.Room.
//  3. Parameters that name no member are ignored, as AWS's other protocols ignore
//     members that they do not know.
//
// Sources: Smithy's "AWS query protocol"; what botocore's serializer writes. What AWS
// says of a value of the wrong type is not documented for this protocol: the texts are
// those of the others.
//
// Goroutines: none.
//
// Start reading at parse.go.
package awsquery

// Package awsapi describes AWS's APIs to programs.
//
// A Service has Operations; an Operation has an input and an output Shape; a
// Shape is a structure, list, map or scalar with the constraints that AWS's
// published model gives it. The folders below hold one service each, generated
// from the model by internal/gen: Go structures, and the Shapes that describe
// them, so that one codec and one validator serve every operation. An Error is
// the only kind of error that a client may see.
//
// Go types of members: string and enumerations *string and *Enum, integer
// *int32, long *int64, boolean *bool, timestamp *time.Time, blob []byte,
// structure *Structure, list []Element, map map[string]Element, where an element
// is the bare type without the pointer. nil is absent; an empty blob, list or map that is not
// nil is present.
//
// Goroutines: none. Shapes are immutable after package initialisation.
//
// Start reading at shape.go.
package awsapi

package server

import "errors"

// Running.
var (
	// ErrEngine is returned by Run when the log can no longer promise that
	// what it takes is durable. The process must end and recover by reading.
	ErrEngine = errors.New("the log failed")
)

package awsapi

import "fmt"

// Error is what a client sees of a failure. Every other error that reaches the
// wire is a bug or a fault of ours: it is logged, and the client sees
// InternalFailure.
type Error struct {
	// Code is AWS's name, without a namespace, like ResourceNotFoundException.
	Code string
	// Message is AWS's text. Empty means that the answer has no message member.
	Message string
	// Status is the HTTP status: 400 unless AWS says otherwise.
	Status int
	// Cause is what lies behind it, for the log; the client never sees it.
	Cause error
}

// Errorf makes an error with status 400.
func Errorf(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), Status: 400}
}

func (e *Error) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.Code, e.Message, e.Cause)
	}
	return e.Code + ": " + e.Message
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

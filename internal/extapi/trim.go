package extapi

import "time"

// TruncateRequest asks that the records of a stream be deleted that arrived before
// a time.
type TruncateRequest struct {
	Before time.Time `json:"before"`
}

// TrimResult says what of a stream is deleted: what arrived before an instant.
type TrimResult struct {
	Before time.Time `json:"before"`
}

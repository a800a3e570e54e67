package extapi

import "time"

// CloneRequest asks for a copy of a stream, at StreamsPath/{name}/clones by POST. The
// answer is the new stream, which is CREATING while it is filled.
type CloneRequest struct {
	// Name is that of the new stream.
	Name string `json:"name"`
	// Until takes only what arrived before it; everything that was acknowledged
	// before the request if it is not given.
	Until *time.Time `json:"until,omitempty"`
	// Snapshot makes a stream that takes no puts, ever.
	Snapshot bool `json:"snapshot,omitempty"`
}

// Clone says what a stream is a copy of.
type Clone struct {
	Source   string    `json:"source"`
	Until    time.Time `json:"until"`
	Snapshot bool      `json:"snapshot"`
	// Copying says that it is still being filled; Records is how many it has got.
	Copying bool  `json:"copying"`
	Records int64 `json:"records"`
}

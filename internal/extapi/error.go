package extapi

// Root is what the paths of the extension API begin with.
const Root = "/_freshet/api"

// Error is what went wrong, for people.
type Error struct {
	// Code is AWS's name of the error, where AWS has one.
	Code    string `json:"code,omitempty"`
	Message string `json:"message"`
}

// Nothing is the body of a request that says all in its path.
type Nothing struct{}

package extapi

// Root is what the paths of the extension API begin with.
const Root = "/_freshet/api"

// Error is what went wrong, for people.
type Error struct {
	Message string `json:"message"`
}

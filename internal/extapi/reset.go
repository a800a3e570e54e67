package extapi

// ResetPath deletes streams by POST, with all that is in them, and answers a
// ResetResult: those of the account and the region that the query parameters name,
// and of all where they name none. Only a server for development and tests has it.
const ResetPath = Root + "/reset"

// ResetResult says how many streams are gone.
type ResetResult struct {
	Streams int `json:"streams"`
}

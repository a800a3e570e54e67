package extapi

import "time"

// BackupsPath takes a BackupRequest by POST and answers a BackupResult when the
// backup is made and verified. A client that goes away ends it.
const BackupsPath = Root + "/backups"

// BackupRequest asks for a backup of the server's data folder.
type BackupRequest struct {
	// Target is the folder to make, on the server's machine: an absolute path.
	// It must be empty or not there.
	Target string `json:"target"`
}

// BackupResult is a backup that was made, or restored.
type BackupResult struct {
	Target string `json:"target"`
	// Taken is when the backup was asked for: what was acknowledged before is
	// in it.
	Taken time.Time `json:"taken"`
	// Version is that of the server that made it.
	Version string `json:"version"`
	// Records are those that are stored, past their retention or not; Segments
	// is how many files hold most of them.
	Records  uint64 `json:"records"`
	Segments int    `json:"segments"`
	// Bytes is what the backup holds; LinkedBytes of them are a second name of
	// bytes that are on the disk already.
	Bytes       int64 `json:"bytes"`
	LinkedBytes int64 `json:"linkedBytes"`
}

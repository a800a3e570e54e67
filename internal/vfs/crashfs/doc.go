// Package crashfs is a file system in memory whose power can be cut.
//
// It keeps, beside what is there now, what is durable: a file's bytes and length
// as of its last Sync, a folder's names as of its last SyncDir. Crash makes a new
// FS that holds what a disk could hold after a power cut, drawn at random from
// what the model allows.
//
// The model:
//
//   - A sector is 512 bytes at a multiple of 512, and is never torn itself. What
//     was written to it since the last Sync is there or is not; if not, the sector
//     has the content of the last Sync, zeros if it had none. Content between
//     the last Sync and the last write does not come back.
//   - A length that changed since the last Sync is the new or the old one, or, if
//     it grew, lies between. Truncate and PunchHole write zeros over the range
//     that they take away.
//   - A power cut draws one of these for all files, or for each file anew:
//     nothing unsynced survives; all of it does; each sector does or does not,
//     by a probability drawn once; the sectors survive in the order in which
//     they were written, up to a point (a torn write).
//   - The changes of a folder's names survive in order up to a point, as with a
//     file system that keeps a journal: none, all, or some. Folders are independent
//     of each other and of files: a name may survive without its file's data, and
//     synced data without its name is lost. A rename survives as a whole. Of a
//     file with several names each survives by its own folder, and all that do
//     show the same bytes.
//   - What survived is durable in the new FS.
//
// It is stricter than ext4 or APFS (whose fsync of a new file saves its name too),
// and does not know of drives that lie about a flush, of bad sectors, or of Sync
// that fails; the last is for faultfs.
//
// Invariants:
//  1. Synced data under a synced name is in every FS that Crash returns.
//  2. Two FS share no byte that either may change.
//
// Goroutines: none. All methods may be called from any number of goroutines; each
// call is one step, and a crash falls between two steps, or into one (see
// CrashWhen).
//
// Start reading at fs.go; crash.go is the model.
package crashfs

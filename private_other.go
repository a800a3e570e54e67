//go:build !unix

package freshet

import "errors"

// ErrReadable is returned in Production for a data folder, or a secret in it, that
// other users of the machine may read or write. On this system access control lists
// say so, which are inherited from the folder above and not looked at.
var ErrReadable = errors.New("other users of this machine may open it")

func (o Options) checkPrivate() error { return nil }
func (o Options) makePrivate() error  { return nil }

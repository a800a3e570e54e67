package vfs

import "os"

// osFile is a File of the machine.
type osFile struct {
	f *os.File
	// asked says that the caller opened the file Direct and so must align its
	// writes; whether they bypass the page cache is for the platform to know.
	asked bool
	// direct says that the platform agreed when the file was opened.
	direct bool
}

// openOS opens name, and sets direct I/O afterwards: an open with O_CREATE and
// O_DIRECT that the file system refuses may leave the file behind.
func openOS(name string, flag int, mode Mode) (File, error) {
	f, err := os.OpenFile(name, flag, 0o600)
	if err != nil {
		return nil, markNoSpace(err)
	}
	o := &osFile{f: f, asked: mode == Direct}
	if o.asked {
		// A refusal is no error: the file is buffered then.
		o.direct = setDirect(f, true) == nil
	}
	return o, nil
}

func (o *osFile) ReadAt(p []byte, off int64) (int, error) {
	if o.asked {
		return readDirect(o.f, p, off)
	}
	return o.f.ReadAt(p, off)
}

func (o *osFile) WriteAt(p []byte, off int64) (int, error) {
	if !o.asked {
		n, err := o.f.WriteAt(p, off)
		return n, markNoSpace(err)
	}
	if err := CheckAligned(p, off); err != nil {
		return 0, &os.PathError{Op: "write", Path: o.f.Name(), Err: err}
	}
	n, err := writeDirect(o.f, p, off)
	return n, markNoSpace(err)
}

func (o *osFile) Sync() error { return markNoSpace(syncData(o.f)) }

func (o *osFile) Size() (int64, error) {
	info, err := o.f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (o *osFile) Links() (int, error) {
	n, err := links(o.f)
	if err != nil {
		return 0, &os.PathError{Op: "count links", Path: o.f.Name(), Err: err}
	}
	return n, nil
}

func (o *osFile) Direct() bool { return o.direct && stillDirect(o.f) }

func (o *osFile) Truncate(size int64) error { return markNoSpace(o.f.Truncate(size)) }

func (o *osFile) PunchHole(offset, length int64) error {
	if err := punchHole(o.f, offset, length); err != nil {
		return &os.PathError{Op: "punch hole", Path: o.f.Name(), Err: err}
	}
	return nil
}

func (o *osFile) Close() error { return markNoSpace(o.f.Close()) }

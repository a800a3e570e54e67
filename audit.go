package freshet

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/freshet/freshet/internal/audit"
	"github.com/freshet/freshet/internal/server"
	"github.com/freshet/freshet/internal/vfs"
)

// Audit says which requests are written down, and where: events in the shape of
// CloudTrail's, one line of JSON each.
type Audit struct {
	// Sinks are where events go, each to all of them: AuditFile, AuditStdout,
	// AuditWebhook, AuditToStream. AuditAuto, the default, is AuditFile with Production,
	// if there is a folder for it, and else nothing; AuditOff is nothing.
	Sinks []string
	// DataEvents says how many events of records are written, overriding the default
	// off: all, or a share like 1/1000. Events of everything else are always written.
	DataEvents string
	// OnFailure says what becomes of operations whose event cannot be kept, overriding
	// the default continue: with refuse they are refused.
	OnFailure string

	// Dir is the folder of AuditFile, overriding the default, audit in the data folder.
	Dir string
	// A file is put aside when it has FileSize bytes, overriding the default 64 MiB, or
	// is FileAge old, overriding the default 24 h. FileCount are kept besides, overriding
	// the default 30, compressed if FileGzip is set.
	FileSize  int64
	FileAge   time.Duration
	FileCount int
	FileGzip  bool

	// WebhookURL is where AuditWebhook posts events, https, or http to this machine.
	// WebhookToken is sent along as Authorization: Bearer; WebhookKey signs.
	WebhookURL               string
	WebhookToken, WebhookKey Secret

	// Stream is where AuditToStream puts events: account/region/name. The stream is made if
	// it is missing.
	Stream string
}

// The sinks of Audit.
const (
	AuditAuto     = "auto"
	AuditOff      = "off"
	AuditFile     = "file"
	AuditStdout   = "stdout"
	AuditWebhook  = "webhook"
	AuditToStream = "stream"
)

const auditName = "audit" // in a data folder

func (a Audit) withDefaults() Audit {
	if a.Sinks == nil {
		a.Sinks = []string{AuditAuto}
	}
	setDefault(&a.DataEvents, "off")
	setDefault(&a.OnFailure, string(audit.Continue))
	setDefault(&a.FileSize, 64<<20)
	setDefault(&a.FileAge, 24*time.Hour)
	setDefault(&a.FileCount, 30)
	return a
}

// auditSinks are the sinks that are meant.
func (o Options) auditSinks() []string {
	switch {
	case len(o.Audit.Sinks) != 1:
		return o.Audit.Sinks
	case o.Audit.Sinks[0] == AuditOff, o.Audit.Sinks[0] == AuditAuto && (!o.Production || o.Durability == DurabilityMemory && o.Audit.Dir == ""):
		return nil
	case o.Audit.Sinks[0] == AuditAuto:
		return []string{AuditFile}
	}
	return o.Audit.Sinks
}

// checkAudit reports what is wrong with how requests are written down.
func (o Options) checkAudit() []error {
	var errs []error
	a := o.Audit
	wrong := func(name string, value any, rule string) {
		errs = append(errs, fmt.Errorf("Audit.%s: %v: %s", name, value, rule))
	}
	sinks := o.auditSinks()
	for i, s := range sinks {
		if !slices.Contains([]string{AuditFile, AuditStdout, AuditWebhook, AuditToStream}, s) || slices.Contains(sinks[:i], s) {
			wrong("Sinks", s, "must be file, stdout, webhook and stream, each once; or auto or off alone")
		}
	}
	if _, err := audit.ParseSampling(a.DataEvents); err != nil {
		wrong("DataEvents", a.DataEvents, err.Error())
	}
	if a.OnFailure != string(audit.Continue) && a.OnFailure != string(audit.Refuse) {
		wrong("OnFailure", a.OnFailure, "must be continue or refuse")
	}
	if a.FileSize < 1<<20 {
		wrong("FileSize", a.FileSize, "must be at least 1 MiB")
	}
	if a.FileAge < time.Minute {
		wrong("FileAge", a.FileAge, "must be at least 1m")
	}
	if a.FileCount < 1 {
		wrong("FileCount", a.FileCount, "must be at least 1")
	}
	if slices.Contains(sinks, AuditFile) && o.Durability == DurabilityMemory && a.Dir == "" {
		wrong("Dir", `""`, "must be given when there is no data folder")
	}
	if slices.Contains(sinks, AuditWebhook) {
		if err := audit.CheckWebhookURL(a.WebhookURL); err != nil {
			wrong("WebhookURL", a.WebhookURL, err.Error())
		}
	}
	if slices.Contains(sinks, AuditToStream) {
		if _, err := a.stream(); err != nil {
			wrong("Stream", a.Stream, err.Error())
		}
	}
	return errs
}

// stream is where AuditToStream puts events.
func (a Audit) stream() (*server.AuditStream, error) {
	parts := strings.Split(a.Stream, "/")
	if len(parts) != 3 || !account.MatchString(parts[0]) || !region.MatchString(parts[1]) || parts[2] == "" {
		return nil, errors.New("must be account/region/name")
	}
	s := &server.AuditStream{Account: parts[0], Region: parts[1], Name: parts[2]}
	return s, InitialStream{Name: s.Name, Account: s.Account, Region: s.Region}.check()
}

// openAudit opens the sinks, nil if there are none. The stream is the server's to open.
func (o Options) openAudit() (*audit.Options, *server.AuditStream, error) {
	names := o.auditSinks()
	if len(names) == 0 {
		return nil, nil, nil
	}
	data, err := audit.ParseSampling(o.Audit.DataEvents)
	if err != nil {
		return nil, nil, err
	}
	opened := &audit.Options{Data: data, OnFailure: audit.OnFailure(o.Audit.OnFailure)}
	var stream *server.AuditStream
	for _, name := range names {
		var sink audit.Sink
		switch name {
		case AuditFile:
			sink, err = o.openAuditFile()
		case AuditStdout:
			sink = audit.NewWriter(AuditStdout, os.Stdout)
		case AuditWebhook:
			sink, err = audit.NewWebhook(audit.WebhookOptions{
				URL: o.Audit.WebhookURL, Token: o.Audit.WebhookToken, SigningKey: o.Audit.WebhookKey,
			})
		case AuditToStream:
			stream, err = o.Audit.stream()
		}
		if err != nil {
			return nil, nil, errors.Join(err, closeSinks(opened))
		}
		if sink != nil {
			opened.Sinks = append(opened.Sinks, sink)
		}
	}
	return opened, stream, nil
}

func (o Options) openAuditFile() (audit.Sink, error) {
	dir, disk := o.Audit.Dir, vfs.OS
	if dir == "" {
		dir, disk = filepath.Join(o.DataDir, auditName), o.onDisk()
	}
	return audit.OpenFile(disk, audit.FileOptions{
		Dir: dir, Size: o.Audit.FileSize, Age: o.Audit.FileAge, Count: o.Audit.FileCount, Gzip: o.Audit.FileGzip,
		Untidy: func(err error) {
			o.Logger.Warn("an audit file that was put aside is not tidied", "dir", dir, "err", err)
		},
	})
}

// closeSinks closes what openAudit has opened, where no server was made of it.
func closeSinks(opened *audit.Options) error {
	if opened == nil {
		return nil
	}
	var errs []error
	for _, s := range opened.Sinks {
		errs = append(errs, s.Close())
	}
	return errors.Join(errs...)
}

package suite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/freshet/freshet/internal/bench"
)

// Suite is what is measured, and with what.
type Suite struct {
	// Binary is the freshet that is measured and that serves the floor.
	Binary string
	// Dir is an empty folder on the disk that is measured.
	Dir string
	// Load is how long each load lasts, and Rounds how often each is measured.
	Load   time.Duration
	Rounds int
	// Only says which tables are measured: those whose names have it in them.
	Only string
	// Rest is how long servers are left alone before their idle memory is read.
	Rest time.Duration
	// Sync measures what one write of a block and its sync take on a disk.
	Sync func(dir string, d time.Duration) (p50, p99 time.Duration, err error)
	// Forget makes the kernel forget what it has cached of the files below dir.
	Forget func(dir string) error
	// Out gets the tables, Progress what is being done.
	Out, Progress io.Writer
}

// Run measures and prints each table as soon as it is there. It blocks for
// minutes, or until ctx ends, which is an error.
func (s *Suite) Run(ctx context.Context) error {
	sections := []struct {
		name    string
		measure func(context.Context) (*table, error)
	}{
		{"PutRecords by shards", s.putByShards},
		{"PutRecords by connections", s.putByConnections},
		{"signed PutRecords", s.putSigned},
		{"PutRecord", s.putOne},
		{"PutRecords at half the speed", s.putHalf},
		{"GetRecords", s.get},
		{"fan-out", s.fanOut},
		{"idle subscriptions", s.idleSubscriptions},
		{"start and memory", s.idle},
	}
	for _, section := range sections {
		if !strings.Contains(section.name, s.Only) {
			continue
		}
		began := time.Now()
		t, err := section.measure(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", section.name, err)
		}
		t.print(s.Out)
		fmt.Fprintf(s.Progress, "%s took %s\n", section.name, time.Since(began).Round(time.Second))
	}
	return nil
}

// server is one that runs on a folder of its own below Dir.
type server struct {
	*bench.Server
	target bench.Target
}

// start starts a server on the folder of that name, which may have data.
func (s *Suite) start(ctx context.Context, name string) (*server, error) {
	return s.launch(ctx, name, bench.Credentials{KeyID: "test", Secret: "test"}, "dev")
}

// launch starts a server by that command on the folder of that name. Its target is
// its first endpoint.
func (s *Suite) launch(ctx context.Context, name string, c bench.Credentials, command ...string) (*server, error) {
	dir := filepath.Join(s.Dir, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	started, err := bench.StartServer(ctx, exec.Command(s.Binary, append(command, "--listen", "127.0.0.1:0", "--data", dir)...))
	if err != nil {
		return nil, err
	}
	target, err := bench.NewTarget(started.Endpoint, "us-east-1", c)
	if err != nil {
		return nil, errors.Join(err, started.Stop())
	}
	return &server{started, target}, nil
}

// with calls measure with a server that is stopped afterwards.
func (s *Suite) with(ctx context.Context, name string, measure func(*server) error) error {
	v, err := s.start(ctx, name)
	if err != nil {
		return err
	}
	return errors.Join(measure(v), v.Stop())
}

// onStream calls measure with a stream that is deleted afterwards.
func onStream(ctx context.Context, v *server, shards int, measure func(*bench.Stream) error) (err error) {
	stream, err := bench.MakeStream(ctx, v.target, shards)
	if stream != nil {
		defer func() { err = errors.Join(err, stream.Delete(ctx)) }()
	}
	if err != nil {
		return err
	}
	return measure(stream)
}

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/freshet/freshet/internal/bench"
	"github.com/freshet/freshet/internal/limits"
	"github.com/freshet/freshet/internal/vfs"
)

type benchCommands struct {
	Put   benchPutCommand   `cmd:"" help:"Measure PutRecords (PutRecord with --batch 1)."`
	Get   benchGetCommand   `cmd:"" help:"Measure GetRecords."`
	All   benchAllCommand   `cmd:"" help:"Measure all that docs/benchmarks.md shows."`
	Floor benchFloorCommand `cmd:"" hidden:"" help:"Serve the floor that --floor compares with."`
}

// benchLoad are the flags of both measurements.
type benchLoad struct {
	Endpoint    string  `placeholder:"URL" help:"What to measure (AWS_ENDPOINT_URL, or http://127.0.0.1:4566)."`
	CA          string  `name:"ca" placeholder:"FILE" help:"Authority that an https endpoint is trusted by (AWS_CA_BUNDLE)."`
	Floor       bool    `help:"Measure net/http doing nothing under the same load as well, and print the ratio."`
	Connections int     `default:"8" help:"Connections."`
	Size        int     `default:"1024" help:"Bytes of data per record."`
	Shards      int     `default:"4" help:"Shards of the stream, which is made for the run and deleted."`
	Seconds     float64 `default:"10" help:"How long to measure."`
}

// Validate is called by kong.
func (l benchLoad) Validate() error {
	if l.Connections < 1 || l.Size < 1 || l.Shards < 1 || l.Seconds <= 0 {
		return errors.New("--connections, --size, --shards and --seconds must be above 0")
	}
	if l.Size > maxRecordBytes {
		return fmt.Errorf("--size must be from 1 to %d, AWS's limit", maxRecordBytes)
	}
	if l.Connections > maxConnections {
		return fmt.Errorf("--connections must be from 1 to %d", maxConnections)
	}
	return nil
}

const (
	maxRecordBytes = limits.RecordKiBMax * limits.KiB
	// maxConnections is above what one machine gains anything from; each takes
	// a buffer.
	maxConnections = 1000
)

type benchPutCommand struct {
	benchLoad
	Batch int    `default:"500" help:"Records per request."`
	Disk  string `placeholder:"DIR" help:"Measure the sync of the disk under DIR as well, and print the ratio to it."`
}

// Validate is called by kong.
func (c benchPutCommand) Validate() error {
	if c.Batch < 1 || c.Batch > 500 {
		return errors.New("--batch must be from 1 to 500, AWS's limit")
	}
	if err := c.benchLoad.Validate(); err != nil {
		return err
	}
	if bytes := c.Batch * c.Size; bytes > limits.PutRecordsBytes {
		return fmt.Errorf("--batch times --size is %d: must be at most %d, AWS's limit for a request", bytes, limits.PutRecordsBytes)
	}
	return nil
}

// Run makes a stream, writes to it as fast as the endpoint takes it, and deletes
// it.
func (c benchPutCommand) Run(p *program) error {
	return c.onStream(p, func(ctx context.Context, s *bench.Stream) error {
		put := bench.Put{Connections: c.Connections, Batch: c.Batch, Size: c.Size}
		requests, err := put.Requests(ctx, s)
		if err != nil {
			return err
		}
		result, err := c.measure(ctx, p, s.Target(), requests, put.Check, put.FloorReply())
		if err != nil {
			return err
		}
		return c.compareWithDisk(p, result)
	})
}

// compareWithDisk prints what the disk takes for itself: the least that a
// durable record can take.
func (c benchPutCommand) compareWithDisk(p *program, r bench.Result) error {
	if c.Disk == "" {
		return nil
	}
	times, err := measureSync(vfs.OS, c.Disk, min(3*time.Second, c.duration()))
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "\ndisk: write of 4 KiB and sync, alone\n%s\n\nratio to the disk: p50 %.2f  p99 %.2f\n", times,
		r.Latency(0.5).Seconds()/times.p50.Seconds(), r.Latency(0.99).Seconds()/times.p99.Seconds())
	return nil
}

type benchGetCommand struct {
	benchLoad
	Limit   int `default:"1000" help:"Records per request."`
	Records int `default:"40000" help:"Records written before, and read round and round."`
}

// Validate is called by kong.
func (c benchGetCommand) Validate() error {
	if c.Limit < 1 || c.Limit > 10_000 || c.Records < c.Limit {
		return errors.New("--limit must be from 1 to 10000, AWS's limit, and --records no less than it")
	}
	return c.benchLoad.Validate()
}

// Run makes a stream, fills it, reads it as fast as the endpoint answers, and
// deletes it.
func (c benchGetCommand) Run(p *program) error {
	return c.onStream(p, func(ctx context.Context, s *bench.Stream) error {
		get := bench.Get{Connections: c.Connections, Limit: c.Limit, Size: c.Size, Records: c.Records}
		if err := get.Fill(ctx, s); err != nil {
			return err
		}
		requests, reply, err := get.Requests(ctx, s)
		if err != nil {
			return err
		}
		_, err = c.measure(ctx, p, s.Target(), requests, get.Check, reply)
		return err
	})
}

type benchFloorCommand struct {
	TLS bool `name:"tls" help:"Speak TLS."`
}

// Run is what StartFloor starts.
func (c benchFloorCommand) Run() error { return bench.ServeFloor(os.Stdin, os.Stdout, c.TLS) }

func (l benchLoad) duration() time.Duration {
	return time.Duration(l.Seconds * float64(time.Second))
}

// target is the endpoint with the credentials of the environment.
func (l benchLoad) target(p *program) (bench.Target, error) {
	get := func(name, otherwise string) string {
		if v, ok := p.lookup(name); ok {
			return v
		}
		return otherwise
	}
	endpoint := l.Endpoint
	if endpoint == "" {
		endpoint = get("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
	}
	region := get("AWS_REGION", get("AWS_DEFAULT_REGION", "us-east-1"))
	target, err := bench.NewTarget(endpoint, region, bench.Credentials{
		KeyID: get("AWS_ACCESS_KEY_ID", "test"), Secret: get("AWS_SECRET_ACCESS_KEY", "test"),
		Token: get("AWS_SESSION_TOKEN", ""),
	})
	ca := cmp.Or(l.CA, get("AWS_CA_BUNDLE", ""))
	if err != nil || ca == "" {
		return target, err
	}
	text, err := os.ReadFile(ca)
	if err != nil {
		return target, err
	}
	if target, err = target.Trusting(text); err != nil {
		return target, fmt.Errorf("%s: %w", ca, err)
	}
	return target, nil
}

// onStream calls work with a stream that is deleted afterwards.
func (l benchLoad) onStream(p *program, work func(context.Context, *bench.Stream) error) (err error) {
	ctx, release := p.untilSignal()
	defer release()
	target, err := l.target(p)
	if err != nil {
		return err
	}
	stream, err := bench.MakeStream(ctx, target, l.Shards)
	if stream != nil {
		defer func() { err = errors.Join(err, stream.Delete(ctx)) }()
	}
	if err == nil {
		err = work(ctx, stream)
	}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("%s: nobody listens there; start one with: freshet dev", target)
	case ctx.Err() != nil:
		return errCutShort
	}
	return err
}

// errCutShort replaces what a measurement that was interrupted ends with.
var errCutShort = errors.New("cut short by a signal: there is no result")

// measure runs the load against the floor, if that is wanted, and then against
// target.
func (l benchLoad) measure(ctx context.Context, p *program, target bench.Target, requests [][]bench.Request,
	check func([]byte) error, floorReply []byte,
) (result bench.Result, err error) {
	load := bench.Load{Requests: requests, Duration: l.duration(), Check: check}
	var floor bench.Result
	if l.Floor {
		if floor, err = l.measureFloor(ctx, target.Secure(), load, floorReply); err != nil {
			return result, err
		}
		fmt.Fprintf(p.stdout, "floor: net/http doing nothing\n%s\n\n", floor)
	}
	if result, err = load.Run(ctx, target); err != nil {
		return result, err
	}
	fmt.Fprintf(p.stdout, "%s\n%s\n", target, result)
	if l.Floor {
		fmt.Fprintf(p.stdout, "\nratio to the floor: %.3f\n", result.RecordsPerSecond()/floor.RecordsPerSecond())
	}
	return result, nil
}

func (l benchLoad) measureFloor(ctx context.Context, secure bool, load bench.Load, reply []byte) (r bench.Result, err error) {
	self, err := os.Executable()
	if err != nil {
		return r, err
	}
	return bench.OnFloor(ctx, self, secure, load, reply)
}

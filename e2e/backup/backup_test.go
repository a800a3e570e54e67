//go:build e2e

package backup

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"

	"github.com/freshet/freshet/e2e/process"
)

// binary is the command, built from these sources.
var binary string

func TestMain(m *testing.M) {
	os.Exit(process.WithBinary(func(built string) int {
		binary = built
		return m.Run()
	}))
}

// TestBackupOfAServerUnderLoad backs a server up 5 times while it takes records,
// in short mode twice.
func TestBackupOfAServerUnderLoad(t *testing.T) {
	rounds := 5
	if testing.Short() {
		rounds = 2
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	data, addr := filepath.Join(t.TempDir(), "data"), freeAddr(t)
	s := start(ctx, t, data, addr)
	client := newClient(s.Endpoint())
	if _, err := client.CreateStream(ctx, &kinesis.CreateStreamInput{StreamName: aws.String(stream), ShardCount: aws.Int32(4)}); err != nil {
		t.Fatal(err)
	}
	var writers []*writer
	var writing sync.WaitGroup
	for n := range 6 {
		w := &writer{key: fmt.Sprint("writer ", n), client: client}
		writers = append(writers, w)
		writing.Go(func() { w.run(ctx) })
	}
	before := make([]map[string]int64, rounds)
	for n := range rounds {
		await(ctx, t, writers, int64(n+1)*3000)
		before[n] = acknowledged(writers)
		run(ctx, t, "backup", backupOf(data, n), "--data", data, "--listen", addr)
	}
	if err := s.Kill(); err != nil {
		t.Error(err)
	}
	writing.Wait()

	for n := range rounds {
		restored := filepath.Join(t.TempDir(), "restored")
		run(ctx, t, "restore", backupOf(data, n), "--data", restored)
		wantRecords(ctx, t, fmt.Sprint("backup ", n), restored, writers, before[n])
	}
	wantRecords(ctx, t, "the server itself", data, writers, acknowledged(writers))
	run(ctx, t, "check", "--data", data)
}

func backupOf(data string, n int) string {
	return filepath.Join(filepath.Dir(data), "backups", fmt.Sprint(n))
}

// await waits until every writer has so many records acknowledged. What a load
// has reached can only be asked.
func await(ctx context.Context, t *testing.T, writers []*writer, n int64) {
	t.Helper()
	ask := time.NewTicker(5 * time.Millisecond)
	defer ask.Stop()
	for _, w := range writers {
		for w.acknowledged.Load() < n {
			select {
			case <-ask.C:
			case <-ctx.Done():
				t.Fatalf("%s has %d records after all that time", w.key, w.acknowledged.Load())
			}
		}
	}
}

func acknowledged(writers []*writer) map[string]int64 {
	counts := map[string]int64{}
	for _, w := range writers {
		counts[w.key] = w.acknowledged.Load()
	}
	return counts
}

// wantRecords starts a server on a folder and demands at least these records, and
// none that were never sent.
func wantRecords(ctx context.Context, t *testing.T, what, data string, writers []*writer, least map[string]int64) {
	t.Helper()
	s := start(ctx, t, data, freeAddr(t))
	found, err := count(ctx, newClient(s.Endpoint()))
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	for _, w := range writers {
		if n := found[w.key]; n < least[w.key] || n > w.sent.Load() {
			t.Errorf("%s has %d records of %s; %d were acknowledged, %d were sent in the end", what, n, w.key, least[w.key], w.sent.Load())
		}
	}
	if err := s.Stop(ctx); err != nil {
		t.Error(err)
	}
}

func freeAddr(t *testing.T) string {
	t.Helper()
	addr, err := process.FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	return addr
}

func start(ctx context.Context, t *testing.T, data, addr string) *process.Server {
	t.Helper()
	s, err := process.Start(process.Options{Binary: binary, Data: data, Addr: addr})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Kill() })
	if err := s.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	return s
}

// run runs the command, which must succeed.
func run(ctx context.Context, t *testing.T, args ...string) {
	t.Helper()
	out, err := exec.CommandContext(ctx, binary, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("freshet %q: %v\n%s", args, err, out)
	}
	t.Logf("%s", out)
}

package streams

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/meta"
	"github.com/freshet/freshet/internal/meta/memmeta"
	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/shardlog/memlog"
)

const (
	testAccount = "123456789012"
	testRegion  = "us-east-1"
)

var testCaller = access.Dev(testAccount, testRegion)

// rig is a service on the reference drivers, and words to speak to it.
type rig struct {
	*Service
	t     testing.TB
	log   *memlog.Log
	store *memmeta.Store
}

// newRig makes a service whose Run goes on until the test ends.
func newRig(t testing.TB, o Options) *rig {
	t.Helper()
	r := newIdleRig(t)
	r.start(o)
	return r
}

// newIdleRig makes one whose service the test starts.
func newIdleRig(t testing.TB) *rig {
	return &rig{t: t, log: memlog.New(), store: memmeta.New()}
}

// start makes a service on what the log and the store of r hold: a restart, if
// there was one before.
func (r *rig) start(o Options) (stop func()) {
	r.t.Helper()
	return r.startOn(r.log, r.store, o)
}

// startOn makes it on drivers that stand before those of r.
func (r *rig) startOn(log shardlog.Log, store meta.Store, o Options) (stop func()) {
	r.t.Helper()
	s := New(log, store, o)
	r.Service = s
	if err := s.Load(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := s.Run(ctx); err != nil {
			r.t.Error(err)
		}
	}()
	stop = func() { cancel(); <-done }
	r.t.Cleanup(stop)
	return stop
}

// inBubble runs a test in a bubble of time, on a service without delays.
func inBubble(t *testing.T, fn func(t *testing.T, r *rig)) {
	t.Helper()
	withOptions(t, Options{}, fn)
}

func withOptions(t *testing.T, o Options, fn func(t *testing.T, r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { fn(t, newRig(t, o)) })
}

func (r *rig) ctx() context.Context { return r.t.Context() }

// must returns v, and ends the test on an error.
func must[T any](t testing.TB, v T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (r *rig) create(name string, shards int32) {
	r.t.Helper()
	_, err := r.CreateStream(r.ctx(), testCaller, &kinesis.CreateStreamInput{StreamName: &name, ShardCount: &shards})
	must(r.t, 0, err)
}

func (r *rig) delete(name string) {
	r.t.Helper()
	_, err := r.DeleteStream(r.ctx(), testCaller, &kinesis.DeleteStreamInput{StreamName: &name})
	must(r.t, 0, err)
}

func (r *rig) stream(name string) *stream {
	r.t.Helper()
	st := r.catalog.now().byKey[streamKey{testAccount, testRegion, name}]
	if st == nil {
		r.t.Fatalf("there is no stream %s", name)
	}
	return st
}

func (r *rig) put(name, key, data string) *kinesis.PutRecordOutput {
	r.t.Helper()
	out, err := r.PutRecord(r.ctx(), testCaller, &kinesis.PutRecordInput{StreamName: &name, PartitionKey: &key, Data: []byte(data)})
	return must(r.t, out, err)
}

// putAt puts a record into the shard that has a hash key.
func (r *rig) putAt(name string, at hashKey, data string) *kinesis.PutRecordOutput {
	r.t.Helper()
	out, err := r.PutRecord(r.ctx(), testCaller, &kinesis.PutRecordInput{
		StreamName: &name, PartitionKey: new("k"), ExplicitHashKey: new(at.String()), Data: []byte(data)})
	return must(r.t, out, err)
}

func (r *rig) iterator(name, shard string, kind kinesis.ShardIteratorType, more ...func(*kinesis.GetShardIteratorInput)) string {
	r.t.Helper()
	in := &kinesis.GetShardIteratorInput{StreamName: &name, ShardId: &shard, ShardIteratorType: &kind}
	for _, set := range more {
		set(in)
	}
	out, err := r.GetShardIterator(r.ctx(), testCaller, in)
	return *must(r.t, out, err).ShardIterator
}

func (r *rig) get(iterator string) *kinesis.GetRecordsOutput {
	r.t.Helper()
	out, err := r.GetRecords(r.ctx(), testCaller, &kinesis.GetRecordsInput{ShardIterator: &iterator})
	return must(r.t, out, err)
}

// texts returns the data of records.
func texts(records []kinesis.Record) []string {
	list := []string{}
	for _, rec := range records {
		list = append(list, string(rec.Data))
	}
	return list
}

// all reads a shard from the trim horizon until its end or tail.
func (r *rig) all(name, shard string) []string {
	r.t.Helper()
	return texts(r.get(r.iterator(name, shard, kinesis.ShardIteratorTypeTrimHorizon)).Records)
}

// shards lists the ids that a filter selects.
func (r *rig) shards(name string, f *kinesis.ShardFilter) []kinesis.Shard {
	r.t.Helper()
	var list []kinesis.Shard
	in := &kinesis.ListShardsInput{StreamName: &name, ShardFilter: f}
	for {
		out, err := r.ListShards(r.ctx(), testCaller, in)
		must(r.t, 0, err)
		list = append(list, out.Shards...)
		if out.NextToken == nil {
			return list
		}
		in = &kinesis.ListShardsInput{NextToken: out.NextToken}
	}
}

func ids(shards []kinesis.Shard) []string {
	list := []string{}
	for _, sh := range shards {
		list = append(list, *sh.ShardId)
	}
	return list
}

// split splits a shard in the middle.
func (r *rig) split(name string, number uint32) {
	r.t.Helper()
	must(r.t, 0, r.splitErr(name, shardID(number), splitOf(r.stream(name).shard(number)).ranges[1].Start.String()))
}

func (r *rig) splitErr(name, shard, key string) error {
	_, err := r.SplitShard(r.ctx(), testCaller, &kinesis.SplitShardInput{StreamName: &name, ShardToSplit: &shard, NewStartingHashKey: &key})
	return err
}

func splitOf(sh *shard) replacement { return splitAt(sh, middle(sh.Keys)) }

// middle is about where r is to be split in halves.
func middle(r hashRange) hashKey {
	return hashKey{r.Start.hi/2 + r.End.hi/2, r.Start.lo/2 + r.End.lo/2}.next()
}

// merge merges two shards that are adjacent in this order.
func (r *rig) merge(name string, first, second uint32) {
	r.t.Helper()
	must(r.t, 0, r.mergeErr(name, shardID(first), shardID(second)))
}

func (r *rig) mergeErr(name, first, second string) error {
	_, err := r.MergeShards(r.ctx(), testCaller, &kinesis.MergeShardsInput{StreamName: &name, ShardToMerge: &first, AdjacentShardToMerge: &second})
	return err
}

// wantError checks the code and the text of an error.
func wantError(t testing.TB, err error, code, message string) {
	t.Helper()
	var e *awsapi.Error
	if !errors.As(err, &e) {
		t.Fatalf("error %v, want %s", err, code)
	}
	if e.Code != code || e.Message != message {
		t.Errorf("got  %s: %s\nwant %s: %s", e.Code, e.Message, code, message)
	}
	if want := 400; code == codeInternal && e.Status != 500 || code != codeInternal && e.Status != want {
		t.Errorf("%s has status %d", e.Code, e.Status)
	}
}

func wantEqual[T comparable](t testing.TB, got, want T, what string) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func wantList(t testing.TB, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func later(d time.Duration) { time.Sleep(d) } // the bubble's time

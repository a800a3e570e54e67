package streams

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

func TestInitialStreamsAreMadeOnce(t *testing.T) {
	var said bytes.Buffer
	o := Options{TransitionDelay: time.Minute, Logger: slog.New(slog.NewTextHandler(&said, nil))}
	withOptions(t, o, func(t *testing.T, r *rig) {
		list := []Initial{
			{Caller: testCaller, Create: &kinesis.CreateStreamInput{StreamName: new("orders"), ShardCount: new(int32(2)),
				Tags: map[string]string{"team": "blue"}}, RetentionHours: 48},
			{Caller: access.Dev("", "eu-west-1"), Create: &kinesis.CreateStreamInput{StreamName: new("parcels")}},
		}
		must(t, 0, r.EnsureStreams(r.ctx(), list))
		st := r.stream("orders")
		wantEqual(t, st.Status, active, "status") // at once, whatever the delay
		wantEqual(t, len(st.ring), 2, "shards")
		wantEqual(t, st.RetentionHours, 48, "retention")
		wantEqual(t, st.Tags["team"], "blue", "tag")
		r.put("orders", "k", "a")
		wantEqual(t, len(r.catalog.now().of(streamKey{account: access.DefaultAccount, region: "eu-west-1"})[0].ring), 4, "shards of parcels")
		if n := strings.Count(said.String(), "initial stream made"); n != 2 {
			t.Errorf("%d streams are told of:\n%s", n, &said)
		}

		said.Reset()
		must(t, 0, r.EnsureStreams(r.ctx(), list))
		wantEqual(t, said.String(), "", "what is said of streams that are there")
		list[0].Create.ShardCount, list[0].RetentionHours = new(int32(3)), 24
		must(t, 0, r.EnsureStreams(r.ctx(), list))
		wantEqual(t, r.stream("orders"), st, "the stream that is there")
		for _, want := range []string{"left as it is", "stream=orders", `shards="2, not 3"`, `retention_hours="48, not 24"`} {
			if !strings.Contains(said.String(), want) {
				t.Errorf("the log lacks %s:\n%s", want, &said)
			}
		}
	})
}

func TestInitialStreamsThatCannotBe(t *testing.T) {
	withOptions(t, Options{ShardLimit: 3}, func(t *testing.T, r *rig) {
		f := func(want string, in kinesis.CreateStreamInput) {
			t.Helper()
			in.StreamName = new("orders")
			err := r.EnsureStreams(r.ctx(), []Initial{{Caller: testCaller, Create: &in}})
			if err == nil || !strings.Contains(err.Error(), "initial stream orders in account "+testAccount) || !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %q", err, want)
			}
		}
		f("exceed the shard limit", kinesis.CreateStreamInput{ShardCount: new(int32(4))})
		f("invalid characters", kinesis.CreateStreamInput{ShardCount: new(int32(1)), Tags: map[string]string{"team": "blue\n"}})
	})
}

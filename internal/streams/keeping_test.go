package streams

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/shardlog/memlog"
)

// settingsLog remembers how each stream is to be kept, and refuses records of a
// stream of which it has not been told.
type settingsLog struct {
	*memlog.Log
	t  *testing.T
	mu sync.Mutex
	of map[shardlog.StreamID]shardlog.Settings
}

func newSettingsLog(t *testing.T, log *memlog.Log) *settingsLog {
	return &settingsLog{Log: log, t: t, of: map[shardlog.StreamID]shardlog.Settings{}}
}

func (l *settingsLog) Configure(ctx context.Context, id shardlog.StreamID, s shardlog.Settings) error {
	l.mu.Lock()
	l.of[id] = s
	l.mu.Unlock()
	return l.Log.Configure(ctx, id, s)
}

func (l *settingsLog) Append(ctx context.Context, entries []shardlog.Entry) ([]shardlog.Result, error) {
	for _, e := range entries {
		if l.settings(e.Shard.Stream) == (shardlog.Settings{}) {
			l.t.Errorf("a record of %s, which is not configured", e.Shard)
		}
	}
	return l.Log.Append(ctx, entries)
}

func (l *settingsLog) settings(id shardlog.StreamID) shardlog.Settings {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.of[id]
}

// createTagged makes a stream of one shard whose compression tag is value.
func (r *rig) createTagged(name, value string) error {
	_, err := r.CreateStream(r.ctx(), testCaller, &kinesis.CreateStreamInput{
		StreamName: &name, ShardCount: new(int32(1)), Tags: map[string]string{compressionTag: value}})
	return err
}

// setRetention makes hours the retention of a stream.
func (r *rig) setRetention(name string, hours int32) {
	r.t.Helper()
	must(r.t, 0, r.retain(name, hours))
}

// retain is setRetention that may fail: it raises or lowers, whichever it is.
func (r *rig) retain(name string, hours int32) error {
	if hours > r.stream(name).RetentionHours {
		return r.increase(name, hours)
	}
	return r.decrease(name, hours)
}

func (r *rig) increase(name string, hours int32) error {
	_, err := r.IncreaseStreamRetentionPeriod(r.ctx(), testCaller, &kinesis.IncreaseStreamRetentionPeriodInput{StreamName: &name, RetentionPeriodHours: &hours})
	return err
}

func (r *rig) decrease(name string, hours int32) error {
	_, err := r.DecreaseStreamRetentionPeriod(r.ctx(), testCaller, &kinesis.DecreaseStreamRetentionPeriodInput{StreamName: &name, RetentionPeriodHours: &hours})
	return err
}

// The log knows how a stream is kept before the first record, at every change,
// and after a restart.
func TestTheLogIsToldHowStreamsAreKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newIdleRig(t)
		log := newSettingsLog(t, r.log)
		stop := r.startOn(log, r.store, Options{})
		f := func(name string, hours int, c shardlog.Compression) {
			t.Helper()
			want := shardlog.Settings{Retention: time.Duration(hours) * time.Hour, Compression: c}
			wantEqual(t, log.settings(r.stream(name).id), want, "how "+name+" is kept")
		}
		r.create("plain", 1)
		must(t, 0, r.createTagged("small", "s2"))
		must(t, 0, r.createTagged("quick", "none"))
		r.put("small", "k", "a")
		f("plain", 24, shardlog.NoCompression)
		f("small", 24, shardlog.S2)
		r.setRetention("small", 7*24)
		f("small", 7*24, shardlog.S2)
		r.delete("plain")

		stop()
		log = newSettingsLog(t, r.log)
		r.startOn(log, r.store, Options{Compression: shardlog.S2})
		f("small", 7*24, shardlog.S2)
		f("quick", 24, shardlog.NoCompression)
		r.create("plain", 1)
		f("plain", 24, shardlog.S2)
		r.put("quick", "k", "b")
	})
}

func TestAnotherCompressionIsRefused(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		for _, value := range []string{"zstd", "", "S2"} {
			wantError(t, r.createTagged("orders", value), "InvalidArgumentException",
				"The tag freshet:compression says how records are compressed on the disk: its value must be none or s2. Specified value was "+value)
		}
		wantEqual(t, len(r.catalog.now().sorted), 0, "streams")
	})
}

// What another version wrote into the tag does not keep the server from starting.
func TestACompressionOfAnotherVersionIsLeftAlone(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		_, err := r.catalog.change(r.ctx(), r.stream("orders").streamKey, func(old *stream) (*stream, error) {
			doc := old.streamDocument
			doc.Tags = map[string]string{compressionTag: "of the future"}
			return old.revised(doc, old.shards), nil
		})
		must(t, 0, err)
		log := newSettingsLog(t, r.log)
		r.startOn(log, r.store, Options{Compression: shardlog.S2})
		wantEqual(t, log.settings(r.stream("orders").id).Compression, shardlog.S2, "compression")
	})
}

// A shorter retention takes effect at once and for good: what it hid does not
// come back when it is raised, though nothing was trimmed in between.
func TestALongerRetentionShowsNothingAgain(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		r.setRetention("orders", 48)
		r.put("orders", "k", "a")
		later(30*time.Hour + time.Second)
		r.put("orders", "k", "b")
		wantList(t, r.all("orders", "0"), "a", "b")
		r.setRetention("orders", 24)
		wantList(t, r.all("orders", "0"), "b")
		r.setRetention("orders", 8760)
		wantList(t, r.all("orders", "0"), "b")
		wantEqual(t, r.log.State(r.stream("orders").ref(r.stream("orders").shard(0))).Floor, 1, "floor")
		later(300 * 24 * time.Hour)
		wantList(t, r.all("orders", "0"), "b")
	})
}

// If what is hidden cannot be trimmed, the retention stays as it is.
func TestARetentionThatCannotGrow(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		r.startOn(untrimmableLog{r.log}, r.store, Options{})
		if r.increase("orders", 25) == nil {
			t.Error("the retention grew")
		}
		wantEqual(t, r.stream("orders").RetentionHours, 24, "retention")
	})
}

type untrimmableLog struct{ *memlog.Log }

func (untrimmableLog) Trim(context.Context, shardlog.StreamID, shardlog.Millis) error {
	return errDamaged
}

// slowLog lets something happen while a stream is trimmed, before the next one is.
type slowLog struct {
	*memlog.Log
	during func(shardlog.StreamID)
}

func (l *slowLog) Trim(ctx context.Context, id shardlog.StreamID, before shardlog.Millis) error {
	l.during(id)
	return l.Log.Trim(ctx, id, before)
}

// What a longer retention keeps is not deleted by a pass that began before.
func TestRetentionGrowsWhileStreamsAreTrimmed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newIdleRig(t)
		var grown atomic.Bool
		log := &slowLog{Log: r.log, during: func(id shardlog.StreamID) {
			if id == r.stream("a").id && !grown.Swap(true) {
				r.setRetention("b", 168)
				later(40 * time.Second)
			}
		}}
		r.startOn(log, r.store, Options{})
		r.create("a", 1)
		r.create("b", 1)
		later(30 * time.Second)
		r.put("b", "k", "kept")

		later(24*time.Hour + time.Minute)
		if !grown.Load() {
			t.Fatal("nothing was trimmed")
		}
		wantEqual(t, strings.Join(r.all("b", "0"), ","), "kept", "records")
	})
}

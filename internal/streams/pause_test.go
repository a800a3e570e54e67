package streams

import (
	"testing"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/extapi"
)

func TestAPausedStreamIsReadAndNotWritten(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 2)
		first := r.putAt("orders", hashKey{}, "a")
		since := time.Now().UTC().Truncate(time.Millisecond)
		st, err := r.PauseStream(r.ctx(), testCaller, "orders", nil)
		wantEqual(t, *must(t, st, err).Paused, since, "paused")
		refused := "Writes to stream orders under account " + testAccount + " have been paused since " +
			since.Format(time.RFC3339) + ". Reads go on."
		f := func() {
			t.Helper()
			_, err := r.PutRecord(r.ctx(), testCaller, &kinesis.PutRecordInput{StreamName: new("orders"), PartitionKey: new("k"), Data: []byte{}})
			wantError(t, err, "AccessDeniedException", refused)
			_, err = r.PutRecords(r.ctx(), testCaller, &kinesis.PutRecordsInput{StreamName: new("orders"), Records: entries("x", "y")})
			wantError(t, err, "AccessDeniedException", refused)
		}
		f()
		wantList(t, r.all("orders", *first.ShardId), "a")
		wantEqual(t, r.status("orders"), active, "status")
		later(time.Hour)
		st, err = r.PauseStream(r.ctx(), testCaller, "orders", nil)
		wantEqual(t, *must(t, st, err).Paused, since, "paused again")
		r.split("orders", 0)
		f()
		r.start(Options{}) // a restart does not end it
		f()

		st, err = r.ResumeStream(r.ctx(), testCaller, "orders", nil)
		if must(t, st, err).Paused != nil {
			t.Error("it is paused still")
		}
		r.put("orders", "k", "b")
		_, err = r.ResumeStream(r.ctx(), testCaller, "orders", nil)
		must(t, 0, err)

		_, err = r.PauseStream(r.ctx(), testCaller, "parcels", nil)
		wantError(t, err, notFound, "Stream parcels under account "+testAccount+" not found.")
	})
}

func TestAStreamThatIsDeletedIsNotPaused(t *testing.T) {
	withOptions(t, Options{TransitionDelay: time.Second}, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		_, err := r.PauseStream(r.ctx(), testCaller, "orders", nil)
		must(t, 0, err) // it may be paused before anybody can write
		later(2 * time.Second)
		r.delete("orders")
		_, err = r.PauseStream(r.ctx(), testCaller, "orders", nil)
		wantError(t, err, "ResourceInUseException", "Stream orders under account "+testAccount+" not ACTIVE, instead in state DELETING")
	})
}

func TestStreamsAreListedByName(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("b", 2)
		r.create("a", 1)
		out, err := r.Streams(r.ctx(), testCaller, "", &extapi.Nothing{})
		list := must(t, out, err).Streams
		wantEqual(t, len(list), 2, "streams")
		wantEqual(t, list[0].Name+list[1].Name, "ab", "names")
		wantEqual(t, list[1].OpenShards, 2, "open shards")
		wantEqual(t, list[1].ARN, "arn:aws:kinesis:us-east-1:"+testAccount+":stream/b", "ARN")
	})
}

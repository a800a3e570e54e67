package streams

import (
	"context"
	"errors"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/keys"
	"github.com/freshet/freshet/internal/keys/keyfile"
	"github.com/freshet/freshet/internal/limits"
	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/shardlog/disklog"
	"github.com/freshet/freshet/internal/vfs"
)

// vault is a keyring in memory that may be away.
type vault struct {
	*keyfile.File
	away atomic.Bool
}

func newVault() *vault { return &vault{File: keyfile.New(keyfile.Options{})} }

func (v *vault) Unwrap(ctx context.Context, wrapped []byte, bind keys.Binding) (keys.Plaintext, error) {
	if v.away.Load() {
		return keys.Plaintext{}, keys.ErrUnavailable
	}
	return v.File.Unwrap(ctx, wrapped, bind)
}

const defaultKey = keys.DefaultAlias

func (r *rig) encrypt(name, key string) error {
	_, err := r.StartStreamEncryption(r.ctx(), testCaller, &kinesis.StartStreamEncryptionInput{
		StreamName: &name, EncryptionType: new(kinesis.EncryptionTypeKms), KeyId: &key})
	return err
}

func (r *rig) decrypt(name string) error {
	_, err := r.StopStreamEncryption(r.ctx(), testCaller, &kinesis.StopStreamEncryptionInput{
		StreamName: &name, EncryptionType: new(kinesis.EncryptionTypeKms), KeyId: new(defaultKey)})
	return err
}

// putKind puts a record and returns the answer's EncryptionType.
func (r *rig) putKind(name, data string) (string, error) {
	out, err := r.PutRecord(r.ctx(), testCaller, &kinesis.PutRecordInput{StreamName: &name, PartitionKey: new("k"), Data: []byte(data)})
	if err != nil {
		return "", err
	}
	return kindOf(out.EncryptionType), nil
}

func kindOf(kind *kinesis.EncryptionType) string {
	if kind == nil {
		return ""
	}
	return string(*kind)
}

// wantKinds demands the EncryptionType of each record of shard 0.
func (r *rig) wantKinds(name string, want ...string) {
	r.t.Helper()
	records, err := r.kinds(name)
	if err != nil {
		r.t.Fatal(err)
	}
	if len(records) != len(want) {
		r.t.Fatalf("%d records, want %d", len(records), len(want))
	}
	for i, rec := range records {
		if got := kindOf(rec.EncryptionType); got != want[i] {
			r.t.Errorf("record %d has EncryptionType %q, want %q", i, got, want[i])
		}
	}
}

func (r *rig) kinds(name string) ([]kinesis.Record, error) {
	it, err := r.GetShardIterator(r.ctx(), testCaller, &kinesis.GetShardIteratorInput{
		StreamName: &name, ShardId: new("shardId-000000000000"), ShardIteratorType: new(kinesis.ShardIteratorTypeTrimHorizon)})
	if err != nil {
		return nil, err
	}
	out, err := r.GetRecords(r.ctx(), testCaller, &kinesis.GetRecordsInput{ShardIterator: it.ShardIterator})
	if err != nil {
		return nil, err
	}
	return out.Records, nil
}

func (r *rig) wantEncryption(name string, status kinesis.StreamStatus, kind kinesis.EncryptionType, key string) {
	r.t.Helper()
	out, err := r.DescribeStreamSummary(r.ctx(), testCaller, &kinesis.DescribeStreamSummaryInput{StreamName: &name})
	if err != nil {
		r.t.Fatal(err)
	}
	d := out.StreamDescriptionSummary
	all, err := r.DescribeStream(r.ctx(), testCaller, &kinesis.DescribeStreamInput{StreamName: &name})
	if err != nil {
		r.t.Fatal(err)
	}
	got := ""
	if d.KeyId != nil {
		got = *d.KeyId
	}
	if *d.StreamStatus != status || *d.EncryptionType != kind || got != key || (d.KeyId == nil) != (all.StreamDescription.KeyId == nil) || *all.StreamDescription.EncryptionType != kind {
		r.t.Errorf("%s, %s, key %q; want %s, %s, %q", *d.StreamStatus, *d.EncryptionType, got, status, kind, key)
	}
}

// Starting, starting again and stopping are transitions: while they go on, records
// are put and read, as they were before; from ACTIVE on they are put as was asked
// for, and what is there stays as it is.
func TestEncryptionIsATransition(t *testing.T) {
	const updating, active = kinesis.StreamStatusUpdating, kinesis.StreamStatusActive
	const none, kms = kinesis.EncryptionTypeNone, kinesis.EncryptionTypeKms
	withOptions(t, Options{TransitionDelay: time.Second, Keys: newVault()}, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		later(time.Second)
		synctest.Wait()
		put := func(want string) {
			t.Helper()
			if got, err := r.putKind("orders", "data"); err != nil || got != want {
				t.Errorf("put: %q, %v; want %q", got, err, want)
			}
		}
		put("")
		must(t, 0, r.encrypt("orders", defaultKey))
		r.wantEncryption("orders", updating, none, "")
		wantError(t, r.encrypt("orders", defaultKey), inUse, say("Stream {X} under account {A} not ACTIVE, instead in state UPDATING"))
		put("")
		later(time.Second)
		synctest.Wait()
		r.wantEncryption("orders", active, kms, defaultKey)
		put("KMS")
		first := r.stream("orders").dataKey()

		key := must(t, r.stream("orders").Encryption, nil).ARN
		must(t, 0, r.encrypt("orders", key))
		r.wantEncryption("orders", updating, kms, defaultKey)
		put("KMS")
		later(time.Second)
		synctest.Wait()
		r.wantEncryption("orders", active, kms, key)
		if r.stream("orders").dataKey() == first {
			t.Error("the data key is the same after a rotation")
		}
		put("KMS")

		must(t, 0, r.decrypt("orders"))
		r.wantEncryption("orders", updating, kms, key)
		later(time.Second)
		synctest.Wait()
		r.wantEncryption("orders", active, none, "")
		put("")
		r.wantKinds("orders", "", "", "KMS", "KMS", "KMS", "")
		out, err := r.PutRecords(r.ctx(), testCaller, &kinesis.PutRecordsInput{StreamName: new("orders"), Records: []kinesis.PutRecordsRequestEntry{{PartitionKey: new("k")}}})
		if got := must(t, out, err); got.EncryptionType != nil {
			t.Errorf("PutRecords: %s", *got.EncryptionType)
		}
	})
}

// What the provider answers has AWS's names, and changes nothing.
func TestEncryptionRefused(t *testing.T) {
	v := newVault()
	withOptions(t, Options{Keys: v}, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		before := r.stream("orders")
		wantCode(t, r.encrypt("orders", "alias/none"), "KMSNotFoundException")
		wantCode(t, r.encrypt("orders", "arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012"), "KMSNotFoundException")
		if _, err := v.Create(t.Context(), "alias/mine"); err != nil {
			t.Fatal(err)
		}
		if _, err := v.Disable(t.Context(), "alias/mine"); err != nil {
			t.Fatal(err)
		}
		wantCode(t, r.encrypt("orders", "alias/mine"), "KMSDisabledException")
		if r.stream("orders") != before {
			t.Error("the stream was changed")
		}
	})
}

// codeOf is the code of AWS's error, "" of none.
func codeOf(err error) string {
	if e, ok := errors.AsType[*awsapi.Error](err); ok {
		return e.Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// wantCode demands an error with that code.
func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if got := codeOf(err); got != code {
		t.Errorf("%v, want %s", err, code)
	}
}

// "You can successfully apply a new KMS key 25 times in a rolling 24-hour period."
func TestEncryptionTooOften(t *testing.T) {
	withOptions(t, Options{Keys: newVault()}, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		for range limits.EncryptionCalls {
			must(t, 0, r.encrypt("orders", defaultKey))
		}
		wantCode(t, r.encrypt("orders", defaultKey), "LimitExceededException")
		must(t, 0, r.decrypt("orders"))
		later(limits.EncryptionWindow + time.Second)
		must(t, 0, r.encrypt("orders", defaultKey))
	})
}

// A key that is refused closes its streams, and opens them again when it is not any
// more. That the provider is away changes nothing, either way.
func TestKeyThatIsTakenAway(t *testing.T) {
	v := newVault()
	var outcomes []string
	o := Options{Keys: v, KeyChecked: func(c KeyCheck) { outcomes = append(outcomes, c.Outcome()) }}
	withOptions(t, o, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		r.create("plain", 1)
		must(t, 0, r.encrypt("orders", defaultKey))
		check := func(code string) {
			t.Helper()
			_, put := r.putKind("orders", "data")
			wantCode(t, put, code)
			_, err := r.PutRecords(r.ctx(), testCaller, &kinesis.PutRecordsInput{StreamName: new("orders"), Records: []kinesis.PutRecordsRequestEntry{{PartitionKey: new("k")}}})
			wantCode(t, err, code)
			_, err = r.kinds("orders")
			wantCode(t, err, code)
			_, err = r.putKind("plain", "data")
			wantCode(t, err, "")
		}
		synctest.Wait()
		check("")
		v.away.Store(true)
		later(keyInterval)
		synctest.Wait()
		check("")
		v.away.Store(false)
		if _, err := v.Disable(t.Context(), defaultKey); err != nil {
			t.Fatal(err)
		}
		check("") // until it is asked for again
		later(keyInterval)
		synctest.Wait()
		check("KMSDisabledException")
		v.away.Store(true)
		later(keyInterval)
		synctest.Wait()
		check("KMSDisabledException")
		v.away.Store(false)
		if _, err := v.Enable(t.Context(), defaultKey); err != nil {
			t.Fatal(err)
		}
		later(refusedInterval)
		synctest.Wait()
		check("")
		for _, want := range []string{"ok", "unknown", "refused"} {
			found := false
			for _, got := range outcomes {
				found = found || got == want
			}
			if !found {
				t.Errorf("nobody was told of a check that is %s: %q", want, outcomes)
			}
		}
	})
}

// A subscription that goes on ends with AWS's exception when the key is refused, at the
// next event.
func TestSubscriptionToAStreamWhoseKeyIsRefused(t *testing.T) {
	v := newVault()
	withOptions(t, Options{Keys: v}, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		must(t, 0, r.encrypt("orders", defaultKey))
		synctest.Wait() // it is asked for now, and then after keyInterval
		arn := r.register("orders", "app")
		if _, err := v.Disable(t.Context(), defaultKey); err != nil {
			t.Fatal(err)
		}
		later(keyInterval - time.Minute)
		sub := r.subscribe(arn, "shardId-000000000000", latest())
		sub.wantGoing()
		later(time.Minute + limits.SubscriptionIdle)
		synctest.Wait()
		sub.wantEnd("KMSDisabledException", "Key alias/aws/kinesis is disabled.")
	})
}

// What came in encrypted is encrypted in a copy too, though the stream is not any more.
func TestCloneAfterEncryptionWasStopped(t *testing.T) {
	withOptions(t, Options{Keys: newVault()}, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		must(t, 0, r.encrypt("orders", defaultKey))
		synctest.Wait()
		if _, err := r.putKind("orders", "data"); err != nil {
			t.Fatal(err)
		}
		must(t, 0, r.decrypt("orders"))
		synctest.Wait()
		r.wantEncryption("orders", kinesis.StreamStatusActive, kinesis.EncryptionTypeNone, "")
		if _, err := r.CloneStream(r.ctx(), testCaller, "orders", &extapi.CloneRequest{Name: "copy"}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		r.wantEncryption("copy", kinesis.StreamStatusActive, kinesis.EncryptionTypeKms, defaultKey)
		r.wantKinds("copy", "KMS")
	})
}

// On the disk, over restarts: the log finds its data keys by the provider, and what
// was put under each is read. A copy of an encrypted stream is encrypted.
func TestEncryptionOverRestarts(t *testing.T) {
	v := newVault()
	dir := filepath.Join(t.TempDir(), "log")
	r := newIdleRig(t)
	for life := range 3 {
		log, err := disklog.Open(vfs.OS, dir, disklog.Options{Unwrap: Unwrap(v)})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		ran := make(chan error, 1)
		go func() { ran <- log.Run(ctx) }()
		stop := r.startOn(log, r.store, Options{Keys: v})
		switch life {
		case 0:
			r.create("orders", 1)
			must(t, 0, r.encrypt("orders", defaultKey))
		case 1:
			must(t, 0, r.encrypt("orders", defaultKey))
		}
		if kind, err := r.putKind("orders", "data"); err != nil || kind != "KMS" {
			t.Errorf("life %d: put: %q, %v", life, kind, err)
		}
		r.wantKinds("orders", []string{"KMS", "KMS", "KMS"}[:life+1]...)
		if life == 2 {
			if _, err := r.CloneStream(r.ctx(), testCaller, "orders", &extapi.CloneRequest{Name: "copy"}); err != nil {
				t.Fatal(err)
			}
			for r.stream("copy").Status != kinesis.StreamStatusActive {
				<-r.catalog.now().replaced
			}
			r.wantKinds("copy", "KMS", "KMS", "KMS")
			r.wantEncryption("copy", kinesis.StreamStatusActive, kinesis.EncryptionTypeKms, defaultKey)
		}
		stop()
		cancel()
		if err := errors.Join(<-ran, log.Close()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := v.Disable(t.Context(), defaultKey); err != nil {
		t.Fatal(err)
	}
	if _, err := disklog.Open(vfs.OS, dir, disklog.Options{Unwrap: Unwrap(v)}); !errors.Is(err, shardlog.ErrKey) || !errors.Is(err, keys.ErrDisabled) {
		t.Errorf("opened without its key: %v", err)
	}
}

package streams

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

const (
	auto   = kinesis.RecordDistributionStrategyAuto
	byKeys = kinesis.RecordDistributionStrategyUserPartitionKey
)

// createDistributed creates an on-demand stream, of four shards, with a strategy.
func (r *rig) createDistributed(name string, strategy kinesis.RecordDistributionStrategy) error {
	_, err := r.CreateStream(r.ctx(), testCaller, &kinesis.CreateStreamInput{
		StreamName:                 &name,
		StreamModeDetails:          &kinesis.StreamModeDetails{StreamMode: new(kinesis.StreamModeOnDemand)},
		RecordDistributionStrategy: &strategy,
	})
	return err
}

func (r *rig) distribute(name string, strategy kinesis.RecordDistributionStrategy) error {
	_, err := r.UpdateStreamRecordDistributionStrategy(r.ctx(), testCaller, &kinesis.UpdateStreamRecordDistributionStrategyInput{
		StreamARN: new(arnOf(name)), RecordDistributionStrategy: &strategy})
	return err
}

// strategyOf is what the summary says, "" if it says nothing.
func (r *rig) strategyOf(name string) kinesis.RecordDistributionStrategy {
	r.t.Helper()
	out, err := r.DescribeStreamSummary(r.ctx(), testCaller, &kinesis.DescribeStreamSummaryInput{StreamName: &name})
	if s := must(r.t, out, err).StreamDescriptionSummary.RecordDistributionStrategy; s != nil {
		return *s
	}
	return ""
}

// spread puts n records with one partition key and one explicit hash key, and
// returns how many each shard got.
func (r *rig) spread(name string, n int) map[string]int {
	r.t.Helper()
	counts := map[string]int{}
	var list []kinesis.PutRecordsRequestEntry
	for range n {
		list = append(list, kinesis.PutRecordsRequestEntry{PartitionKey: new("k"), ExplicitHashKey: new("0"), Data: []byte{}})
	}
	out, err := r.PutRecords(r.ctx(), testCaller, &kinesis.PutRecordsInput{StreamName: &name, Records: list})
	for _, res := range must(r.t, out, err).Records {
		counts[*res.ShardId]++
	}
	return counts
}

// grow splits a shard of an on-demand stream, which no caller may do.
func (r *rig) grow(name string, number uint32) {
	r.t.Helper()
	must(r.t, 0, r.reshard(r.ctx(), r.stream(name).streamKey, func(st *stream) (*stream, error) {
		return st.closing(time.Now(), splitOf(st.shard(number))), nil
	}))
}

// With AUTO partition keys and hash keys decide nothing, and each shard gets its
// share, however large its range is; with USER_PARTITION_KEY they decide (B).
func TestRecordsAreDistributed(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		must(t, 0, r.createDistributed("orders", byKeys))
		wantEqual(t, r.strategyOf("orders"), byKeys, "strategy")
		wantEqual(t, r.spread("orders", 100)[shardID(0)], 100, "records in shard 0")

		must(t, 0, r.distribute("orders", auto))
		wantEqual(t, r.strategyOf("orders"), auto, "strategy")
		r.grow("orders", 0)
		counts := r.spread("orders", 4000)
		wantEqual(t, len(counts), 5, "shards that got records")
		for id, n := range counts { // 800 expected; 500 if a smaller range got less
			if n < 650 || n > 950 { // by chance in one run of 10^8
				t.Errorf("%s got %d of 4000 records", id, n)
			}
		}
		must(t, 0, r.distribute("orders", byKeys))
		wantEqual(t, r.spread("orders", 100)[shardID(4)], 100, "records in the shard of key 0")
	})
}

// A stream that becomes provisioned has no strategy, until it is on-demand again.
func TestTheStrategySleepsInProvisionedMode(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		must(t, 0, r.createDistributed("orders", auto))
		must(t, 0, r.setMode("orders", provisioned, nil))
		wantEqual(t, r.strategyOf("orders"), "", "strategy")
		wantEqual(t, r.spread("orders", 100)[shardID(0)], 100, "records in shard 0")
		must(t, 0, r.setMode("orders", onDemand, nil))
		wantEqual(t, r.strategyOf("orders"), auto, "strategy")
	})
}

// The strategy outlives a restart.
func TestTheStrategyIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newIdleRig(t)
		stop := r.start(Options{})
		must(t, 0, r.createDistributed("orders", byKeys))
		must(t, 0, r.distribute("orders", auto))
		stop()
		r.start(Options{})
		wantEqual(t, r.strategyOf("orders"), auto, "strategy")
	})
}

// Section 16 and the API: what is refused, and what is not judged.
func TestMessagesOfDistribution(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		const provisioned = "RecordDistributionStrategy AUTO is only supported for streams in On-Demand mode. Stream {X} under account {A} is in Provisioned mode."
		wantError(t, r.distribute("orders", auto), notFound, say(streamGone))
		_, err := r.CreateStream(r.ctx(), testCaller, &kinesis.CreateStreamInput{StreamName: new("orders"), RecordDistributionStrategy: new(auto)})
		wantError(t, err, invalid, say(provisioned))

		r.create("orders", 1)
		wantError(t, r.distribute("orders", auto), invalid, say(provisioned))
		must(t, 0, r.distribute("orders", byKeys))
		wantEqual(t, r.strategyOf("orders"), "", "strategy of a provisioned stream")
		r.delete("orders")

		must(t, 0, r.createDistributed("orders", auto))
		put := &kinesis.PutRecordInput{StreamName: new("orders"), Data: []byte{},
			ExplicitHashKey: new(strings.Repeat("9", 39))} // out of the range, and ignored
		_, err = r.PutRecord(r.ctx(), testCaller, put)
		must(t, 0, err)
		put.SequenceNumberForOrdering = new(r.stream("orders").shard(0).starting().String())
		_, err = r.PutRecord(r.ctx(), testCaller, put)
		wantError(t, err, invalid, say("SequenceNumberForOrdering cannot be used in PutRecord on stream {X} under account {A}, whose RecordDistributionStrategy is AUTO."))
	})
}

// On-demand streams say by default that partition keys decide.
func TestTheDefaultStrategy(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		_, err := r.CreateStream(r.ctx(), testCaller, &kinesis.CreateStreamInput{
			StreamName: new("orders"), StreamModeDetails: &kinesis.StreamModeDetails{StreamMode: new(kinesis.StreamModeOnDemand)}})
		must(t, 0, err)
		wantEqual(t, r.strategyOf("orders"), byKeys, "strategy")
	})
}

func (r *rig) limitRecords(name string, kib int32) error {
	_, err := r.UpdateMaxRecordSize(r.ctx(), testCaller, &kinesis.UpdateMaxRecordSizeInput{StreamARN: new(arnOf(name)), MaxRecordSizeInKiB: &kib})
	return err
}

// The bound holds for records that are put from then on, data and key together;
// larger ones that are there stay readable (B).
func TestTheRecordSizeIsUpdated(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		put := func(size int) error {
			_, err := r.PutRecord(r.ctx(), testCaller, &kinesis.PutRecordInput{StreamName: new("orders"), PartitionKey: new("k"), Data: make([]byte, size)})
			return err
		}
		puts := func(size int) error {
			_, err := r.PutRecords(r.ctx(), testCaller, &kinesis.PutRecordsInput{StreamName: new("orders"), Records: []kinesis.PutRecordsRequestEntry{
				{PartitionKey: new("k"), Data: make([]byte, size)}}})
			return err
		}
		bounded := func(kib int) {
			t.Helper()
			const text = "1 validation error detected: Value 'java.nio.HeapByteBuffer[pos=0 lim=%d cap=%d]' at '%s' failed to satisfy constraint: Member must have length less than or equal to %d"
			most := kib<<10 - 1
			must(t, 0, put(most))
			must(t, 0, puts(most))
			wantError(t, put(most+1), "ValidationException", fmt.Sprintf(text, most+1, most+1, "data", most))
			wantError(t, puts(most+1), "ValidationException", fmt.Sprintf(text, most+1, most+1, "records.1.member.data", most))
			out, err := r.DescribeStreamSummary(r.ctx(), testCaller, &kinesis.DescribeStreamSummaryInput{StreamName: new("orders")})
			wantEqual(t, *must(t, out, err).StreamDescriptionSummary.MaxRecordSizeInKiB, int32(kib), "MaxRecordSizeInKiB")
		}
		wantError(t, r.limitRecords("orders", 2048), notFound, say(streamGone))
		_, err := r.UpdateMaxRecordSize(r.ctx(), testCaller, &kinesis.UpdateMaxRecordSizeInput{MaxRecordSizeInKiB: new(int32(2048))})
		wantError(t, err, invalid, "Either StreamName or StreamARN should be provided.")
		r.create("orders", 1)
		bounded(1024)
		must(t, 0, r.limitRecords("orders", 2048))
		bounded(2048)
		must(t, 0, r.limitRecords("orders", 1024))
		bounded(1024)
		wantEqual(t, len(r.all("orders", "0")), 6, "records")
	})
}

// A change of the size passes UPDATING, and needs ACTIVE; the present size needs
// nothing.
func TestTheRecordSizePassesUpdating(t *testing.T) {
	withOptions(t, Options{TransitionDelay: time.Second}, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		const notActive = "Stream {X} under account {A} not ACTIVE, instead in state "
		wantError(t, r.limitRecords("orders", 2048), inUse, say(notActive+"CREATING"))
		wantError(t, r.distribute("orders", byKeys), inUse, say(notActive+"CREATING"))
		must(t, 0, r.limitRecords("orders", 1024))
		later(time.Second)
		synctest.Wait()
		must(t, 0, r.limitRecords("orders", 2048))
		wantEqual(t, r.status("orders"), updating, "status")
		wantError(t, r.limitRecords("orders", 4096), inUse, say(notActive+"UPDATING"))
		must(t, 0, r.distribute("orders", byKeys)) // passes no status
		later(time.Second)
		synctest.Wait()
		wantEqual(t, r.status("orders"), active, "status")
	})
}

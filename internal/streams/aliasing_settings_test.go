package streams

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// forgets calls an operation whose input lies in memory that is used again
// afterwards, and checks that nothing of the answer and of the catalog lay there.
func forgets[In, Out any](r *rig, call func(context.Context, access.Caller, *In) (*Out, error), in *In) {
	r.t.Helper()
	mangle := pooled(in)
	out, err := call(r.ctx(), testCaller, in)
	must(r.t, 0, err)
	said, err := json.Marshal(out)
	must(r.t, 0, err)
	known := r.known()
	mangle()
	again, err := json.Marshal(out)
	must(r.t, 0, err)
	wantEqual(r.t, string(again), string(said), "the answer")
	wantEqual(r.t, r.known(), known, "the catalog")
}

// Nothing of a setting that the catalog keeps lies in the input.
func TestSettingsDoNotLieInTheInput(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		arn := streamKey{testAccount, testRegion, "orders"}.arn()

		forgets(r, r.IncreaseStreamRetentionPeriod, &kinesis.IncreaseStreamRetentionPeriodInput{StreamARN: new(arn), RetentionPeriodHours: new(int32(48))})
		forgets(r, r.DecreaseStreamRetentionPeriod, &kinesis.DecreaseStreamRetentionPeriodInput{StreamName: new("orders"), RetentionPeriodHours: new(int32(24))})

		consumer := r.register("orders", "audit")
		forgets(r, r.AddTagsToStream, &kinesis.AddTagsToStreamInput{StreamName: new("orders"), Tags: map[string]string{"team": "blue", "stage": "test"}})
		forgets(r, r.ListTagsForStream, &kinesis.ListTagsForStreamInput{StreamName: new("orders"), ExclusiveStartTagKey: new("s")})
		forgets(r, r.RemoveTagsFromStream, &kinesis.RemoveTagsFromStreamInput{StreamARN: new(arn), TagKeys: []string{"stage"}})
		forgets(r, r.EnableEnhancedMonitoring, &kinesis.EnableEnhancedMonitoringInput{StreamName: new("orders"), ShardLevelMetrics: []kinesis.MetricsName{"IncomingBytes", "OutgoingBytes"}})
		forgets(r, r.DisableEnhancedMonitoring, &kinesis.DisableEnhancedMonitoringInput{StreamARN: new(arn), ShardLevelMetrics: []kinesis.MetricsName{"IncomingBytes"}})
		forgets(r, r.StopStreamEncryption, &kinesis.StopStreamEncryptionInput{StreamName: new("orders"), EncryptionType: new(kinesis.EncryptionTypeKms), KeyId: new("k")})
		forgets(r, r.UpdateMaxRecordSize, &kinesis.UpdateMaxRecordSizeInput{StreamARN: new(arn), MaxRecordSizeInKiB: new(int32(2048))})
		must(t, 0, r.createDistributed("parcels", byKeys))
		forgets(r, r.UpdateStreamRecordDistributionStrategy, &kinesis.UpdateStreamRecordDistributionStrategyInput{StreamARN: new(arnOf("parcels")), RecordDistributionStrategy: new(auto)})
		for _, arn := range []string{arn, consumer} {
			forgets(r, r.TagResource, &kinesis.TagResourceInput{ResourceARN: new(arn), Tags: map[string]string{"owner": "ann", "stage": "live"}})
			forgets(r, r.ListTagsForResource, &kinesis.ListTagsForResourceInput{ResourceARN: new(arn)})
			forgets(r, r.PutResourcePolicy, &kinesis.PutResourcePolicyInput{ResourceARN: new(arn), Policy: new(share)})
			forgets(r, r.GetResourcePolicy, &kinesis.GetResourcePolicyInput{ResourceARN: new(arn)})
			forgets(r, r.UntagResource, &kinesis.UntagResourceInput{ResourceARN: new(arn), TagKeys: []string{"stage"}})
			forgets(r, r.DeleteResourcePolicy, &kinesis.DeleteResourcePolicyInput{ResourceARN: new(arn)})
		}
	})
}

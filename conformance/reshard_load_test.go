package conformance

import (
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"

	"github.com/freshet/freshet/e2e/process"
	"github.com/freshet/freshet/e2e/reshard"
)

// A stream is split, merged and scaled under load, and nobody notices: no put is
// refused, and readers that follow the lineage, from the beginning or from an instant
// in the midst, get each key's records in order, none lost and none twice (B, C). With
// AWS's own client.
//
//rule:11 SplitShard MergeShards UpdateShardCount PutRecords GetRecords
func TestReshardUnderLoad(t *testing.T) {
	f := func(name string, transport http.RoundTripper) {
		t.Run(name, func(t *testing.T) {
			client := kinesis.New(kinesis.Options{
				BaseEndpoint: &endpoint, Region: "us-east-1",
				Credentials: credentials.NewStaticCredentialsProvider(newAccount(), "secret", ""),
				HTTPClient:  &http.Client{Transport: transport},
				Retryer:     aws.NopRetryer{},
			})
			rep, err := reshard.Run(t.Context(), reshard.Load{
				Client: client, Stream: "orders", Writers: 4, Keys: 10, Pace: 10 * time.Millisecond, Step: 20 * time.Millisecond, More: 4,
			})
			if err != nil {
				t.Fatal(err)
			}
			t.Log(rep)
		})
	}
	f("JSON", process.HTTPClient().Transport)
	f("CBOR", transcoding{process.HTTPClient().Transport})
}

package server

import "testing"

func TestShardsAreShown(t *testing.T) {
	e := extended(t)
	e.call("CreateStream", `{"StreamName":"orders","ShardCount":2}`)
	const path = "/_freshet/api/streams/orders/shards"
	e.want(200, `{"stream":"orders","shards":[{"id":"shardId-000000000000","startingHashKey":"0",`+
		`"endingHashKey":"170141183460469231731687303715884105727","recordsPerSecond":0,"bytesPerSecond":0,"load":0,"share":0,"keys":[]},`+
		`{"id":"shardId-000000000001"`, "GET", path, "")
	e.want(404, "Stream orders under account", "GET", path+"?region=eu-west-1", "")
}

package limits

import "testing"

func TestShardsPerAccountByRegion(t *testing.T) {
	f := func(region string, want int) {
		t.Helper()
		if got := ShardsPerAccount(region); got != want {
			t.Errorf("ShardsPerAccount(%q) = %d, want %d", region, got, want)
		}
	}
	f("us-east-1", 20000)
	f("us-west-2", 20000)
	f("eu-west-1", 20000)
	f("eu-central-1", 6000)
	f("", 6000)
}

func TestPageIsBoundWhateverIsAskedFor(t *testing.T) {
	f := func(asked *int32, most, want int) {
		t.Helper()
		if got := Page(asked, most); got != want {
			t.Errorf("Page = %d, want %d", got, want)
		}
	}
	f(nil, ListShardsShards, 1000)
	f(new(int32(1)), ListShardsShards, 1)
	f(new(int32(1000)), ListShardsShards, 1000)
	f(new(int32(10000)), ListShardsShards, 1000)
	f(new(int32(10000)), DescribeStreamShards, 100)
}

// A request body must hold the largest PutRecords in base64 (API, PutRecords).
func TestRequestBodyHoldsTheLargestPutRecords(t *testing.T) {
	const perEntry = len(`{"Data":"","PartitionKey":"","ExplicitHashKey":""},`) + 256*6 + 39
	need := PutRecordsBytes*4/3 + PutRecordsEntries*perEntry
	if need > RequestBytes {
		t.Errorf("the largest PutRecords needs %d bytes, RequestBytes is %d", need, RequestBytes)
	}
}

func TestOperationRate(t *testing.T) {
	if r, ok := OperationRate("DescribeStream"); !ok || r != (Rate{10, PerAccount}) {
		t.Errorf("OperationRate(DescribeStream) = %v, %v", r, ok)
	}
	if _, ok := OperationRate("UpdateMaxRecordSize"); ok {
		t.Error("AWS states no rate for UpdateMaxRecordSize")
	}
}

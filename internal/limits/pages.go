package limits

// A page of a listing holds this many entries when none are asked for, and at
// the most, however many are: the model lets a caller ask for 10,000. Hard.
const (
	// DescribeStreamShards (API, DescribeStream).
	DescribeStreamShards = 100

	// ListShardsShards (API, ListShards).
	ListShardsShards = 1000

	// ListStreamsStreams (API, ListStreams); it was 10 until 2022.
	ListStreamsStreams = 100

	// ListConsumersConsumers (API, ListStreamConsumers).
	ListConsumersConsumers = 100

	// ListQueuesQueues is not documented; it is that of ListChannels.
	ListQueuesQueues = 100
)

// Page returns how many entries a page has when the caller asked for asked,
// nil for as many as there are by default.
func Page(asked *int32, most int) int {
	if asked == nil {
		return most
	}
	return min(int(*asked), most)
}

package limits

import "fmt"

// Scope says whose calls a rate counts together.
type Scope uint8

// The scopes of AWS's control-plane rates.
const (
	PerAccount Scope = iota + 1
	PerStream
	// PerShard counts the calls of one account on one shard.
	PerShard
	// PerConsumer counts the calls of one consumer on one shard.
	PerConsumer
)

// Rate is how often an operation may be called in a second.
type Rate struct {
	PerSecond int
	Scope     Scope
}

// Says writes the rate of an operation as a profile writes one: CreateStream=5/s.
func (r Rate) Says(operation string) string { return fmt.Sprintf("%s=%d/s", operation, r.PerSecond) }

// rates are the calls that AWS limits, each from the operation's own page of
// the API reference.
var rates = map[string]Rate{
	"AddTagsToStream":            {5, PerAccount},
	"CreateChannel":              {5, PerAccount},
	"CreateStream":               {5, PerAccount},
	"DeleteChannel":              {5, PerAccount},
	"DeleteStream":               {5, PerAccount},
	"DeregisterStreamConsumer":   {5, PerStream},
	"DescribeAccountSettings":    {5, PerAccount},
	"DescribeChannel":            {5, PerAccount},
	"DescribeLimits":             {1, PerAccount},
	"DescribeStream":             {10, PerAccount},
	"DescribeStreamConsumer":     {20, PerStream},
	"DescribeStreamSummary":      {20, PerAccount},
	"GetRecords":                 {ShardReadCalls, PerShard},
	"GetShardIterator":           {5, PerShard},
	"ListChannels":               {5, PerAccount},
	"ListShards":                 {1000, PerStream},
	"ListStreamConsumers":        {5, PerStream},
	"ListStreams":                {5, PerAccount},
	"ListTagsForStream":          {5, PerAccount},
	"MergeShards":                {5, PerAccount},
	"RegisterStreamConsumer":     {5, PerAccount},
	"RemoveTagsFromStream":       {5, PerAccount},
	"SplitShard":                 {5, PerAccount},
	"SubscribeToShard":           {1, PerConsumer},
	"UpdateAccountSettings":      {5, PerAccount},
	"UpdateChannel":              {5, PerAccount},
	"UpdateShardCount":           {10, PerAccount},
	"UpdateStreamWarmThroughput": {5, PerAccount},
}

// OperationRate returns the rate of an operation by AWS's name, and whether
// AWS states one.
func OperationRate(operation string) (Rate, bool) {
	r, ok := rates[operation]
	return r, ok
}

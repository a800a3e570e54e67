package extapi

import "time"

// StreamsPath answers a Streams by GET: the streams of an account and region,
// by name. Below it, at StreamsPath/{name}, lie the pages of one stream: GET
// answers a Stream, and so does every page that changes it. All of them take
// the query parameters account and region, by default 000000000000 and us-east-1:
// what any credentials without an account of their own mean.
const StreamsPath = Root + "/streams"

// Streams lists streams.
type Streams struct {
	Streams []Stream `json:"streams"`
}

// Stream is what AWS's DescribeStreamSummary says of a stream, and what it does
// not know.
type Stream struct {
	Name    string `json:"name"`
	ARN     string `json:"arn"`
	Account string `json:"account"`
	Region  string `json:"region"`
	// Status and Mode are AWS's.
	Status         string            `json:"status"`
	Mode           string            `json:"mode"`
	Created        time.Time         `json:"created"`
	RetentionHours int32             `json:"retentionHours"`
	OpenShards     int               `json:"openShards"`
	Tags           map[string]string `json:"tags,omitempty"`
	// Paused is when writes were paused; nil if they are not.
	Paused *time.Time `json:"paused,omitempty"`
	// Clone says what the stream is a copy of, nil if of nothing.
	Clone *Clone `json:"clone,omitempty"`
}

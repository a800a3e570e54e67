package streams

import (
	"testing"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

// A channel is refused after what AWS would refuse; none is found, and the list is
// empty.
func TestMessagesOfChannels(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		create := func(in kinesis.CreateChannelInput, streams ...string) error {
			for _, name := range streams {
				in.StreamConfigurationList = append(in.StreamConfigurationList, kinesis.ChannelStreamConfiguration{StreamARN: new(arnOf(name))})
			}
			_, err := r.CreateChannel(r.ctx(), testCaller, &in)
			return err
		}
		const (
			validation  = "ValidationException"
			destination = "Either S3DestinationConfiguration or S3TablesDestinationConfiguration must be specified, but not both."
		)
		s3, tables := new(kinesis.S3DestinationConfiguration), new(kinesis.S3TablesDestinationConfiguration)
		in := kinesis.CreateChannelInput{S3DestinationConfiguration: s3}
		wantError(t, create(in, "orders", "orders"), validation, "StreamConfigurationList must have exactly one entry; it has 2.")
		wantError(t, create(kinesis.CreateChannelInput{}, "orders"), validation, destination)
		wantError(t, create(kinesis.CreateChannelInput{S3DestinationConfiguration: s3, S3TablesDestinationConfiguration: tables}, "orders"), validation, destination)
		wantError(t, create(in, "orders"), notFound, say(streamGone))
		r.create("orders", 1)
		wantError(t, create(in, "orders"), validation,
			say("Channels are only supported for streams in On-Demand mode. Stream {X} under account {A} is in Provisioned mode."))
		must(t, 0, r.createDistributed("parcels", byKeys))
		wantError(t, create(in, "parcels"), validation, "Channels are not supported yet: this server delivers no records to Amazon S3.")

		arn := "arn:aws:kinesis:us-east-1:" + testAccount + ":channel/c"
		missing := "Channel " + arn + " not found. Channels are not supported yet."
		_, err := r.DescribeChannel(r.ctx(), testCaller, &kinesis.DescribeChannelInput{ChannelARN: &arn})
		wantError(t, err, notFound, missing)
		_, err = r.UpdateChannel(r.ctx(), testCaller, &kinesis.UpdateChannelInput{ChannelARN: &arn})
		wantError(t, err, notFound, missing)
		_, err = r.DeleteChannel(r.ctx(), testCaller, &kinesis.DeleteChannelInput{ChannelARN: &arn})
		wantError(t, err, notFound, missing)
		out, err := r.ListChannels(r.ctx(), testCaller, &kinesis.ListChannelsInput{StreamFilter: []kinesis.StreamFilter{{StreamARN: new(arnOf("orders"))}}})
		if must(t, out, err); out.ChannelSummaries == nil || len(out.ChannelSummaries) != 0 || out.NextToken != nil {
			t.Errorf("channels %v", out.ChannelSummaries)
		}
		_, err = r.ListChannels(r.ctx(), testCaller, &kinesis.ListChannelsInput{NextToken: new("x")})
		wantError(t, err, invalid, "Invalid NextToken.")
	})
}

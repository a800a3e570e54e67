package freshet

import (
	"cmp"
	"fmt"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/limits"
	"github.com/freshet/freshet/internal/streams"
	"github.com/freshet/freshet/internal/wire"
)

// InitialStream is a stream that is there when a server is ready: it makes it if
// there is none of that name, account and region. One that is there is left as it
// is; the log warns if it is another than is asked for.
type InitialStream struct {
	// Name is the stream's. It is the one field that must be given.
	Name string
	// Account has 12 digits, overriding the default DevAccount, or in Production the
	// server's account.
	Account string
	// Region overrides the default us-east-1.
	Region string
	// Shards is how many shards it begins with, overriding the default 4. An
	// on-demand stream has no say in it.
	Shards int32
	// Mode is PROVISIONED or ON_DEMAND, overriding the default PROVISIONED.
	Mode string
	// RetentionHours is from 24 to 8760, overriding the default 24.
	RetentionHours int32
	// MaxRecordKiB is from 1024 to 10240, overriding the default 1024.
	MaxRecordKiB int32
	Tags         map[string]string
}

// check returns what is wrong with i, in the words in which CreateStream would
// refuse it, or nil.
func (i InitialStream) check() error {
	if i.Account != "" && access.Dev(i.Account, "").Account() != i.Account {
		return fmt.Errorf("account %q: must be 12 digits", i.Account)
	}
	if i.Mode == string(kinesis.StreamModeOnDemand) && i.Shards != 0 {
		return fmt.Errorf("shards %d: an on-demand stream has as many as it needs", i.Shards)
	}
	if i.RetentionHours != 0 && (i.RetentionHours < limits.RetentionHoursMin || i.RetentionHours > limits.RetentionHoursMax) {
		return fmt.Errorf("retention_hours %d: must be from %d to %d", i.RetentionHours, limits.RetentionHoursMin, limits.RetentionHoursMax)
	}
	if e := wire.Validate(kinesis.OpCreateStream.Input, i.initial(DevAccount).Create); e != nil {
		return e
	}
	return nil
}

// initial returns i as the service is asked for it. account is the default.
func (i InitialStream) initial(account string) streams.Initial {
	in := &kinesis.CreateStreamInput{StreamName: &i.Name, Tags: i.Tags}
	if i.Shards != 0 {
		in.ShardCount = &i.Shards
	}
	if i.Mode != "" {
		in.StreamModeDetails = &kinesis.StreamModeDetails{StreamMode: new(kinesis.StreamMode(i.Mode))}
	}
	if i.MaxRecordKiB != 0 {
		in.MaxRecordSizeInKiB = &i.MaxRecordKiB
	}
	return streams.Initial{Caller: access.Dev(cmp.Or(i.Account, account), i.Region), Create: in, RetentionHours: i.RetentionHours}
}

func initialStreams(list []InitialStream, account string) []streams.Initial {
	all := make([]streams.Initial, len(list))
	for n, i := range list {
		all[n] = i.initial(account)
	}
	return all
}

package audit

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

func TestStreamPutsWhatFailedAgain(t *testing.T) {
	var got []string
	calls := 0
	s := NewStream(access.Dev("123456789012", "eu-west-1"), "audit", func(_ context.Context, c access.Caller, in *kinesis.PutRecordsInput) (*kinesis.PutRecordsOutput, error) {
		calls++
		out := &kinesis.PutRecordsOutput{}
		for i, r := range in.Records {
			var e kinesis.PutRecordsResultEntry
			if calls == 1 && i%2 == 0 {
				e.ErrorCode = new("ProvisionedThroughputExceededException")
			} else {
				got = append(got, strings.TrimSpace(string(r.Data)))
			}
			out.Records = append(out.Records, e)
		}
		if *in.StreamName != "audit" || c.Account() != "123456789012" {
			t.Errorf("put into %s of %s", *in.StreamName, c.Account())
		}
		return out, nil
	})
	if err := s.Write(t.Context(), [][]byte{[]byte("1\n"), []byte("2\n"), []byte("3\n")}); err != nil {
		t.Fatal(err)
	}
	if strings.Join(got, " ") != "2 1 3" {
		t.Errorf("%v", got)
	}
}

func TestStreamThatTakesNothingIsTold(t *testing.T) {
	gone := errors.New("gone")
	f := func(out *kinesis.PutRecordsOutput, err error, want string) {
		t.Helper()
		s := NewStream(access.Dev("", ""), "audit", func(context.Context, access.Caller, *kinesis.PutRecordsInput) (*kinesis.PutRecordsOutput, error) {
			return out, err
		})
		if err := s.Write(t.Context(), [][]byte{[]byte("1\n")}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v", err)
		}
	}
	f(nil, gone, "gone")
	f(&kinesis.PutRecordsOutput{Records: []kinesis.PutRecordsResultEntry{{ErrorCode: new("InternalFailure")}}}, nil, "InternalFailure")
}

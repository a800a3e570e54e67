package config

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	freshet "github.com/freshet/freshet"
)

type initialStreams = []freshet.InitialStream

// The examples are those of kinesis-mock's and LocalStack's documentation.
func TestInitializeStreams(t *testing.T) {
	f := func(in string, want ...freshet.InitialStream) {
		t.Helper()
		got, err := parseInitial(in)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v, %v; want %+v", in, got, err, want)
		}
	}
	f("my-first-stream:1,my-other-stream::us-west-2,my-last-stream:1",
		freshet.InitialStream{Name: "my-first-stream", Shards: 1},
		freshet.InitialStream{Name: "my-other-stream", Region: "us-west-2"},
		freshet.InitialStream{Name: "my-last-stream", Shards: 1})
	f("orders", freshet.InitialStream{Name: "orders"})
	f("orders:,parcels:3:,returns::", freshet.InitialStream{Name: "orders"}, freshet.InitialStream{Name: "parcels", Shards: 3}, freshet.InitialStream{Name: "returns"})
	f(" orders : 2 , parcels,", freshet.InitialStream{Name: "orders", Shards: 2}, freshet.InitialStream{Name: "parcels"})
	f("")
	f(",")

	g := func(in, want string) {
		t.Helper()
		if got, err := parseInitial(in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %+v, %v; want %q", in, got, err, want)
		}
	}
	g(":1", "must be name:shards:region")
	g("a,,b", "must be name:shards:region")
	g("a:1:us-east-1:x", "must be name:shards:region")
	g("a:one", `the shards of a are "one"`)
	g("a:0", "above 0")
	g("a:99999999999", "above 0")
}

func TestInitialStreamsOfTheFile(t *testing.T) {
	s, err := Load(write(t, `
streams:
  initial:
    - name: orders
      account: "123456789012"
      region: eu-west-1
      mode: PROVISIONED
      shards: 2
      retention_hours: 48
      max_record_kib: 2048
      tags: {team: blue, stage: test}
    - parcels:3
    - returns
`), environment(nil))
	want := initialStreams{
		{Name: "orders", Account: "123456789012", Region: "eu-west-1", Mode: "PROVISIONED", Shards: 2,
			RetentionHours: 48, MaxRecordKiB: 2048, Tags: map[string]string{"team": "blue", "stage": "test"}},
		{Name: "parcels", Shards: 3},
		{Name: "returns"},
	}
	if err != nil || !reflect.DeepEqual(s.Server.InitialStreams, want) {
		t.Errorf("%+v, %v", s.Server.InitialStreams, err)
	}
	f := func(list, want string) {
		t.Helper()
		_, err := Load(write(t, "streams:\n  initial:\n"+list), environment(nil))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", list, err, want)
		}
	}
	f("    - shards: 1\n", "line 3: streams.initial: a stream must have a name")
	f("    - {name: a, shard: 1}\n", "streams.initial: shard: there is no such key")
	f("    - {name: a, name: b}\n", "streams.initial: name: is given twice")
	f("    - {name: a, shards: none}\n", `streams.initial: shards: "none": must be a number above 0`)
	f("    - {name: a, mode: fast}\n", "must be PROVISIONED or ON_DEMAND")
	f("    - {name: a, tags: blue}\n", "must be a mapping")
	f("    - {name: a, tags: [blue]}\n", "must be a mapping")
	f("    - {name: a, tags: {team: [blue]}}\n", "must be a mapping")
	f("    - a:b\n", `streams.initial: "a:b": the shards of a`)
	f("    - [a]\n", "must be a list of streams")
}

// What other local endpoints are told works here as it is.
func TestInitializeStreamsOfTheEnvironment(t *testing.T) {
	f := func(env map[string]string, want initialStreams, wrong string) {
		t.Helper()
		s, err := Load(write(t, "streams:\n  initial: [from-file]\n"), environment(env))
		if wrong != "" {
			if err == nil || !strings.Contains(err.Error(), wrong) {
				t.Errorf("%v: %v, want %q", env, err, wrong)
			}
			return
		}
		if err != nil || !reflect.DeepEqual(s.Server.InitialStreams, want) {
			t.Errorf("%v: %+v, %v", env, s.Server.InitialStreams, err)
		}
	}
	f(nil, initialStreams{{Name: "from-file"}}, "")
	f(map[string]string{"INITIALIZE_STREAMS": "a:1"}, initialStreams{{Name: "a", Shards: 1}}, "")
	f(map[string]string{"KINESIS_INITIALIZE_STREAMS": "a:1", "AWS_REGION": "eu-west-1", "AWS_ACCOUNT_ID": "123456789012"},
		initialStreams{{Name: "a", Shards: 1, Region: "eu-west-1", Account: "123456789012"}}, "")
	f(map[string]string{"INITIALIZE_STREAMS": "a,b::us-west-2", "AWS_DEFAULT_REGION": "eu-west-1"},
		initialStreams{{Name: "a", Region: "eu-west-1"}, {Name: "b", Region: "us-west-2"}}, "")
	f(map[string]string{"INITIALIZE_STREAMS": "a", "FRESHET_STREAMS_INITIAL": "b", "AWS_REGION": "eu-west-1"}, initialStreams{{Name: "b"}}, "")
	f(map[string]string{"INITIALIZE_STREAMS": "a", "KINESIS_INITIALIZE_STREAMS": "a"}, initialStreams{{Name: "a"}}, "")
	f(map[string]string{"INITIALIZE_STREAMS": "a", "KINESIS_INITIALIZE_STREAMS": "b"}, nil, "differ")
	f(map[string]string{"INITIALIZE_STREAMS": "a::b:c"}, nil, `INITIALIZE_STREAMS: "a::b:c": must be name:shards:region`)
	f(map[string]string{"FRESHET_STREAMS_INITIAL": ":"}, nil, "must be name")
	f(map[string]string{"FRESHET_STREAMS_INITIAL": ":1"}, nil, `FRESHET_STREAMS_INITIAL: ":1": must be name:shards:region`)
}

// What is read has names, and reads the same when it is written again.
func FuzzParseInitial(f *testing.F) {
	for _, s := range []string{"a:1,b::us-west-2,c:1", "a", ":1", "a,,b", " a : 2 ,", "a:99999999999", "a:1:r:x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		list, err := parseInitial(s)
		if err != nil {
			return
		}
		var again []string
		for _, i := range list {
			if i.Name == "" || i.Shards < 0 || strings.ContainsAny(i.Name+i.Region, ",:") {
				t.Fatalf("%q: %+v", s, i)
			}
			shards := ""
			if i.Shards > 0 {
				shards = fmt.Sprint(i.Shards)
			}
			again = append(again, i.Name+":"+shards+":"+i.Region)
		}
		if same, err := parseInitial(strings.Join(again, ",")); err != nil || !reflect.DeepEqual(same, list) {
			t.Fatalf("%q: written again it is %+v, %v", s, same, err)
		}
	})
}

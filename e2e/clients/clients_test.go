//go:build e2e

package clients

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/freshet/freshet/e2e/process"
)

// tools is where make e2e-deps and make e2e-deps-all put the clients.
const tools = "../../.tools/"

// refusedByClient is the error of a call that a client did not even make.
const refusedByClient = "refused by the client"

// client is one of AWS's clients.
type client struct {
	name string
	// long says that it is left out in short mode.
	long bool
	open func(t *testing.T, endpoint string) bridge
	// lacks are the operations that it does not have, sorted.
	lacks []string
}

// newer are the operations that came after the SDKs whose support has ended.
var newer = []string{
	"CreateChannel", "DeleteChannel", "DescribeAccountSettings", "DescribeChannel", "ListChannels", "ListTagsForResource", "SubscribeToShard",
	"TagResource", "UntagResource", "UpdateAccountSettings", "UpdateChannel", "UpdateMaxRecordSize", "UpdateStreamRecordDistributionStrategy",
	"UpdateStreamWarmThroughput",
}

var clients = []client{
	{name: "aws-sdk-go-v2", open: func(_ *testing.T, endpoint string) bridge { return newGoClient(endpoint, http.DefaultClient) }},
	{name: "boto3", open: func(t *testing.T, endpoint string) bridge {
		return run(t, environment(endpoint), there(t, "venv/bin/python"), "bridge_boto3.py")
	}},
	{name: "client-kinesis for JavaScript, v3", open: func(t *testing.T, endpoint string) bridge {
		return run(t, environment(endpoint, "NODE_PATH="+there(t, "node/node_modules")), "node", "bridge_js3.js")
	}},
	{name: "AWS CLI", long: true, lacks: []string{"SubscribeToShard"}, open: func(t *testing.T, endpoint string) bridge {
		return commandLine{there(t, "venv/bin/aws"), environment(endpoint)}
	}},
	{name: "aws-sdk for JavaScript, v2", long: true, lacks: newer, open: func(t *testing.T, endpoint string) bridge {
		return run(t, environment(endpoint, "NODE_PATH="+there(t, "node/node_modules")), "node", "bridge_js2.js")
	}},
	{name: "AWS SDK for Java, v1", long: true, lacks: newer, open: java("Bridge1")},
	{name: "AWS SDK for Java, v2", long: true, open: java("Bridge2")},
}

func java(class string) func(*testing.T, string) bridge {
	return func(t *testing.T, endpoint string) bridge {
		classes := there(t, "java/classes") + string(os.PathListSeparator) + filepath.Join(there(t, "java/lib"), "*")
		return run(t, environment(endpoint), "java", "-cp", classes, class)
	}
}

// there is the path of a tool, which must be there.
func there(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(tools + name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("the clients are not there, run make e2e-deps-all: %v", err)
	}
	return path
}

// environment points a client to endpoint and hides the user's own settings.
func environment(endpoint string, more ...string) []string {
	return append(append(os.Environ(),
		"AWS_ENDPOINT_URL="+endpoint, "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test",
		"AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1",
		"AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull,
		"AWS_EC2_METADATA_DISABLED=true", "AWS_PAGER=", "PYTHONDONTWRITEBYTECODE=1", "PYTHONUTF8=1"), more...)
}

// TestClients takes each client through the table of steps.
func TestClients(t *testing.T) {
	binary, err := process.Build(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range clients {
		if c.long && testing.Short() {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			s := start(t, binary)
			began := time.Now()
			lacking := walk(t, c.open(t, s.Endpoint()))
			if want := called(c.lacks); !slices.Equal(lacking, want) {
				t.Errorf("the client has no %v, expected of it was %v", lacking, want)
			}
			t.Logf("%d steps in %v", len(steps), time.Since(began).Round(time.Millisecond))
			stop(t, s)
		})
	}
}

// called are those of the operations that steps call.
func called(operations []string) []string {
	return slices.DeleteFunc(slices.Clone(operations), func(op string) bool {
		return !slices.ContainsFunc(steps, func(s step) bool { return s.op == op })
	})
}

// start starts the command on an empty folder.
func start(t *testing.T, binary string) *process.Server {
	t.Helper()
	addr, err := process.FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	s, err := process.Start(process.Options{Binary: binary, Data: t.TempDir(), Addr: addr})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Kill() }) // after a failure; else it has ended
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := s.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	return s
}

func stop(t *testing.T, s *process.Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		t.Error(err)
	}
}

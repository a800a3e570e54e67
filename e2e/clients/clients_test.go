//go:build e2e

package clients

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/freshet/freshet"
	"github.com/freshet/freshet/e2e/process"
)

// tools is where make e2e-deps and make e2e-deps-all put the clients.
const tools = "../../.tools/"

// refusedByClient is the error of a call that a client did not even make.
const refusedByClient = "refused by the client"

// place is where a client finds the server, and as whom it comes: its URL, the file
// with the certificate of its authority if that is https://, and a key, of a session
// with its token. Instead of a key it may have a profile: the variables that name
// AWS's files, in which there is one.
type place struct {
	endpoint, ca, keyID, secret, token string
	profile                            []string
}

// client is one of AWS's clients.
type client struct {
	name string
	// long says that it is left out in short mode.
	long bool
	// protocol and encoding are what it speaks in clear.
	protocol, encoding string
	open               func(*testing.T, place) bridge
	// profiles says that it assumes roles that a profile names.
	profiles bool
	// lacks are the operations that it does not have, sorted.
	lacks []string
}

// queueOperations are the newest.
var queueOperations = []string{
	"AcknowledgeDeadLetterQueueRecords", "AcknowledgeQueueRecords", "CreateQueue", "DeleteQueue", "DescribeQueue", "ListQueues",
	"ReceiveDeadLetterQueueRecords", "ReceiveQueueRecords", "RestoreDeadLetterQueueRecords", "UpdateDeadLetterQueueRecordsVisibility",
	"UpdateQueue", "UpdateQueueRecordsVisibility",
}

// newer are the operations that came after the SDKs whose support has ended.
var newer = []string{
	"CreateChannel", "DeleteChannel", "DescribeAccountSettings", "DescribeChannel", "ListChannels", "ListTagsForResource", "SubscribeToShard",
	"TagResource", "UntagResource", "UpdateAccountSettings", "UpdateChannel", "UpdateMaxRecordSize", "UpdateStreamRecordDistributionStrategy",
	"UpdateStreamWarmThroughput",
}

// and returns both lists as one, sorted.
func and(a, b []string) []string { return slices.Sorted(slices.Values(slices.Concat(a, b))) }

// lackedByCLI are what the AWS CLI leaves out, and what came after its model.
var lackedByCLI = []string{
	"CreateChannel", "DeleteChannel", "DescribeChannel", "ListChannels", "SubscribeToShard", "UpdateChannel", "UpdateStreamRecordDistributionStrategy",
}

var clients = []client{
	{name: "aws-sdk-go-v2", protocol: "HTTP/1.1", encoding: "JSON", lacks: queueOperations, open: newGoClient},
	{name: "boto3", profiles: true, protocol: "HTTP/1.1", encoding: "JSON", open: func(t *testing.T, p place) bridge {
		return run(t, environment(p), there(t, "venv/bin/python"), "bridge_boto3.py")
	}},
	{name: "client-kinesis for JavaScript, v3", profiles: true, protocol: "HTTP/2", encoding: "JSON", lacks: queueOperations, open: node("bridge_js3.js")},
	{name: "AWS CLI", long: true, profiles: true, protocol: "HTTP/1.1", encoding: "JSON", lacks: and(lackedByCLI, queueOperations), open: func(t *testing.T, p place) bridge {
		return commandLine{there(t, "venv/bin/aws"), environment(p)}
	}},
	{name: "aws-sdk for JavaScript, v2", long: true, protocol: "HTTP/1.1", encoding: "JSON", lacks: and(newer, queueOperations), open: node("bridge_js2.js")},
	{name: "AWS SDK for Java, v1", long: true, protocol: "HTTP/1.1", encoding: "CBOR", lacks: and(newer, queueOperations), open: java("Bridge1")},
	{name: "AWS SDK for Java, v2", long: true, protocol: "HTTP/2", encoding: "CBOR", lacks: queueOperations, open: java("Bridge2")},
}

func node(program string) func(*testing.T, place) bridge {
	return func(t *testing.T, p place) bridge {
		modules := "NODE_PATH=" + there(t, "node/node_modules")
		return run(t, append(environment(p), modules, "NODE_EXTRA_CA_CERTS="+p.ca, "NODE_NO_WARNINGS=1"), "node", program)
	}
}

func java(class string) func(*testing.T, place) bridge {
	return func(t *testing.T, p place) bridge {
		classes := there(t, "java/classes") + string(os.PathListSeparator) + filepath.Join(there(t, "java/lib"), "*")
		line := []string{"java", "-cp", classes}
		if p.ca != "" {
			line = append(line, "-Djavax.net.ssl.trustStore="+trustStore(t, p.ca), "-Djavax.net.ssl.trustStorePassword=changeit")
		}
		return run(t, environment(p), append(line, class)...)
	}
}

// trustStore makes what Java reads certificates from.
func trustStore(t *testing.T, ca string) string {
	t.Helper()
	store := filepath.Join(t.TempDir(), "trust.p12")
	out, err := exec.CommandContext(t.Context(), "keytool", "-importcert", "-noprompt", "-alias", "freshet", "-file", ca,
		"-keystore", store, "-storetype", "PKCS12", "-storepass", "changeit").CombinedOutput()
	if err != nil {
		t.Fatalf("keytool: %v\n%s", err, out)
	}
	return store
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

// environment points a client to the server and hides the user's own settings.
func environment(p place) []string {
	others := slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "AWS_") })
	all := append(others,
		"AWS_ENDPOINT_URL="+p.endpoint,
		"AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1",
		"AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull,
		"AWS_EC2_METADATA_DISABLED=true", "AWS_PAGER=", "PYTHONDONTWRITEBYTECODE=1", "PYTHONUTF8=1")
	if p.ca != "" {
		all = append(all, "AWS_CA_BUNDLE="+p.ca)
	}
	if p.profile != nil {
		return append(all, p.profile...)
	}
	all = append(all, "AWS_ACCESS_KEY_ID="+p.keyID, "AWS_SECRET_ACCESS_KEY="+p.secret)
	if p.token != "" {
		all = append(all, "AWS_SESSION_TOKEN="+p.token)
	}
	return all
}

// TestClients takes each client through the table of steps, in clear and over TLS, and
// over TLS with a key of a server that looks at signatures.
func TestClients(t *testing.T) {
	binary, err := process.Build(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range clients {
		if c.long && testing.Short() {
			continue
		}
		t.Run(c.name+", http", func(t *testing.T) {
			s, _ := start(t, process.Options{Binary: binary})
			heard := listen(t, strings.TrimPrefix(s.Endpoint(), "http://"))
			c.walk(t, place{endpoint: "http://" + heard.addr, keyID: "test", secret: "test"})
			heard.heard(t, c.protocol, c.encoding)
			stop(t, s)
		})
		t.Run(c.name+", https", func(t *testing.T) {
			s, data := start(t, process.Options{Binary: binary})
			c.walk(t, place{endpoint: secure(s), ca: freshet.CAFile(data), keyID: "test", secret: "test"})
			stop(t, s)
		})
		t.Run(c.name+", serve", func(t *testing.T) {
			s, root := startServe(t, binary)
			c.walk(t, root)
			stop(t, s)
		})
	}
}

// walk takes the client through the steps.
func (c client) walk(t *testing.T, p place) {
	t.Helper()
	began := time.Now()
	lacking := walk(t, c.open(t, p))
	if want := called(c.lacks); !slices.Equal(lacking, want) {
		t.Errorf("the client has no %v, expected of it was %v", lacking, want)
	}
	t.Logf("%d steps in %v", len(steps), time.Since(began).Round(time.Millisecond))
}

// called are those of the operations that steps call.
func called(operations []string) []string {
	return slices.DeleteFunc(slices.Clone(operations), func(op string) bool {
		return !slices.ContainsFunc(steps, func(s step) bool { return s.op == op })
	})
}

// secure is the URL of s for clients that speak TLS.
func secure(s *process.Server) string { return strings.Replace(s.Endpoint(), "http://", "https://", 1) }

// startServe starts the production mode on an empty folder, in the account that the
// steps speak of. It returns where its root finds it.
func startServe(t *testing.T, binary string) (*process.Server, place) {
	t.Helper()
	s, data := start(t, process.Options{Binary: binary, Command: "serve", Args: []string{"--account", "000000000000"}})
	return s, rootOf(t, s, data)
}

// start starts the command on an empty folder, and returns that too.
func start(t *testing.T, o process.Options) (s *process.Server, data string) {
	t.Helper()
	addr, err := process.FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	data = filepath.Join(t.TempDir(), "data") // which the server makes, for its owner alone
	o.Data, o.Addr = data, addr
	s, err = process.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Kill() }) // after a failure; else it has ended
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := s.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	return s, data
}

func stop(t *testing.T, s *process.Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		t.Error(err)
	}
}

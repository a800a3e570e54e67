package freshet

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/kinesis"
)

func TestAuditIsAFileInProductionAndNothingInDevelopment(t *testing.T) {
	f := func(o Options, want string) {
		t.Helper()
		if got := strings.Join(o.withDefaults().auditSinks(), " "); got != want {
			t.Errorf("%+v: %q, want %q", o.Audit.Sinks, got, want)
		}
	}
	f(Options{}, "")
	f(Options{Production: true}, AuditFile)
	f(Options{Production: true, Audit: Audit{Sinks: []string{AuditOff}}}, "")
	f(Options{Audit: Audit{Sinks: []string{AuditStdout, AuditFile}}}, "stdout file")
}

func TestAuditOptionsThatCannotBe(t *testing.T) {
	f := func(a Audit, want string) {
		t.Helper()
		if err := (Options{Durability: DurabilityMemory, Audit: a}).Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v lacks %q", a, err, want)
		}
	}
	f(Audit{Sinks: []string{"file", "file"}, Dir: "x"}, "Audit.Sinks: file: must be")
	f(Audit{Sinks: []string{"auto", "file"}, Dir: "x"}, "Audit.Sinks: auto: must be")
	f(Audit{Sinks: []string{"file"}}, "Audit.Dir")
	f(Audit{Sinks: []string{"webhook"}, WebhookURL: "http://a.example"}, "must be https")
	f(Audit{Sinks: []string{"stream"}, Stream: "trail"}, "must be account/region/name")
	f(Audit{DataEvents: "some"}, "Audit.DataEvents: some: must be off")
	f(Audit{OnFailure: "panic"}, "continue or refuse")
	f(Audit{FileSize: 1}, "at least 1 MiB")
}

// What was asked before and after a restart is in the folder, for its owner alone.
func TestAuditFileGoesOnAfterARestart(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	o := Options{DataDir: dir, Audit: Audit{Sinks: []string{AuditFile}, DataEvents: "all"}}
	s := run(t, o)
	createAndPut(t, s.client(), "hush")
	s.stop(t)
	s = run(t, o)
	if _, err := s.client().DescribeLimits(t.Context(), &kinesis.DescribeLimitsInput{}); err != nil {
		t.Fatal(err)
	}
	s.stop(t)
	path := filepath.Join(dir, "audit", "audit.jsonl")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"CreateStream", "PutRecord", "DescribeLimits"} {
		if !strings.Contains(string(text), `"eventName":"`+name+`"`) {
			t.Errorf("no %s in %s", name, text)
		}
	}
	if strings.Contains(string(text), "hush") {
		t.Errorf("data in %s", text)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

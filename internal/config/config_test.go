package config

import (
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	freshet "github.com/freshet/freshet"
)

// freshet.yaml promises "every key, at its default": it must set each key of the
// table, and set it to what it would be anyway.
func TestCommittedFileSaysTheDefaults(t *testing.T) {
	content, err := os.ReadFile("../../freshet.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var s Settings
	if errs := s.readFile(content); errs != nil {
		t.Fatal(errs)
	}
	want := Defaults()
	s.Server.Version = want.Server.Version // no key: the build says it
	if !reflect.DeepEqual(s, want) {
		t.Errorf("freshet.yaml gives\n%+v\nthe defaults are\n%+v", s, want)
	}
	for _, k := range want.keys() {
		_, last, _ := strings.Cut(k.name, ".")
		if !strings.Contains(string(content), "  "+last+":") {
			t.Errorf("freshet.yaml lacks %s", k.name)
		}
	}
}

func TestEnvironmentBeatsFile(t *testing.T) {
	path := write(t, "server:\n  listen: 127.0.0.1:1111\n  grace: 1s\ndata:\n  dir: from-file\n")
	secret := write(t, "from-secret\n")
	s, err := Load(path, environment(map[string]string{
		"FRESHET_SERVER_LISTEN":        "127.0.0.1:2222",
		"FRESHET_DATA_DIR_FILE":        secret,
		"FRESHET_SERVER_ALLOWED_HOSTS": "a.example, *.b.example",
		"FRESHET_LOG_LEVEL":            "debug",
		"FRESHET_DATA_DURABILITY":      "interval(50ms)",
		"FRESHET_STREAMS_COMPRESSION":  "s2",
		"FRESHET_LIMITS_PROFILE":       "aws read_calls=10/s write_bytes=2048KiB/s",
		"FRESHET_SERVICE_HOST":         "set by a cluster",

		"FRESHET_SERVER_PLAINTEXT":          "allow",
		"FRESHET_SERVER_TRUSTED_PROXIES":    "10.0.0.7, 192.168.0.0/16, fd00::/8",
		"FRESHET_SERVER_METRICS_TOKEN_FILE": secret,
		"FRESHET_IDENTITY_ACCOUNT":          "012345678901",
		"FRESHET_IDENTITY_REGIONS":          "eu-west-1,eu-central-1",
	}))
	if err != nil {
		t.Fatal(err)
	}
	o := s.Server
	if o.Listen != "127.0.0.1:2222" || o.Grace != time.Second || o.DataDir != "from-secret" {
		t.Errorf("listen %s, grace %s, data %s", o.Listen, o.Grace, o.DataDir)
	}
	if !reflect.DeepEqual(o.AllowedHosts, []string{"a.example", "*.b.example"}) {
		t.Errorf("allowed hosts %q", o.AllowedHosts)
	}
	if o.Durability != freshet.DurabilityInterval(50*time.Millisecond) || o.Compression != freshet.CompressionS2 {
		t.Errorf("durability %s, compression %s", o.Durability, o.Compression)
	}
	if o.Limits != "aws write_bytes=2MiB/s read_calls=10/s" {
		t.Errorf("limits %s", o.Limits)
	}
	if s.Log.Level != slog.LevelDebug {
		t.Errorf("level %s", s.Log.Level)
	}
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.7/32"), netip.MustParsePrefix("192.168.0.0/16"), netip.MustParsePrefix("fd00::/8")}
	if o.Plaintext != freshet.PlaintextAllow || !reflect.DeepEqual(o.TrustedProxies, proxies) || o.MetricsToken.Reveal() != "from-secret" {
		t.Errorf("plaintext %s, proxies %v, metrics token %s", o.Plaintext, o.TrustedProxies, o.MetricsToken.Reveal())
	}
	if o.Account != "012345678901" || !reflect.DeepEqual(o.Regions, []string{"eu-west-1", "eu-central-1"}) {
		t.Errorf("account %s, regions %q", o.Account, o.Regions)
	}
}

func TestFileErrorsNameKeyValueAndRule(t *testing.T) {
	f := func(file string, want ...string) {
		t.Helper()
		_, err := Load(write(t, file), environment(nil))
		if err == nil {
			t.Fatalf("no error for %q", file)
		}
		for _, w := range want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%q: error lacks %q:\n%v", file, w, err)
			}
		}
	}
	f("server:\n  lisen: x\n", "line 2", "server.lisen", "no such key")
	f("server: a: b\n", "line 1: mapping values")
	f("server:\n\tlisten: x\n", "line 2: found character")
	f("server:\n  listen: *x\n", "line 2: unknown anchor 'x'")
	f("servre:\n  listen: x\n", "line 1", "servre", "no such key")
	f("server:\n  data:\n    dir: x\n", "server.data", "no such key")
	f("server:\n  listen: 4566\n", `server.listen: "4566": must be host:port`)
	f("server:\n  listen: a:99999\n", "0 to 65535")
	f("server:\n  grace: 0s\n", `server.grace: "0s": must be above 0`)
	f("server:\n  grace: soon\n", `"soon": must be a duration`)
	f("server:\n  body_budget: 1KiB\n", `"1KiB": must be at least 16MiB`)
	f("server:\n  body_budget: 1e9\n", "must be a number of bytes")
	f("server:\n  body_budget: 99999999999TiB\n", "must be a number of bytes")
	f("server:\n  insecure_open: maybe\n", "must be true or false")
	f("server:\n  grace: [1s]\n", "server.grace: must be a single value")
	f("server:\n  grace: 1s\n  grace: 2s\n", "server.grace: is given twice")
	f("data:\n  dir: ''\n", "data.dir", "must not be empty")
	f("data:\n  memory: true\n", "line 2: data.memory: there is no such key any more; write durability: memory in section data")
	f("data:\n  durability: async\n", `data.durability: "async": must be sync, memory, or an interval like interval(50ms)`)
	f("data:\n  durability: interval(2m)\n", "the interval must be from 1ms to 1m")
	f("streams:\n  compression: zstd\n", `streams.compression: "zstd": must be none or s2`)
	f("streams:\n  transition_delay: -1s\n", "must not be negative")
	f("limits:\n  profile: strict\n", `limits.profile: "strict": must be relaxed or aws`)
	f("encryption:\n  provider: vault\n", "must be file or transit or aws-kms")
	f("encryption:\n  vault_address: http://vault.example\n", "must be https")
	f("encryption:\n  kms_endpoint: kms\n", "must be a URL")
	f("encryption:\n  default_key: alias/aws/kinesis\n", "must be another name")
	f("log:\n  level: loud\nserver: 5\n", "debug, info, warn or error", `server: "5": must be a section`)
	f("server:\n  plaintext: sometimes\n", "must be refuse or allow")
	f("server:\n  trusted_proxies: [proxy.example]\n", "must be addresses like 10.0.0.7 or networks like 10.0.0.0/8")
	f("server:\n  trusted_proxies: 10.0.0.1/8\n", "networks like 10.0.0.0/8")
	f("identity:\n  account: 12345678901\n", `identity.account: "12345678901": must be 12 digits, in quotes if they begin with 0`)
	f("log:\n  format: xml\n", "must be text or json")
	f("- a\n", "the file")
	f("a: [", "line 1: did not find")
}

func TestEnvironmentErrors(t *testing.T) {
	f := func(env map[string]string, want string) {
		t.Helper()
		_, err := Load("", environment(env))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: error %v lacks %q", env, err, want)
		}
	}
	f(map[string]string{"FRESHET_SERVER_GRACE": "x"}, `FRESHET_SERVER_GRACE: "x": must be a duration`)
	f(map[string]string{"FRESHET_DATA_DIR": "a", "FRESHET_DATA_DIR_FILE": "b"}, "both set")
	f(map[string]string{"FRESHET_DATA_DIR_FILE": "/no/such/file"}, "FRESHET_DATA_DIR_FILE")
}

func TestEmptyConfigurationIsTheDefaults(t *testing.T) {
	for _, content := range []string{"", "# nothing\n", "server:\n"} {
		s, err := Load(write(t, content), environment(nil))
		if err != nil || !reflect.DeepEqual(s, Defaults()) {
			t.Errorf("%q: %+v, %v", content, s, err)
		}
	}
	if _, err := Load("/no/such/file", environment(nil)); err == nil {
		t.Error("a file that is not there must be an error")
	}
}

func TestSizes(t *testing.T) {
	f := func(in string, want int64) {
		t.Helper()
		got, err := parseSize(in)
		if err != nil || got != want {
			t.Errorf("parseSize(%q) = %d, %v; want %d", in, got, err, want)
		}
	}
	f("4096", 4096)
	f("5B", 5)
	f("64KiB", 64<<10)
	f("256 MiB", 256<<20)
	f("2GiB", 2<<30)
	if s := formatSize(16 << 20); s != "16MiB" {
		t.Errorf("formatSize = %s", s)
	}
}

func FuzzFile(f *testing.F) {
	f.Add("server:\n  listen: 127.0.0.1:1\n")
	f.Add("a: &x [*x]\n")
	f.Fuzz(func(t *testing.T, content string) {
		var s Settings
		s.readFile([]byte(content))
	})
}

func environment(m map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) { v, ok := m[name]; return v, ok }
}

func write(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

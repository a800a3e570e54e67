package freshet

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestOptionsThatCannotBe(t *testing.T) {
	f := func(o Options, want string) {
		t.Helper()
		err := o.Validate()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", o, err, want)
		}
	}
	f(Options{HeaderTimeout: -1}, "HeaderTimeout: -1ns: must be above 0")
	f(Options{BodyGrace: -1}, "BodyGrace")
	f(Options{IdleTimeout: -1}, "IdleTimeout")
	f(Options{Grace: -time.Second}, "Grace: -1s")
	f(Options{MaxHeaderBytes: 1}, "MaxHeaderBytes: 1")
	f(Options{BodyBudget: 1 << 20}, "at least 16 MiB")
	f(Options{TransitionDelay: -1}, "TransitionDelay")
	f(Options{Listen: "4566"}, "host:port")
	f(Options{Listen: "127.0.0.1:99999"}, "0 to 65535")
	f(Options{Listen: ":80a"}, "0 to 65535")
	f(Options{InitialStreams: []InitialStream{{}}}, `InitialStreams: "": ValidationException: 2 validation errors`)
	f(Options{InitialStreams: []InitialStream{{Name: "a b"}}}, "regular expression pattern")
	f(Options{InitialStreams: []InitialStream{{Name: "a", Account: "me"}}}, `account "me": must be 12 digits`)
	f(Options{InitialStreams: []InitialStream{{Name: "a", Shards: -1}}}, "greater than or equal to 1")
	f(Options{InitialStreams: []InitialStream{{Name: "a", Mode: "FAST"}}}, "enum value set")
	f(Options{InitialStreams: []InitialStream{{Name: "a", Mode: "ON_DEMAND", Shards: 1}}}, "as many as it needs")
	f(Options{InitialStreams: []InitialStream{{Name: "a", RetentionHours: 1}}}, "must be from 24 to 8760")
	f(Options{APIToken: "short"}, "APIToken: …: must be at least 16")
	f(Options{APIToken: "a token with blanks"}, "without blanks")
	f(Options{TLS: "maybe"}, `TLS: "maybe": must be on or off`)
	f(Options{TLSKey: "key.pem"}, "TLSCert and TLSKey")
	f(Options{Limits: "strict"}, "Limits: strict: must be relaxed or aws")
	f(Options{Grace: -1, BodyGrace: -1}, "\n")
	if err := (Options{}).Validate(); err != nil {
		t.Errorf("the zero Options: %v", err)
	}
}

func TestOnlyLoopbackUnlessOpen(t *testing.T) {
	f := func(listen string, ok bool) {
		t.Helper()
		err := Options{Listen: listen}.Validate()
		if (err == nil) != ok || !ok && !errors.Is(err, ErrOpenListener) {
			t.Errorf("%s: %v", listen, err)
		}
		if err := (Options{Listen: listen, InsecureOpen: true}).Validate(); err != nil {
			t.Errorf("%s, open: %v", listen, err)
		}
	}
	f("127.0.0.1:4566", true)
	f("127.9.9.9:0", true)
	f("[::1]:4566", true)
	f("localhost:4566", true)
	f("0.0.0.0:4566", false)
	f("[::]:4566", false)
	f(":4566", false)
	f("192.168.1.2:4566", false)
	f("localhost.example:4566", false)
}

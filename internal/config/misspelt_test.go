package config

import (
	"strings"
	"testing"
)

func TestMisspeltVariablesAreErrors(t *testing.T) {
	f := func(environ string, want ...string) {
		t.Helper()
		err := CheckEnvironment(strings.Fields(environ))
		if err == nil {
			if len(want) > 0 {
				t.Errorf("%s: no error", environ)
			}
			return
		}
		if got := err.Error(); got != strings.Join(want, "\n") {
			t.Errorf("%s: %s\nwant %q", environ, got, want)
		}
	}
	f("FRESHET_SERVER_LISTEN=x FRESHET_DATA_DIR_FILE=y FRESHET_LOG_LEVEL=debug")
	f("FRESHET_SERVER_LISEN=x", "FRESHET_SERVER_LISEN: there is no such key; the nearest is FRESHET_SERVER_LISTEN")
	f("FRESHET_STREAMS_TRANSITIONDELAY=1s FRESHET_DATA_DIRS=x",
		"FRESHET_DATA_DIRS: there is no such key; the nearest is FRESHET_DATA_DIR",
		"FRESHET_STREAMS_TRANSITIONDELAY: there is no such key; the nearest is FRESHET_STREAMS_TRANSITION_DELAY")
	f("FRESHET_SERVER_PORT=4567", "FRESHET_SERVER_PORT: there is no such key; the nearest is FRESHET_SERVER_LISTEN")

	f("FRESHET_DATA_MEMORY=true", "FRESHET_DATA_MEMORY: there is no such key any more;"+
		" write durability: memory in section data (FRESHET_DATA_DURABILITY=memory)")

	// Without the section, as the flags are.
	f("FRESHET_LISTEN=x", "FRESHET_LISTEN: there is no such key; the nearest is FRESHET_SERVER_LISTEN")
	f("FRESHET_DURABILITY_FILE=x", "FRESHET_DURABILITY_FILE: there is no such key; the nearest is FRESHET_DATA_DURABILITY")
	f("FRESHET_DATA=x", "FRESHET_DATA: there is no such key; the nearest is FRESHET_DATA_DIR")

	// Not of a section, or not of ours.
	f("FRESHET_CONFIG=f FRESHET_CRASHES=100 FRESHET_TORTURE=1 SERVER_LISEN=x")
	// What a cluster sets for services called freshet and freshet-server.
	f("FRESHET_SERVICE_HOST=10.0.0.1 FRESHET_PORT=tcp://10.0.0.1:4566")
	f("FRESHET_SERVER_SERVICE_HOST=10.0.0.1 FRESHET_SERVER_SERVICE_PORT=4566 FRESHET_SERVER_SERVICE_PORT_API=4566" +
		" FRESHET_SERVER_PORT=tcp://10.0.0.1:4566 FRESHET_SERVER_PORT_4566_TCP=tcp://10.0.0.1:4566" +
		" FRESHET_SERVER_PORT_4566_TCP_PROTO=tcp FRESHET_SERVER_PORT_4566_TCP_ADDR=10.0.0.1")
}

package main

import (
	"fmt"
	"log/slog"
	"os"
	"time"

	freshet "github.com/freshet/freshet"
)

// printServeScreen is what who runs a server in production sees: where it is, who
// may come in, and, at the first start alone, the key of the root.
func (p *program) printServeScreen(server *freshet.Server, o freshet.Options, took time.Duration) {
	title, plain := p.titles()
	w := p.stdout
	fmt.Fprintf(w, "%sFreshet %s is ready%s (%d ms)\n\n", title, o.Version, plain, took.Milliseconds())
	endpoint := server.Endpoint()
	if o.TLS != freshet.TLSOff {
		endpoint += whatToTrust(endpoint, o)
	}
	fmt.Fprintf(w, "  Endpoint  %s\n", endpoint)
	if o.Plaintext == freshet.PlaintextAllow {
		fmt.Fprintf(w, "            http as well: keep it between the server and a proxy that speaks TLS\n")
	}
	data := o.DataDir
	if o.Durability != freshet.DurabilitySync {
		data = fmt.Sprintf("%s, %s: a power cut may lose what was put last", data, o.Durability)
	}
	fmt.Fprintf(w, "  Data      %s\n", data)
	fmt.Fprintf(w, "\nStop with Ctrl-C.\n")
}

// warnOfRoot says that the server needs no rights that root has.
func warnOfRoot(logger *slog.Logger) {
	if os.Geteuid() == 0 {
		logger.Warn("freshet serve runs as root, and needs nothing that only root may: run it as a user of its own, who owns the data folder")
	}
}

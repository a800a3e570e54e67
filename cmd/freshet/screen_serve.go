package main

import (
	"fmt"
	"log/slog"
	"os"
	"strings"
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
	trust := ""
	if o.TLS != freshet.TLSOff {
		trust = whatToTrust(endpoint, o)
	}
	fmt.Fprintf(w, "  Endpoint  %s%s\n", endpoint, trust)
	if o.Plaintext == freshet.PlaintextAllow {
		fmt.Fprintf(w, "            http is answered as well: let only a proxy that speaks TLS reach it\n")
	}
	data := o.DataDir
	if o.Durability != freshet.DurabilitySync {
		data = fmt.Sprintf("%s, %s: a power cut may lose what was put last", data, o.Durability)
	}
	fmt.Fprintf(w, "  Data      %s\n", data)
	fmt.Fprintf(w, "  Account   %s, regions %s\n", server.Account(), strings.Join(o.Regions, ", "))
	if root, first := server.RootCredentials(); first {
		fmt.Fprintf(w, "\n%sThe key of the root, who may do everything%s\n\n%s", title, plain,
			rootKeyText(root, freshet.RootCredentialsFile(o.DataDir), p.isTerminal()))
	}
	fmt.Fprintf(w, "\n%sPoint AWS tools here%s\n\n  eval \"$(freshet env%s)\"\n", title, plain, flagsOf(o, endpoint))
	fmt.Fprintf(w, "\nStop with Ctrl-C.\n")
}

// rootKeyText shows the key of the root. What is no terminal is a log, in which no
// secret must lie: there it names the file alone.
func rootKeyText(root freshet.Credentials, file string, terminal bool) string {
	secret, where := "", "The secret is in the file, which AWS tools read (AWS_SHARED_CREDENTIALS_FILE); nothing else will tell it."
	if terminal {
		secret = "  Secret      " + root.SecretAccessKey + "\n"
		where = "The secret is shown only now, and lies in the file, which AWS tools read (AWS_SHARED_CREDENTIALS_FILE)."
	}
	return fmt.Sprintf("  Access key  %s\n%s  File        %s\n\n  %s\n"+
		"  Move it where it is safe, and make users for daily use: docs/guide/5-production.md.\n", root.AccessKeyID, secret, file, where)
}

// flagsOf are the flags by which another command finds the server.
func flagsOf(o freshet.Options, endpoint string) string {
	flags, usual := "", freshet.DefaultOptions()
	listen := o.Listen
	if strings.HasSuffix(listen, ":0") { // the system chose the port
		_, listen, _ = strings.Cut(endpoint, "://")
	}
	if listen != usual.Listen {
		flags += " --listen " + quoted(listen)
	}
	if o.DataDir != usual.DataDir {
		flags += " --data " + quoted(o.DataDir)
	}
	return flags
}

// warnOfRoot says that the server needs no rights that root has.
func warnOfRoot(logger *slog.Logger) {
	if os.Geteuid() == 0 {
		logger.Warn("freshet serve runs as root, and needs nothing that only root may: run it as a user of its own, who owns the data folder")
	}
}

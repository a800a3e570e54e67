package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"

	freshet "github.com/freshet/freshet"
)

// commands are all commands, in the order in which help lists them.
type commands struct {
	Dev         devCommand         `cmd:"" help:"Run a server for development: any credentials, on this machine only."`
	Serve       serveCommand       `cmd:"" help:"Run a server in production: keys, policies, TLS."`
	TLS         tlsCommands        `cmd:"" name:"tls" help:"The authority behind the server's certificate."`
	Env         envCommand         `cmd:"" help:"Print the export lines that point AWS tools to a server."`
	Check       checkCommand       `cmd:"" help:"Check the configuration and a data folder that no server uses."`
	Doctor      doctorCommand      `cmd:"" help:"Look at what this machine offers a server."`
	Healthcheck healthcheckCommand `cmd:"" help:"Ask a server whether it is ready; for container probes."`
	Backup      backupCommand      `cmd:"" help:"Copy a data folder, of a running server too, to one point and verified."`
	Restore     restoreCommand     `cmd:"" help:"Make a data folder of a backup."`
	Keyring     keyringCommands    `cmd:"" help:"The keys that others are encrypted with, in a file of this machine."`
	Account     accountCommands    `cmd:"" help:"Accounts of a server: the operator's, and others."`
	User        userCommands       `cmd:"" help:"Users: who has keys of his own."`
	Role        roleCommands       `cmd:"" help:"Roles: what is assumed for a time."`
	Key         keyCommands        `cmd:"" help:"Access keys."`
	Policy      policyCommands     `cmd:"" help:"Policies: who may do what."`
	Log         logCommands        `cmd:"" help:"Look into the log of a data folder."`
	Bench       benchCommands      `cmd:"" help:"Measure an endpoint."`
	Version     versionCommand     `cmd:"" help:"Print the version."`
	ShowVersion kong.VersionFlag   `name:"version" help:"Print the version."`
}

// program is what a command acts on.
type program struct {
	stdout, stderr io.Writer
	lookup         func(string) (string, bool) // the environment, a variable of it
	environ        func() []string             // and all of it, NAME=value
	signals        <-chan os.Signal            // SIGINT and SIGTERM
	exit           func(int)                   // ends the process at once
}

func main() {
	p := &program{stdout: os.Stdout, stderr: os.Stderr, lookup: os.LookupEnv, environ: os.Environ, signals: stopSignals(), exit: os.Exit}
	os.Exit(p.run(os.Args[1:]))
}

// Exit codes; doc.go says what they mean.
const (
	exitFailed      = 1
	exitUsage       = 64
	exitEngine      = 74
	exitConfig      = 78
	exitInterrupted = 130
)

// configError says that the configuration is wrong.
type configError struct{ error }

func (e configError) Unwrap() error { return e.error }

// errSaidNo is returned by a command that has printed why it fails.
var errSaidNo = errors.New("see above")

// helped is what asking for help panics with: kong expects its exit not to
// return.
type helped int

// run runs one command line and returns the exit code.
func (p *program) run(args []string) (code int) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case helped:
			code = int(r)
		default:
			panic(r)
		}
	}()
	var c commands
	parser, err := kong.New(&c,
		kong.Name("freshet"),
		kong.Description("A self-hosted server that speaks the Amazon Kinesis API."),
		kong.Writers(p.stdout, p.stderr),
		kong.Exit(func(code int) { panic(helped(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.Vars{"version": versionLine()},
		kong.Bind(p),
	)
	if err != nil {
		panic("the commands do not parse: " + err.Error())
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	call, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(p.stderr, "freshet: %v\nTry: freshet --help\n", err)
		return exitUsage
	}
	return p.report(call.Run())
}

// report prints err and returns the exit code that it means.
func (p *program) report(err error) int {
	if err == nil {
		return 0
	}
	if !errors.Is(err, errSaidNo) {
		fmt.Fprintf(p.stderr, "freshet: %v\n", err)
	}
	var wrong configError
	switch {
	case errors.As(err, &wrong):
		return exitConfig
	case errors.Is(err, freshet.ErrEngine):
		return exitEngine
	default:
		return exitFailed
	}
}

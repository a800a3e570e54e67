package main

import (
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	freshet "github.com/freshet/freshet"
)

// printScreen is what a newcomer sees: where the server is, how to point tools
// to it, and what to try.
func (p *program) printScreen(server *freshet.Server, o freshet.Options, took time.Duration) {
	endpoint, data := server.Endpoint(), o.DataDir
	switch o.Durability {
	case freshet.DurabilitySync:
	case freshet.DurabilityMemory:
		data = "in memory, gone when the server stops"
	default:
		data = fmt.Sprintf("%s, %s: a power cut may lose what was put last", data, o.Durability)
	}
	title, plain := p.titles()
	w := p.stdout
	fmt.Fprintf(w, "%sFreshet %s is ready%s (%d ms)\n\n", title, o.Version, plain, took.Milliseconds())
	fmt.Fprintf(w, "  Endpoint  %s\n  Data      %s\n", endpoint, data)
	if o.Durability == freshet.DurabilityMemory && o.APIToken == "" {
		// That of a folder lies in a file for its owner alone, which the guide names.
		fmt.Fprintf(w, "  Token     %s\n", server.Token())
	}
	if secure := server.TLSEndpoint(); secure != "" {
		fmt.Fprintf(w, "  TLS       %s%s\n", secure, whatToTrust(endpoint, o))
	}
	if address := openAddress(o.Listen, endpoint); address != "" {
		fmt.Fprintf(w, "  Access    Open to everyone who reaches %s; no signature is checked\n", address)
	}
	fmt.Fprintln(w)
	fmt.Fprintf(w, "%sPoint AWS tools here%s\n\n", title, plain)
	printEnv(w, "  ", endpoint)
	fmt.Fprintf(w, "\n%sTry%s\n\n", title, plain)
	for _, line := range []string{
		// A stream of another name than the README's: both are tried. Version 1
		// of the AWS CLI takes --data as text, version 2 as base64, both
		// fileb:// as bytes.
		"aws kinesis create-stream --stream-name demo --shard-count 1",
		"printf hello | aws kinesis put-record --stream-name demo --partition-key alice --data fileb:///dev/stdin",
		"aws kinesis get-records --shard-iterator $(aws kinesis get-shard-iterator --stream-name demo" +
			" --shard-id shardId-000000000000 --shard-iterator-type TRIM_HORIZON --query ShardIterator --output text)",
	} {
		fmt.Fprintf(w, "  %s\n", line)
	}
	fmt.Fprintf(w, "\nStop with Ctrl-C.\n")
}

// whatToTrust says where clients that speak TLS find the authority to trust.
func whatToTrust(endpoint string, o freshet.Options) string {
	switch {
	case o.TLSCert != "":
		return ", with the certificate " + o.TLSCert
	case o.Durability == freshet.DurabilityMemory:
		return ", to clients that trust " + endpoint + caPage
	default:
		return ", to clients that trust " + freshet.CAFile(o.DataDir)
	}
}

// caPage serves the authority's certificate: the only place for one in memory.
const caPage = "/_freshet/ca.pem"

// openAddress is what other machines reach, or "" if they reach nothing. listen
// is what was asked for, in its own words; the port that the system chose, if it
// was to, is in endpoint.
func openAddress(listen, endpoint string) string {
	host, _, err := net.SplitHostPort(listen)
	if err != nil || host == "localhost" || net.ParseIP(host).IsLoopback() {
		return ""
	}
	if host == "" {
		host = "0.0.0.0"
	}
	return net.JoinHostPort(host, endpoint[strings.LastIndexByte(endpoint, ':')+1:])
}

// titles is what begins and ends a title.
func (p *program) titles() (title, plain string) {
	if p.colors() {
		return "\x1b[1m", "\x1b[0m"
	}
	return "", ""
}

// colors reports whether the output is a terminal whose user wants colors
// (no-color.org).
func (p *program) colors() bool {
	if no, _ := p.lookup("NO_COLOR"); no != "" {
		return false
	}
	if term, _ := p.lookup("TERM"); term == "dumb" {
		return false
	}
	return p.isTerminal()
}

// isTerminal reports whether a person looks at the output.
func (p *program) isTerminal() bool {
	file, ok := p.stdout.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

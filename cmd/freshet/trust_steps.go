package main

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// anchor is a certificate that a system is to trust.
type anchor struct {
	file string
	// name is what it is called in a folder: several servers' authorities may lie there.
	name string
	// thumbprint is what the stores of macOS and Windows know it by.
	thumbprint string
}

func anchorOf(file string) (anchor, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return anchor{}, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return anchor{}, fmt.Errorf("%s: it holds no certificate", file)
	}
	sum, short := sha256.Sum256(block.Bytes), sha1.Sum(block.Bytes)
	return anchor{file, "freshet-" + hex.EncodeToString(sum[:6]), strings.ToUpper(hex.EncodeToString(short[:]))}, nil
}

// isThere reports whether a program is in the PATH, or a folder is there.
func isThere(name string) bool {
	if strings.Contains(name, "/") {
		info, err := os.Stat(name)
		return err == nil && info.IsDir()
	}
	_, err := exec.LookPath(name)
	return err == nil
}

// errNoStore is returned where it is not known how certificates are trusted.
var errNoStore = errors.New("how this system trusts certificates is not known here: neither update-ca-certificates nor update-ca-trust is in the PATH.\n" +
	"Give the programs the file themselves (freshet tls ca --path): AWS_CA_BUNDLE, NODE_EXTRA_CA_CERTS, SSL_CERT_FILE")

// anchors are where Linux's systems keep what their administrator trusts, and what
// makes it known.
var anchors = []struct {
	folder, suffix string
	trust, undo    []string
}{
	// Debian, Ubuntu, Alpine, SUSE's newer: update-ca-certificates(8).
	{"/usr/local/share/ca-certificates", ".crt", []string{"update-ca-certificates"}, []string{"update-ca-certificates", "--fresh"}},
	// Fedora, Red Hat, Arch: update-ca-trust(8).
	{"/etc/pki/ca-trust/source/anchors", ".pem", []string{"update-ca-trust", "extract"}, []string{"update-ca-trust", "extract"}},
	{"/etc/ca-certificates/trust-source/anchors", ".pem", []string{"update-ca-trust", "extract"}, []string{"update-ca-trust", "extract"}},
}

// trustSteps are what makes a system trust c, or not any more.
func trustSteps(system string, isThere func(string) bool, c anchor, undo bool) ([]trustStep, error) {
	const keychain = "/Library/Keychains/System.keychain"
	run := func(words ...string) trustStep { return trustStep{run: words} }
	switch {
	case system == "darwin" && undo:
		return []trustStep{run("security", "remove-trusted-cert", "-d", c.file), run("security", "delete-certificate", "-Z", c.thumbprint, keychain)}, nil
	case system == "darwin":
		return []trustStep{run("security", "add-trusted-cert", "-d", "-r", "trustRoot", "-k", keychain, c.file)}, nil
	case system == "windows" && undo:
		return []trustStep{run("certutil", "-delstore", "Root", c.thumbprint)}, nil
	case system == "windows":
		return []trustStep{run("certutil", "-addstore", "-f", "Root", c.file)}, nil
	}
	for _, a := range anchors {
		if !isThere(a.trust[0]) || !isThere(a.folder) {
			continue
		}
		target := a.folder + "/" + c.name + a.suffix
		if undo {
			return []trustStep{{remove: target}, {run: a.undo}}, nil
		}
		return []trustStep{{copy: c.file, to: target}, {run: a.trust}}, nil
	}
	return nil, errNoStore
}

// trustStep is one of: a file copied, a file removed, a program run.
type trustStep struct {
	copy, to string
	remove   string
	run      []string
}

func (s trustStep) String() string {
	switch {
	case s.copy != "":
		return "copy " + s.copy + " to " + s.to
	case s.remove != "":
		return "remove " + s.remove
	}
	return "run " + strings.Join(s.run, " ")
}

// do does the step.
func (s trustStep) do(p *program) error {
	switch {
	case s.copy != "":
		text, err := os.ReadFile(s.copy)
		if err != nil {
			return err
		}
		return os.WriteFile(s.to, text, 0o644) // it is no secret, and everybody's to read
	case s.remove != "":
		return os.Remove(s.remove)
	}
	program := exec.Command(s.run[0], s.run[1:]...)
	program.Stdout, program.Stderr = p.stdout, p.stderr
	if err := program.Run(); err != nil {
		return fmt.Errorf("%s: %w", s.run[0], err)
	}
	return nil
}

// byHand is what a shell does the steps with.
func byHand(steps []trustStep) string {
	var lines []string
	for _, s := range steps {
		words := s.run
		switch {
		case s.copy != "":
			words = []string{"cp", s.copy, s.to}
		case s.remove != "":
			words = []string{"rm", s.remove}
		}
		for i, word := range words {
			words[i] = quoted(word)
		}
		lines = append(lines, "  "+strings.Join(words, " "))
	}
	return strings.Join(lines, "\n")
}

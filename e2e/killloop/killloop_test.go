//go:build e2e

package main

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/freshet/freshet/e2e/process"
)

// binary is the command, built from these sources.
var binary string

func TestMain(m *testing.M) {
	os.Exit(process.WithBinary(func(built string) int {
		binary = built
		return m.Run()
	}))
}

// TestKillNineLosesNothing kills a server under load 200 times, in short mode 100
// times and sooner: a tenth of make torture.
func TestKillNineLosesNothing(t *testing.T) {
	c := config{
		rounds: 200, binary: binary, data: t.TempDir(), shards: 4, writers: 8,
		life: 600 * time.Millisecond, seed: rand.Uint64(), log: t.Output(),
	}
	if testing.Short() {
		c.rounds, c.life = 100, 200*time.Millisecond
	}
	if err := run(t.Context(), c); err != nil {
		t.Fatalf("%v (seed %d)", err, c.seed)
	}
}

// The loop notices a server that keeps nothing.
func TestLossIsNoticed(t *testing.T) {
	forgetful := filepath.Join(t.TempDir(), "forgetful")
	script := "#!/bin/sh\nexec '" + binary + "' dev --listen \"$3\" --memory\n"
	if err := os.WriteFile(forgetful, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	c := config{
		rounds: 2, binary: forgetful, data: t.TempDir(), shards: 2, writers: 2,
		life: 300 * time.Millisecond, seed: rand.Uint64(), log: t.Output(),
	}
	if err := run(t.Context(), c); err == nil {
		t.Error("a server without a disk passed")
	} else {
		t.Log(err)
	}
}

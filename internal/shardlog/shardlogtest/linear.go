package shardlogtest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/crashfs"
)

// Linearity says what Linear does.
type Linearity struct {
	// Open opens the log on a disk, which is new at first.
	Open func(disk vfs.FS) (shardlog.Log, error)
	// Seed draws everything but the order of goroutines.
	Seed uint64
	// Lives is how often the log is opened, called, and ended by a power cut or
	// a stop. A log that forgets gets one.
	Lives int
}

// LinearOutcome counts what Linear has met, so that a test can see that it met
// anything.
type LinearOutcome struct {
	Calls    int // of all shards
	PowerCut int
	Doubtful int // entries whose outcome the log did not tell
	Found    int // of these were read later
}

// checkBound is how long the check of one shard's history may take. It takes
// milliseconds; a history that is not decided fails the test, as it shows nothing.
const checkBound = time.Minute

// Linear lets several clients call a log at once over several lives, and checks
// for each shard that the calls have an order that explains all answers: the
// history is linearizable. Append, Read, State, Find, Seal and Trim are called.
// What was under way in a power cut took effect before it or never did.
//
// Where Differential knows rules, Linear knows only the sequential log: a rule
// that nobody thought of is checked too.
func Linear(t *testing.T, o Linearity) LinearOutcome {
	t.Helper()
	outcome, err := TryLinear(t, o)
	if err != nil {
		t.Fatalf("seed %d: %v", o.Seed, err)
	}
	return outcome
}

// TryLinear is Linear, but returns what is wrong: for a test that a fault is noticed.
func TryLinear(t *testing.T, o Linearity) (outcome LinearOutcome, err error) {
	t.Helper()
	c := &clients{Linearity: o, rng: rand.New(rand.NewPCG(o.Seed, 2)), history: newCallHistory(), disk: crashfs.New()}
	synctest.Test(t, func(t *testing.T) {
		for range o.Lives {
			if err = c.live(); err != nil {
				return
			}
		}
	})
	if err = errors.Join(err, c.history.err()); err != nil {
		return outcome, err
	}
	outcome.PowerCut = c.powerCuts
	// Outside the bubble, where the bound is of real time.
	for _, s := range c.history.shards(all) {
		list, doubtful, found := c.history.operations(s)
		outcome.Calls += len(list)
		outcome.Doubtful += doubtful
		outcome.Found += found
		if err := checkLinear(list); err != nil {
			return outcome, fmt.Errorf("%v: %w", s, err)
		}
	}
	return outcome, nil
}

func all(shardlog.Shard) bool { return true }

// checkLinear looks for an order of the calls of one shard.
func checkLinear(list []porcupine.Operation) error {
	result, info := porcupine.CheckOperationsVerbose(newModel(), list, checkBound)
	if result == porcupine.Ok {
		return nil
	}
	var longest []int
	placed := map[int]bool{}
	for _, partial := range info.PartialLinearizations()[0] {
		if len(partial) > len(longest) {
			longest = partial
		}
	}
	var story strings.Builder
	for _, i := range longest {
		placed[i] = true
	}
	for _, i := range longest[max(len(longest)-8, 0):] {
		fmt.Fprintf(&story, "\n  %s", describe(list[i]))
	}
	fmt.Fprintf(&story, "\nand then none of")
	left := 8
	for i, op := range list {
		if !placed[i] && left > 0 {
			fmt.Fprintf(&story, "\n  %s", describe(op))
			left--
		}
	}
	return fmt.Errorf("%s: no order explains %d calls; one explains %d and ends in%s", result, len(list), len(longest), &story)
}

func describe(op porcupine.Operation) string {
	what := fmt.Sprintf("%+v", op.Input)
	return fmt.Sprintf("%d to %d, client %d: %s", op.Call, op.Return, op.ClientId, what[:min(len(what), 300)])
}

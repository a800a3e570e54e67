package shardlogtest

import (
	"fmt"
	"testing"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/shardlog/memlog"
	"github.com/freshet/freshet/internal/vfs"
)

func TestDifferentialOfTheReference(t *testing.T) {
	for seed := range uint64(100) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			Differential(t, Simulation{
				Open:   func(vfs.FS) (shardlog.Log, error) { return memlog.New(), nil },
				Seed:   seed,
				Rounds: 1,
			})
		})
	}
}

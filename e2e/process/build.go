package process

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Build makes the command in dir from the sources of this module, with the
// flags of `make build`, and returns its path.
func Build(ctx context.Context, dir string) (string, error) {
	binary := filepath.Join(dir, "freshet")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", binary, "github.com/freshet/freshet/cmd/freshet")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build freshet: %w\n%s", err, out)
	}
	return binary, nil
}

// WithBinary builds the command and returns what run does with it, or 1 if it
// cannot be built. It is for TestMain; the command is gone afterwards.
func WithBinary(run func(binary string) int) int {
	dir, err := os.MkdirTemp("", "freshet-e2e-")
	var binary string
	if err == nil {
		defer func() { _ = os.RemoveAll(dir) }() // temporary all the same
		binary, err = Build(context.Background(), dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return run(binary)
}

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

package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestMemoryBoundIsTheLeastOnTheWay(t *testing.T) {
	f := func(want int64, files map[string]string) {
		t.Helper()
		root := t.TempDir()
		for name, text := range files {
			name = filepath.Join(root, name)
			if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got := memoryBound(root); got != want {
			t.Errorf("memoryBound = %d, want %d, of %v", got, want, files)
		}
	}
	f(0, nil)
	f(0, map[string]string{"proc/self/cgroup": "0::/\n"})
	f(0, map[string]string{"proc/self/cgroup": "0::/a\n", "sys/fs/cgroup/a/memory.max": "max\n"})
	f(512<<20, map[string]string{"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "536870912\n"})
	f(100, map[string]string{"proc/self/cgroup": "1:name=x:/y\n0::/a/b\n",
		"sys/fs/cgroup/a/b/memory.max": "300\n", "sys/fs/cgroup/a/memory.max": "100\n", "sys/fs/cgroup/memory.max": "200"})
}

package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// memoryBound is what the memory of this process is bounded to from outside, in
// bytes, 0 if it is not: the least of the limits of its control group and of those
// above it (cgroup v2, memory.max), as a container's is.
func memoryBound(root string) int64 {
	own, err := os.ReadFile(filepath.Join(root, "proc/self/cgroup"))
	if err != nil {
		return 0
	}
	var least int64
	for line := range strings.Lines(string(own)) {
		group, ok := strings.CutPrefix(strings.TrimSpace(line), "0::")
		if !ok {
			continue
		}
		for {
			bound := readBound(filepath.Join(root, "sys/fs/cgroup", group, "memory.max"))
			if bound > 0 && (least == 0 || bound < least) {
				least = bound
			}
			if group == "/" || group == "." {
				break
			}
			group = filepath.Dir(group)
		}
	}
	return least
}

// readBound reads a number of bytes; "max", and what is not there, is none.
func readBound(name string) int64 {
	text, err := os.ReadFile(name)
	if err != nil {
		return 0
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

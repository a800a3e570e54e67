package process

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Resident returns how many bytes of memory the process holds now, and the most
// that it has held at any time. It reads /proc, which Linux alone has.
func (s *Server) Resident() (now, peak int64, err error) {
	path := fmt.Sprintf("/proc/%d/status", s.PID())
	status, err := os.ReadFile(path)
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(status)) {
		name, rest, _ := strings.Cut(line, ":")
		kib, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
		switch name {
		case "VmRSS":
			now = kib << 10
		case "VmHWM":
			peak = kib << 10
		}
	}
	if now == 0 || peak == 0 {
		return 0, 0, fmt.Errorf("%s names no resident memory", path)
	}
	return now, peak, nil
}

//go:build !unix

package disklog

import "time"

func cpuTime() time.Duration { return 0 }

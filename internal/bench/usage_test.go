package bench

import (
	"os"
	"runtime"
	"testing"
	"time"
)

func TestUsageIsReadFromProc(t *testing.T) {
	const stat = "4711 (a) b (c) S 1 4711 4711 0 -1 4194560 1103 0 0 0 250 31 0 0 20 0 9 0 123 456 789 0"
	if got := parseStat([]byte(stat)); got != 2810*time.Millisecond {
		t.Errorf("processor time %s", got)
	}
	const status = "Name:\tfreshet\nVmHWM:\t  20480 kB\nVmRSS:\t  10240 kB\n"
	if got := parseLine([]byte(status), "VmRSS:"); got != 10240 {
		t.Errorf("VmRSS %d", got)
	}
	const io = "rchar: 1\nwrite_bytes: 8192\ncancelled_write_bytes: 4096\n"
	if got := parseLine([]byte(io), "write_bytes:"); got != 8192 {
		t.Errorf("write_bytes %d", got)
	}
	for _, bad := range []string{"", "4711 (freshet", "1 (a) S 1 2 3"} {
		if got := parseStat([]byte(bad)); got >= 0 {
			t.Errorf("%q is read as %s", bad, got)
		}
	}
	if runtime.GOOS != "linux" {
		return
	}
	u, err := usageOf(os.Getpid())
	if err != nil || u.Resident < 1<<20 || u.Peak < u.Resident {
		t.Errorf("our own: %+v, %v", u, err)
	}
}

func TestMetric(t *testing.T) {
	const page = "# TYPE a_count counter\na_count_more 3\na_count 1.5e+03\n"
	if got, err := metric(page, "a_count"); got != 1500 || err != nil {
		t.Errorf("a_count is %v, %v", got, err)
	}
	if _, err := metric(page, "a_sum"); err == nil {
		t.Error("a metric that is not there is read")
	}
}

//go:build e2e

package badinput

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
)

// TestTenThousandIdleConnections: they cost little memory, and others are served
// as if they were not there; each is good for a request afterwards.
func TestTenThousandIdleConnections(t *testing.T) {
	const idle = 10_000
	openFiles(t, idle+500)
	s := serve(t)
	before, _, err := s.Resident()
	if err != nil {
		t.Fatal(err)
	}
	connections := make([]net.Conn, idle)
	for i := range connections {
		connections[i] = dial(t, s)
		// Half of them have made a request before they fell idle.
		if i%2 == 0 {
			healthy(t, connections[i])
		}
	}
	for range 20 {
		s.works()
	}
	after, _, err := s.Resident()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d idle connections take %d KiB each", idle, (after-before)>>10/idle)
	s.stayedBelow(300)
	for i := 0; i < idle; i += 500 {
		healthy(t, connections[i])
	}
	for _, c := range connections {
		c.Close()
	}
}

// healthy asks over c whether the server is well.
func healthy(t *testing.T, c net.Conn) {
	t.Helper()
	if _, err := fmt.Fprintf(c, "GET /_freshet/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if b, err := io.ReadAll(res.Body); err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s %s %v", res.Status, strings.TrimSpace(string(b)), err)
	}
}

// openFiles lets this process have so many files open.
func openFiles(t *testing.T, n uint64) {
	t.Helper()
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		t.Fatal(err)
	}
	files.Cur = files.Max
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		t.Fatal(err)
	}
	if files.Cur < n {
		t.Fatalf("a process may open %d files here; raise ulimit -n to %d for this test", files.Cur, n)
	}
}

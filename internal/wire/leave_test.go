package wire_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/freshet/freshet/internal/wire/wiretest"
)

// Clients that leave in the middle of their answers, or of their bodies, do not
// let buffers go that net/http is still reading or filling. Under the race
// detector released buffers are overwritten, and the detector sees who looks.
func TestClientsThatLeaveDoNotDisturbOthers(t *testing.T) {
	address := listen(t, serve(echo))
	for _, client := range clients(t) {
		var done sync.WaitGroup
		for i := range 6 {
			done.Go(func() {
				for n := range 25 {
					want := codecs[0].body(&wiretest.Everything{Data: bytes.Repeat(fmt.Appendf(nil, "<%d/%d>", i, n), 100+n*1000)})
					if i%3 == 0 {
						leaveHalfway(t, client, address, want)
					} else {
						echoed(t, client, address, want)
					}
				}
			})
		}
		done.Wait()
	}
}

// echoed checks that the answer is the body.
func echoed(t *testing.T, client *http.Client, address, body string) {
	res, got := post(t, client, codecs[0], address, strings.NewReader(body))
	if res.StatusCode != 200 || got != body {
		t.Errorf("%s: status %d, %d bytes came back as %d: %.60q", res.Proto, res.StatusCode, len(body), len(got), got)
	}
}

// leaveHalfway reads a part of the answer.
func leaveHalfway(t *testing.T, client *http.Client, address, body string) {
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	r, err := http.NewRequestWithContext(ctx, "POST", "http://"+address, strings.NewReader(body))
	if err != nil {
		t.Error(err)
		return
	}
	r.Header = codecs[0].call("").Header
	res, err := client.Do(r)
	if err != nil {
		t.Error(err)
		return
	}
	defer res.Body.Close()
	_, _ = io.CopyN(io.Discard, res.Body, int64(len(body)/3)) // and then it leaves
}

package bench

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// Groups is what a server has committed: groups, which are syncs of its journal,
// and the records in them.
type Groups struct{ Syncs, Records float64 }

// Groups reads the server's metrics, which are open to all or to the token that t bears.
func (t Target) Groups(ctx context.Context) (g Groups, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, t.endpoint+"_freshet/metrics", nil)
	if err != nil {
		return g, err
	}
	if t.token != "" {
		r.Header.Set("Authorization", "Bearer "+t.token)
	}
	reply, err := t.client().Do(r)
	if err != nil {
		return g, fmt.Errorf("metrics: %w", err)
	}
	page, err := io.ReadAll(reply.Body)
	_ = reply.Body.Close() // it was read whole
	if err != nil {
		return g, fmt.Errorf("metrics: %w", err)
	}
	for name, into := range map[string]*float64{
		"freshet_wal_fsync_seconds_count": &g.Syncs,
		"freshet_wal_group_entries_sum":   &g.Records,
	} {
		if *into, err = metric(string(page), name); err != nil {
			return g, err
		}
	}
	return g, nil
}

func metric(page, name string) (float64, error) {
	for line := range strings.Lines(page) {
		if value, found := strings.CutPrefix(line, name+" "); found {
			return strconv.ParseFloat(strings.TrimSpace(value), 64)
		}
	}
	return 0, fmt.Errorf("metrics: no %s", name)
}

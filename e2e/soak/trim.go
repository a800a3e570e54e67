package main

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// trim lets go of what is older than records are kept. AWS's shortest retention is a
// day, so it asks the extension API.
func (st *stream) trim(ctx context.Context) error {
	before := time.Now().Add(-st.keep)
	if err := st.client.extend(ctx, http.MethodPost, "/streams/"+st.name+"/truncate", map[string]any{"before": before}); err != nil {
		return fmt.Errorf("truncate %s: %w", st.name, err)
	}
	st.counts.trims.Add(1)
	return nil
}

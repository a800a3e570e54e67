package streams

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/freshet/freshet/internal/meta"
	"github.com/freshet/freshet/internal/shardlog"
)

// While the catalog is held records come and go, and streams neither.
func TestHoldKeepsTheCatalog(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		r.create("orders", 1)
		made := make(chan struct{})
		err := r.Hold(r.ctx(), func() error {
			go func() {
				r.create("later", 1)
				close(made)
			}()
			synctest.Wait()
			if names := namesIn(t, r); len(names) != 1 {
				t.Errorf("the store knows %q while it is held", names)
			}
			r.put("orders", "key", "data")
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		<-made
		want := []string{testAccount + "/" + testRegion + "/later", testAccount + "/" + testRegion + "/orders"}
		if names := namesIn(t, r); !slices.Equal(names, want) {
			t.Errorf("the store knows %q, want %q", names, want)
		}
	})
}

func TestHoldReturnsWhatWentWrong(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		failed := errors.New("no room")
		if err := r.Hold(r.ctx(), func() error { return failed }); err != failed {
			t.Errorf("Hold returns %v", err)
		}
		r.create("orders", 1) // it was given back
	})
}

func namesIn(t *testing.T, r *rig) []string {
	t.Helper()
	var names map[shardlog.StreamID]string
	err := r.store.View(r.ctx(), func(reader meta.Reader) (err error) {
		names, err = Names(reader)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for id, name := range names {
		if st := r.catalog.now().byID[id]; st != nil && !strings.HasSuffix(name, "/"+st.name) {
			t.Errorf("stream %s is called %s", st.name, name)
		}
	}
	return slices.Sorted(maps.Values(names))
}

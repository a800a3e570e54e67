package metatest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"testing"

	"github.com/freshet/freshet/internal/meta"
)

// Run tests a driver. open makes a new, empty store; the suite closes it.
func Run(t *testing.T, open func(t *testing.T) meta.Store) {
	for _, c := range []struct {
		rule string
		test func(*testing.T, meta.Store)
	}{
		{"GetReturnsWhatPutSet", getReturnsWhatPutSet},
		{"GetOfNoDocumentIsErrNotFound", getOfNoDocument},
		{"PutKeepsACopyAndDocumentsBelongToTheCaller", valuesAreCopied},
		{"DeleteRemovesAndIgnoresWhatIsNotThere", deleteRemoves},
		{"LargeAndEmptyValues", largeAndEmptyValues},
		{"Bounds", bounds},
		{"PutIfComparesTheVersion", putIf},
		{"TransactionReadsItsOwnWrites", ownWrites},

		{"ScanYieldsInTheOrderOfBytes", scanOrder},
		{"ScanKeepsToPrefixAndAfter", scanPrefixAfter},
		{"ScanStopsWhenToldTo", scanStops},
		{"ScanSeesOwnWrites", scanSeesOwnWrites},
		{"ScanDoesNotSeeLaterWrites", scanDoesNotSeeLaterWrites},
		{"ScanWithinScan", scanWithinScan},
		{"ScanOfManyLargeDocuments", scanLarge},

		{"VersionsCountTransactions", versionsCount},
		{"TransactionWithoutWritesMakesNoVersion", noWritesNoVersion},
		{"ErrorRollsBack", errorRollsBack},
		{"PanicRollsBack", panicRollsBack},
		{"ViewReturnsItsFunctionsError", viewReturnsError},
		{"EndedContextRunsNothing", endedContext},
		{"ContextEndsWithinUpdate", contextEndsWithinUpdate},
		{"ContextEndsTheWaitForAnotherUpdate", contextEndsWait},

		{"ViewSeesOneState", viewSeesOneState},
		{"IncrementsAreNotLost", incrementsAreNotLost},
		{"NoWriteSkew", noWriteSkew},
		{"HistoryIsSerialInTheOrderOfVersions", historyIsSerial},
		{"UpdateIsSeenByTheNextView", updateIsSeen},

		{"WatchReturnsAtOnceWhenAbove", watchAtOnce},
		{"WatchWaitsForAnUpdate", watchWaits},
		{"WatchMissesNothing", watchMissesNothing},
		{"WatchEndsWithItsContext", watchContext},
		{"WatchEndsWithTheStore", watchClose},

		{"CallsAfterCloseAreErrClosed", afterClose},
		{"CloseWaitsForTransactions", closeWaits},
	} {
		t.Run(c.rule, func(t *testing.T) {
			s := open(t)
			t.Cleanup(func() { closeStore(t, s) })
			c.test(t, s)
		})
	}
	t.Run("AgreesWithAMapUnderRandomTransactions", func(t *testing.T) { agreesWithMap(t, open) })
}

// closeStore closes s unless the test has.
func closeStore(t testing.TB, s meta.Store) {
	t.Helper()
	if err := s.Close(); err != nil && !errors.Is(err, meta.ErrClosed) {
		t.Errorf("Close: %v", err)
	}
}

// update runs fn, which must succeed, and returns the version.
func update(t testing.TB, s meta.Store, fn func(meta.Tx) error) meta.Version {
	t.Helper()
	v, err := s.Update(t.Context(), fn)
	if err != nil {
		t.Fatalf("Update: %v", err)
	}
	return v
}

// view runs fn, which must succeed.
func view(t testing.TB, s meta.Store, fn func(meta.Reader) error) {
	t.Helper()
	if err := s.View(t.Context(), fn); err != nil {
		t.Fatalf("View: %v", err)
	}
}

// put sets pairs of key and value in one transaction.
func put(t testing.TB, s meta.Store, pairs ...string) meta.Version {
	t.Helper()
	return update(t, s, func(tx meta.Tx) error {
		for i := 0; i < len(pairs); i += 2 {
			if err := tx.Put(pairs[i], []byte(pairs[i+1])); err != nil {
				return err
			}
		}
		return nil
	})
}

// has checks that key has value, and at which version if version is not 0.
func has(t testing.TB, r meta.Reader, key, value string, version meta.Version) {
	t.Helper()
	d, err := r.Get(key)
	if err != nil {
		t.Fatalf("Get(%q): %v", key, err)
	}
	if d.Key != key || string(d.Value) != value {
		t.Errorf("Get(%q) = %q: %.40q, want %.40q", key, d.Key, d.Value, value)
	}
	if version != 0 && d.Version != version {
		t.Errorf("Get(%q) has version %d, want %d", key, d.Version, version)
	}
}

// hasNot checks that there is no document at key.
func hasNot(t testing.TB, r meta.Reader, key string) {
	t.Helper()
	if d, err := r.Get(key); !errors.Is(err, meta.ErrNotFound) {
		t.Errorf("Get(%q) = %.40q, %v; want ErrNotFound", key, d.Value, err)
	}
}

// list returns what a scan yields as key=value.
func list(t testing.TB, documents iter.Seq2[meta.Document, error]) []string {
	t.Helper()
	var got []string
	for d, err := range documents {
		if err != nil {
			t.Fatalf("Scan: %v", err)
		}
		got = append(got, fmt.Sprintf("%s=%s", d.Key, d.Value))
	}
	return got
}

// ended returns a context that has ended.
func ended(t testing.TB) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

package sqlitemeta

import (
	"fmt"
	"testing"

	"github.com/freshet/freshet/internal/meta"
)

// filled makes a store with 10,000 small documents.
func filled(b *testing.B) *Store {
	s := openIn(b, b.TempDir())
	_, err := s.Update(b.Context(), func(tx meta.Tx) error {
		for i := range 10_000 {
			if err := tx.Put(fmt.Sprintf("k%05d", i), make([]byte, 200)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	b.ReportAllocs()
	return s
}

func BenchmarkUpdate(b *testing.B) {
	s := filled(b)
	value := make([]byte, 200)
	for i := 0; b.Loop(); i++ {
		key := fmt.Sprintf("k%05d", i%10_000)
		if _, err := s.Update(b.Context(), func(tx meta.Tx) error { return tx.Put(key, value) }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
}

func BenchmarkGet(b *testing.B) {
	s := filled(b)
	err := s.View(b.Context(), func(r meta.Reader) error {
		for i := 0; b.Loop(); i++ {
			if _, err := r.Get(fmt.Sprintf("k%05d", i*7919%10_000)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "reads/s")
}

func BenchmarkViewOfOneDocument(b *testing.B) {
	s := filled(b)
	for b.Loop() {
		if err := s.View(b.Context(), func(r meta.Reader) error { _, err := r.Get("k05000"); return err }); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkScan10000(b *testing.B) {
	s := filled(b)
	for b.Loop() {
		err := s.View(b.Context(), func(r meta.Reader) error {
			for _, err := range r.Scan("", "") {
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

package model

import (
	"archive/zip"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// writeWheel makes a wheel that holds one model.
func writeWheel(t *testing.T, name, folder, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(f)
	w, err := z.Create("botocore/data/" + folder + "/service-2.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	g := gzip.NewWriter(w)
	if _, err := io.WriteString(g, text); err != nil {
		t.Fatal(err)
	}
	for _, c := range []io.Closer{g, z, f} {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return file
}

func TestFromWheel(t *testing.T) {
	wheel := writeWheel(t, "botocore-9.8.7-py3-none-any.whl", "tiny/2020", small)
	m, err := FromWheel(wheel, "tiny/2020")
	if err != nil {
		t.Fatal(err)
	}
	if want := "botocore 9.8.7, tiny/2020/service-2.json"; m.Source != want {
		t.Errorf("source: got %q, want %q", m.Source, want)
	}
	if _, err := FromWheel(wheel, "huge/2020"); err == nil || !strings.Contains(err.Error(), "open model") {
		t.Errorf("a service that is not in the wheel: got %v", err)
	}
	if _, err := FromWheel("boto3-1.0-py3-none-any.whl", "tiny/2020"); err == nil || !strings.Contains(err.Error(), "not a wheel of botocore") {
		t.Errorf("another package's wheel: got %v", err)
	}
}

package model

import (
	"archive/zip"
	"compress/gzip"
	"fmt"
	"path/filepath"
	"strings"
)

// FromWheel extracts the model at folder, like kinesis/2013-12-02, from a wheel
// of botocore, whose file name tells its version.
func FromWheel(wheel, folder string) (*Model, error) {
	name, version, _ := strings.Cut(filepath.Base(wheel), "-")
	version, _, found := strings.Cut(version, "-")
	if name != "botocore" || !found {
		return nil, fmt.Errorf("%s: not a wheel of botocore", wheel)
	}
	z, err := zip.OpenReader(wheel)
	if err != nil {
		return nil, fmt.Errorf("open wheel: %w", err)
	}
	defer func() { _ = z.Close() }()
	f, err := z.Open("botocore/data/" + folder + "/service-2.json.gz")
	if err != nil {
		return nil, fmt.Errorf("open model: %w", err)
	}
	defer func() { _ = f.Close() }()
	r, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("open model: %w", err)
	}
	return Extract(r, fmt.Sprintf("botocore %s, %s/service-2.json", version, folder))
}

package shardlog

import "testing"

func TestCompressionsHaveNames(t *testing.T) {
	f := func(name string, want Compression) {
		t.Helper()
		got, err := ParseCompression(name)
		if err != nil || got != want || got.String() != name {
			t.Errorf("ParseCompression(%q) = %v, %v", name, got, err)
		}
	}
	f("none", NoCompression)
	f("s2", S2)
	for _, name := range []string{"", "S2", "zstd", "none "} {
		if got, err := ParseCompression(name); err == nil {
			t.Errorf("ParseCompression(%q) = %v", name, got)
		}
	}
	if got := Compression(9).String(); got != "compression 9" {
		t.Errorf("an unknown one is %q", got)
	}
}

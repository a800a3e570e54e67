package limits

import "testing"

func TestParseProfile(t *testing.T) {
	f := func(text string, want Profile) {
		t.Helper()
		got, err := ParseProfile(text)
		if err != nil || got != want {
			t.Errorf("ParseProfile(%q) = %+v, %v; want %+v", text, got, err, want)
		}
	}
	f("relaxed", Profile{})
	f("aws", Profile{Calls: true, WriteBytes: 1 << 20, WriteRecords: 1000, ReadBytes: 2 << 20, ReadCalls: 5})
	f(" aws ", AWS)
	f("relaxed write_bytes=64KiB/s", Profile{WriteBytes: 64 << 10})
	f("relaxed  read_calls=1/s write_records=20/s", Profile{WriteRecords: 20, ReadCalls: 1})
	f("aws write_bytes=2MiB/s read_bytes=1000B/s",
		Profile{Calls: true, WriteBytes: 2 << 20, WriteRecords: 1000, ReadBytes: 1000, ReadCalls: 5})
	f("relaxed write_bytes=1GiB/s", Profile{WriteBytes: 1 << 30})
}

func TestProfilesThatCannotBe(t *testing.T) {
	for _, text := range []string{
		"", " ", "AWS", "strict", "aws,", "write_bytes=2MiB/s", "aws write_bytes", "aws write_bytes=", "aws write_bytes=2MiB",
		"aws write_bytes=0B/s", "aws write_bytes=-1B/s", "aws write_bytes=2/s", "aws write_bytes=2MB/s", "aws write_bytes=1.5MiB/s",
		"aws write_records=2KiB/s", "aws write_records=/s", "aws write_bytes=2GiB/s", "aws write_records=99999999999999999999/s",
		"aws write_records=5/s write_records=5/s", "aws calls=5/s", "aws relaxed", "aws read_calls=+5/s",
	} {
		if p, err := ParseProfile(text); err == nil {
			t.Errorf("ParseProfile(%q) = %+v, want an error", text, p)
		}
	}
}

func TestProfileWritesWhatDiffersFromItsName(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		p, err := ParseProfile(text)
		if err != nil || p.String() != want {
			t.Errorf("%q is written %q, %v; want %q", text, p, err, want)
		}
	}
	f("relaxed", "relaxed")
	f("aws write_bytes=1024KiB/s", "aws")
	f("aws  read_calls=10/s write_bytes=2048KiB/s", "aws write_bytes=2MiB/s read_calls=10/s")
	f("relaxed read_bytes=1025B/s", "relaxed read_bytes=1025B/s")
	if got := AWS.Says("write_bytes"); got != "write_bytes=1MiB/s" {
		t.Errorf("AWS says %s", got)
	}
}

// What is read is written so that it is read again as the same.
func FuzzParseProfile(f *testing.F) {
	f.Add("aws write_bytes=2MiB/s read_calls=10/s")
	f.Add("relaxed write_records=1/s read_bytes=1073741824B/s")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParseProfile(text)
		if err != nil {
			if p != (Profile{}) {
				t.Errorf("%q is refused and is %+v", text, p)
			}
			return
		}
		again, err := ParseProfile(p.String())
		if err != nil || again != p {
			t.Errorf("%q is %+v, written %q, read as %+v, %v", text, p, p, again, err)
		}
	})
}

package certificate

import (
	"crypto/tls"
	"crypto/x509"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/vfs"
	"github.com/freshet/freshet/internal/vfs/faultfs"
)

var silent = slog.New(slog.DiscardHandler)

// shows returns what l shows.
func shows(t *testing.T, l interface {
	GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error)
}) *tls.Certificate {
	t.Helper()
	cert, err := l.GetCertificate(nil)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// verify reports whether who trusts authority believes that l is name, at now.
func verify(t *testing.T, l *Local, authority []byte, name string, now time.Time) error {
	t.Helper()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(authority) {
		t.Fatalf("no certificate: %s", authority)
	}
	_, err := shows(t, l).Leaf.Verify(x509.VerifyOptions{DNSName: name, Roots: roots, CurrentTime: now})
	return err
}

func open(t *testing.T, dir string, names Names) *Local {
	t.Helper()
	l, err := OpenLocal(vfs.OS, dir, names, silent)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestNamesThatClientsUse(t *testing.T) {
	l, err := NewLocal(NamesOf("Desk-7.lan", []string{"kinesis.example.com", "*.svc.cluster.local", "10.1.2.3", "fd00::1", "*", "*example", "a..b", ""}), silent)
	if err != nil {
		t.Fatal(err)
	}
	f := func(name string, want bool) {
		t.Helper()
		if err := verify(t, l, l.AuthorityPEM(), name, time.Now()); (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
	f("localhost", true)
	f("kinesis.localhost", true)
	f("host.docker.internal", true)
	f("127.0.0.1", true)
	f("::1", true)
	f("desk-7.lan", true)
	f("kinesis.example.com", true)
	f("freshet.svc.cluster.local", true)
	f("10.1.2.3", true)
	f("fd00::1", true)

	f("example.com", false)
	f("a.b.localhost", false) // a wildcard is one label
	f("10.1.2.4", false)
	f("127.0.0.2", false)
}

// Browsers and Apple's systems accept 398 days; RFC 5280 wants a positive serial
// of at most 20 octets, and marks what only authorities may do.
func TestTheFormOfCertificates(t *testing.T) {
	l, err := NewLocal(NamesOf("", nil), silent)
	if err != nil {
		t.Fatal(err)
	}
	leaf, ca := shows(t, l).Leaf, l.authority.cert
	if life := leaf.NotAfter.Sub(leaf.NotBefore); life > 397*24*time.Hour {
		t.Errorf("the leaf is good for %s", life)
	}
	if leaf.IsCA || !ca.IsCA || ca.MaxPathLen != 0 || !ca.MaxPathLenZero || !ca.PermittedDNSDomainsCritical {
		t.Errorf("leaf %v, authority %v with a path of %d, constraints critical %v", leaf.IsCA, ca.IsCA, ca.MaxPathLen, ca.PermittedDNSDomainsCritical)
	}
	for _, c := range []*x509.Certificate{leaf, ca} {
		if c.SerialNumber.Sign() <= 0 || c.SerialNumber.BitLen() > 127 {
			t.Errorf("serial %s", c.SerialNumber)
		}
	}
	if len(leaf.AuthorityKeyId) == 0 || string(leaf.AuthorityKeyId) != string(ca.SubjectKeyId) {
		t.Errorf("the leaf names authority %x, which is %x", leaf.AuthorityKeyId, ca.SubjectKeyId)
	}
}

// Who trusts an authority must not have to believe whatever its key signs.
func TestTheAuthoritySpeaksForItsNamesOnly(t *testing.T) {
	l, err := NewLocal(NamesOf("", nil), silent)
	if err != nil {
		t.Fatal(err)
	}
	stolen := &Local{authority: l.authority, names: NamesOf("", []string{"bank.example", "10.0.0.1"}), logger: silent}
	leaf, err := stolen.authority.issue(stolen.names, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	stolen.leaf.Store(leaf)
	for _, name := range []string{"bank.example", "10.0.0.1"} {
		if err := verify(t, stolen, l.AuthorityPEM(), name, time.Now()); err == nil {
			t.Errorf("it is believed to be %s", name)
		}
	}
}

func TestAnAuthorityIsKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tls")
	names := NamesOf("", nil)
	first := open(t, dir, names)
	again := open(t, dir, names)
	if string(again.AuthorityPEM()) != string(first.AuthorityPEM()) {
		t.Error("it was issued anew")
	}
	if err := verify(t, again, first.AuthorityPEM(), "localhost", time.Now()); err != nil {
		t.Error(err)
	}
	onDisk, err := os.ReadFile(filepath.Join(dir, AuthorityName))
	if err != nil || string(onDisk) != string(first.AuthorityPEM()) {
		t.Errorf("%s: %v", onDisk, err)
	}
	info, err := os.Stat(filepath.Join(dir, "ca-key.pem"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key may be read: %v, %v", info.Mode(), err)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 2 {
		t.Errorf("the folder holds %v, %v", files, err)
	}
}

// A machine that is called differently, or is to be called more, has the same
// authority: who trusted it goes on under the old names, and needs the new file
// for the new ones.
func TestOtherNamesKeepTheKey(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tls")
	before := open(t, dir, NamesOf("old", nil))
	after := open(t, dir, NamesOf("new", []string{"kinesis.example.com"}))
	for _, name := range []string{"localhost", "new", "kinesis.example.com"} {
		if err := verify(t, after, after.AuthorityPEM(), name, time.Now()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !before.authority.key.Equal(after.authority.key) || before.authority.cert.Subject.String() != after.authority.cert.Subject.String() {
		t.Error("it is another authority")
	}
	fewer := open(t, dir, NamesOf("new", nil))
	if string(fewer.AuthorityPEM()) != string(after.AuthorityPEM()) {
		t.Error("fewer names are no reason to issue it anew")
	}
}

func TestLeavesAreRenewedInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "tls")
		l := open(t, dir, NamesOf("", nil))
		first := shows(t, l)
		for range 400 { // a server that runs for more than a year, and is asked daily
			time.Sleep(24 * time.Hour)
			leaf := shows(t, l).Leaf
			if left := time.Until(leaf.NotAfter); left < 29*24*time.Hour {
				t.Fatalf("the leaf is good for %s", left)
			}
			if err := verify(t, l, l.AuthorityPEM(), "localhost", time.Now()); err != nil {
				t.Fatal(err)
			}
		}
		if shows(t, l) == first {
			t.Error("the leaf was never renewed")
		}
		ca := l.AuthorityPEM()
		time.Sleep(9 * 365 * 24 * time.Hour) // its last year has begun
		again := open(t, dir, NamesOf("", nil))
		if string(again.AuthorityPEM()) == string(ca) || !again.authority.key.Equal(l.authority.key) {
			t.Error("the authority was not issued anew by its own key")
		}
		if err := verify(t, again, again.AuthorityPEM(), "localhost", time.Now()); err != nil {
			t.Error(err)
		}
	})
}

// A clock that was ahead when the leaf was made, and is right again, must not make
// every client refuse it.
func TestALeafOfTheFutureIsRenewed(t *testing.T) {
	l, err := NewLocal(NamesOf("", nil), silent)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := l.authority.issue(l.names, time.Now().Add(48*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	l.leaf.Store(leaf)
	if now := shows(t, l).Leaf; now.NotBefore.After(time.Now()) {
		t.Errorf("the leaf is good from %s", now.NotBefore)
	}
}

// A crash during the first start leaves nothing that the next one refuses.
func TestMakingAnAuthorityMayBeCutOffAnywhere(t *testing.T) {
	for n := 0; ; n++ {
		dir := filepath.Join(t.TempDir(), "tls")
		disk := faultfs.New(vfs.OS)
		seen := 0
		disk.Inject(faultfs.Rule{Times: faultfs.Always, Match: func(vfs.Op) bool { seen++; return seen > n }})
		_, cut := OpenLocal(disk, dir, NamesOf("", nil), silent)
		open(t, dir, NamesOf("", nil))
		if cut == nil {
			break
		}
	}
}

func TestASpoiltFolderIsRefused(t *testing.T) {
	other := filepath.Join(t.TempDir(), "tls")
	open(t, other, NamesOf("", nil))
	f := func(spoil func(dir string) error, want ...string) {
		t.Helper()
		dir := filepath.Join(t.TempDir(), "tls")
		open(t, dir, NamesOf("", nil))
		if err := spoil(dir); err != nil {
			t.Fatal(err)
		}
		_, err := OpenLocal(vfs.OS, dir, NamesOf("", nil), silent)
		for _, w := range want {
			if err == nil || !strings.Contains(err.Error(), w) {
				t.Errorf("error lacks %q: %v", w, err)
			}
		}
	}
	f(func(dir string) error { return os.Remove(filepath.Join(dir, KeyName)) }, "ca.pem", "its key, ca-key.pem, is missing", "remove")
	f(func(dir string) error { return os.WriteFile(filepath.Join(dir, KeyName), nil, 0o600) }, "ca-key.pem", "no private key")
	f(func(dir string) error { return os.WriteFile(filepath.Join(dir, AuthorityName), []byte("x"), 0o600) }, "ca.pem", "no certificate")
	f(func(dir string) error {
		return os.Rename(filepath.Join(other, AuthorityName), filepath.Join(dir, AuthorityName))
	}, "ca.pem", "not the certificate of the key beside it")
	f(func(dir string) error {
		l, err := NewLocal(NamesOf("", nil), silent)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, KeyName), keyPEM(l.authority.key), 0o600)
	}, "ca.pem", "not the certificate of the key beside it")
}

func TestAFolderThatCannotBeReadIsAnError(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tls")
	open(t, dir, NamesOf("", nil))
	disk := faultfs.New(vfs.OS)
	disk.Inject(faultfs.Rule{Times: faultfs.Always, Err: fs.ErrPermission, Match: func(op vfs.Op) bool { return op.Kind == vfs.OpOpen }})
	if _, err := OpenLocal(disk, dir, NamesOf("", nil), silent); err == nil {
		t.Error("no error")
	}
}

func FuzzParseAuthority(f *testing.F) {
	key := newKey()
	a, err := newAuthority(key, nil, NamesOf("", nil), time.Now())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(keyPEM(key), a.certPEM())
	f.Fuzz(func(t *testing.T, keyText, certText []byte) {
		if key, err := parseKey(keyText); err == nil {
			_, _ = parseAuthority(key, certText)
		}
	})
}

// BenchmarkOpenLocal is what a start pays for its certificate.
func BenchmarkOpenLocal(b *testing.B) {
	dir := filepath.Join(b.TempDir(), "tls")
	names := NamesOf("desk", nil)
	for b.Loop() {
		if _, err := OpenLocal(vfs.OS, dir, names, silent); err != nil {
			b.Fatal(err)
		}
	}
}

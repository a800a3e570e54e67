package access

import "testing"

func TestDevAccountFromKey(t *testing.T) {
	f := func(keyID, region, wantAccount, wantRegion string) {
		t.Helper()
		c := Dev(keyID, region)
		if c.Account() != wantAccount || c.Region() != wantRegion {
			t.Errorf("Dev(%q, %q) = account %s, region %s; want %s, %s",
				keyID, region, c.Account(), c.Region(), wantAccount, wantRegion)
		}
		if c.IsZero() {
			t.Errorf("Dev(%q, %q) is zero", keyID, region)
		}
	}
	f("123456789012", "eu-west-1", "123456789012", "eu-west-1")
	f("test", "", DefaultAccount, DefaultRegion)
	f("AKIAIOSFODNN7EXAMPLE", "us-east-1", DefaultAccount, "us-east-1")
	f("1234567890123", "us-east-1", DefaultAccount, "us-east-1")
	f("12345678901x", "us-east-1", DefaultAccount, "us-east-1")
	f("", "us-east-1", DefaultAccount, "us-east-1")
}

func TestZeroCallerIsZero(t *testing.T) {
	if !(Caller{}).IsZero() {
		t.Error("the zero Caller must say that it is")
	}
}

func TestDevPrincipalIsTheAccountsRoot(t *testing.T) {
	if got, want := Dev("123456789012", "eu-west-1").Principal(), "arn:aws:iam::123456789012:root"; got != want {
		t.Errorf("Principal() = %s, want %s", got, want)
	}
}

// Every request makes a Caller, and few ask for its principal.
func TestDevDoesNotAllocate(t *testing.T) {
	n := testing.AllocsPerRun(100, func() {
		if Dev("123456789012", "eu-west-1").IsZero() {
			t.Error("zero")
		}
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

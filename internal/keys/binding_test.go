package keys

import (
	"errors"
	"fmt"
	"testing"
)

func TestBindingsDiffer(t *testing.T) {
	seen := map[string]Binding{}
	for _, b := range []Binding{
		{}, {"a": "b"}, {"a": ""}, {"": "a"}, {"ab": ""}, {"a": "b", "c": "d"}, {"a": "bc", "d": ""}, {"a": "b", "cd": ""},
		{"a": "b\x00\x00\x00\x01c\x00\x00\x00\x01d"}, ForStream("arn"), ForStream("arn2"),
	} {
		if other, ok := seen[string(b.Bytes())]; ok {
			t.Errorf("%q and %q have the same bytes", b, other)
		}
		seen[string(b.Bytes())] = b
	}
	if string(Binding(nil).Bytes()) != string(Binding{}.Bytes()) {
		t.Error("no binding and an empty one are not the same")
	}
}

func TestLocalNames(t *testing.T) {
	f := func(name, want string) {
		t.Helper()
		if got, ok := LocalName(name); got != want || ok != (want != "") {
			t.Errorf("%q is %q, %v; want %q", name, got, ok, want)
		}
	}
	f("alias/aws/kinesis", DefaultAlias)
	f("alias/orders", "alias/orders")
	f("1234abcd", "1234abcd")
	f("arn:aws:kms:eu-west-1:111122223333:key/1234abcd", "1234abcd")
	f("arn:aws:kms:eu-west-1:111122223333:alias/aws/kinesis", DefaultAlias)
	f("arn:aws-cn:kms:cn-north-1:111122223333:alias/orders", "alias/orders")
	f("arn:aws:kms:eu-west-1:111122223333:key/", "")
	f("arn:aws:kms:eu-west-1:111122223333:1234abcd", "")
	f("arn:aws:kinesis:eu-west-1:111122223333:key/1234abcd", "")
	f("arn:aws:kms", "")
	f("", "")
}

func TestRefused(t *testing.T) {
	for _, err := range []error{ErrNotFound, ErrDisabled, ErrInvalidState, ErrAccessDenied, ErrOptInRequired} {
		if !Refused(fmt.Errorf("key: %w", err)) {
			t.Errorf("%v is no refusal", err)
		}
	}
	for _, err := range []error{nil, ErrThrottled, ErrUnavailable, ErrCiphertext, errors.New("another")} {
		if Refused(err) {
			t.Errorf("%v is a refusal", err)
		}
	}
}

func TestOnlyEnabledKeysAreUsable(t *testing.T) {
	for state, want := range map[State]error{
		Enabled: nil, Disabled: ErrDisabled, PendingDeletion: ErrInvalidState, Unavailable: ErrInvalidState, "": ErrInvalidState, "New": ErrInvalidState,
	} {
		if err := (Key{State: state}).Usable(); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", state, err, want)
		}
	}
}

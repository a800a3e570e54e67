package server

import (
	"errors"
	"testing"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi"
)

func TestOperationsOfAKeyAreBounded(t *testing.T) {
	p := &access.Principal{Kind: access.User, ARN: "arn:aws:iam::123456789012:user/alice", Account: "123456789012"}
	a := access.Verified(p, "AKIAIOSFODNN7EXAMPLE", "us-east-1", access.Facts{})
	b := access.Verified(p, "AKIAI44QH8DHBEXAMPLE", "us-east-1", access.Facts{})
	k := newKeyed(2)
	f := func(i access.Identity, allowed bool) {
		t.Helper()
		err := k.Enter(i)
		if e, ok := errors.AsType[*awsapi.Error](err); allowed && err != nil || !allowed && (!ok || e.Code != "ThrottlingException") {
			t.Errorf("Enter: %v", err)
		}
	}
	f(a, true)
	f(a, true)
	f(a, false)
	f(b, true)
	k.Leave(a)
	f(a, true)
	k.Leave(a)
	k.Leave(a)
	k.Leave(b)
	if len(k.busy) != 0 {
		t.Errorf("when all have ended, there are %v", k.busy)
	}
	nobody := access.Unverified("test", "us-east-1")
	for range 10 {
		f(nobody, true)
	}
	k.Leave(nobody)
	defer func() {
		if recover() == nil {
			t.Error("an end without a beginning went unnoticed")
		}
	}()
	k.Leave(a)
}

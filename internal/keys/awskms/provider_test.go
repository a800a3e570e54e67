package awskms

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/smithy-go"

	"github.com/freshet/freshet/internal/keys"
	"github.com/freshet/freshet/internal/keys/keystest"
)

func TestContract(t *testing.T) { keystest.Run(t, rig) }

// The client's types are all errors that KMS's model gives the three operations.
func TestErrorsMean(t *testing.T) {
	f := func(err smithy.APIError, want error) {
		t.Helper()
		keystest.Only(t, meaning(err, keys.ErrNotFound), want)
	}
	f(&types.NotFoundException{}, keys.ErrNotFound)
	f(&types.InvalidArnException{}, keys.ErrNotFound)
	f(&types.DisabledException{}, keys.ErrDisabled)
	f(&types.KMSInvalidStateException{}, keys.ErrInvalidState)
	f(&types.InvalidKeyUsageException{}, keys.ErrInvalidState)
	f(&types.InvalidCiphertextException{}, keys.ErrCiphertext)
	f(&types.IncorrectKeyException{}, keys.ErrCiphertext)
	f(&types.InvalidGrantTokenException{}, keys.ErrAccessDenied)
	f(&types.LimitExceededException{}, keys.ErrThrottled)
	f(&types.KeyUnavailableException{}, keys.ErrUnavailable)
	f(&types.DependencyTimeoutException{}, keys.ErrUnavailable)
	f(&types.KMSInternalException{}, keys.ErrUnavailable)
	f(&types.DryRunOperationException{}, keys.ErrUnavailable)
	f(&smithy.GenericAPIError{Code: "ValidationException"}, keys.ErrNotFound)
	f(&smithy.GenericAPIError{Code: "SomethingNew"}, keys.ErrUnavailable)
	keystest.Only(t, meaning(errors.New("connection refused"), keys.ErrNotFound), keys.ErrUnavailable)
}

func TestAnswersMean(t *testing.T) {
	s, p := open(t)
	d, err := p.Generate(t.Context(), keys.DefaultAlias, nil)
	if err != nil {
		t.Fatal(err)
	}
	f := func(code string, want error) {
		t.Helper()
		s.fails, s.status = code, 400
		_, err := p.Unwrap(t.Context(), d.Wrapped, nil)
		keystest.Only(t, err, want)
	}
	f("AccessDeniedException", keys.ErrAccessDenied)
	f("UnrecognizedClientException", keys.ErrAccessDenied)
	f("ExpiredTokenException", keys.ErrAccessDenied)
	f("OptInRequired", keys.ErrOptInRequired)
	f("DisabledException", keys.ErrDisabled)
	f("com.amazonaws.kms#KMSInvalidStateException", keys.ErrInvalidState)
	f("ValidationException", keys.ErrCiphertext)
	_, err = p.Describe(t.Context(), "???")
	keystest.Only(t, err, keys.ErrNotFound)
}

func TestKeysThatCannotWrap(t *testing.T) {
	s, p := open(t)
	k := s.add(ordersID, "alias/orders")
	for _, change := range []func(){
		func() { k.spec = "RSA_4096" },
		func() { k.spec, k.state = "SYMMETRIC_DEFAULT", "PendingDeletion" },
		func() { k.state = "SomethingNew" },
	} {
		change()
		described, err := p.Describe(t.Context(), "alias/orders")
		if err != nil || !errors.Is(described.Usable(), keys.ErrInvalidState) {
			t.Errorf("%+v is described as %+v, %v", k, described, err)
		}
	}
	_, err := p.Generate(t.Context(), "alias/orders", nil)
	keystest.Only(t, err, keys.ErrInvalidState)
}

func TestAnotherProviderWrappedIt(t *testing.T) {
	_, p := open(t)
	for _, wrapped := range []string{"", "F\x01abc", "K", "K\x01", "K\x02abc"} {
		_, err := p.Unwrap(t.Context(), []byte(wrapped), nil)
		keystest.Only(t, err, keys.ErrCiphertext)
	}
}

func TestEndpointMustKeepKeysToItself(t *testing.T) {
	if _, err := New(t.Context(), Options{Endpoint: "http://kms.example"}); err == nil {
		t.Error("plain http to another machine is taken")
	}
}

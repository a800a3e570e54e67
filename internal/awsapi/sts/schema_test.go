package sts

import (
	"testing"

	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/awsapi/awsapitest"
)

func TestStructuresFitTheirShapes(t *testing.T) { awsapitest.CheckService(t, Service) }

func TestServiceIsSTS(t *testing.T) {
	if Service.Target != "" || Service.Version != "2011-06-15" || Service.SigningName != "sts" || Service.Namespace != "https://sts.amazonaws.com/doc/2011-06-15/" {
		t.Errorf("got %+v", Service)
	}
}

// Security-and-ops.md, section 3: the exemption covers the actions that need it and no
// other.
func TestOperationsWithoutCredentials(t *testing.T) {
	for _, op := range Service.Operations {
		want := op == OpAssumeRoleWithWebIdentity || op == OpAssumeRoleWithSAML
		if op.Unsigned != want {
			t.Errorf("%s: unsigned is %v", op.Name, op.Unsigned)
		}
	}
}

func TestErrorsBearTheirCodes(t *testing.T) {
	f := func(e *awsapi.Error, code string, status int) {
		t.Helper()
		if e.Code != code || e.Status != status {
			t.Errorf("got %+v, want %s with status %d", e, code, status)
		}
	}
	f(ExpiredTokenException(""), "ExpiredTokenException", 400)
	f(InvalidIdentityTokenException(""), "InvalidIdentityToken", 400)
	f(IDPRejectedClaimException(""), "IDPRejectedClaim", 403)
	f(MalformedPolicyDocumentException(""), "MalformedPolicyDocument", 400)
}

// Whose values must not be repeated.
func TestSecretsAreSensitive(t *testing.T) {
	if !OpAssumeRoleWithWebIdentity.Input.Member("WebIdentityToken").Shape.Sensitive ||
		!OpAssumeRole.Output.Member("Credentials").Shape.Member("SecretAccessKey").Shape.Sensitive {
		t.Error("a secret is not sensitive")
	}
}

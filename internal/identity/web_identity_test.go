package identity

import (
	"context"
	"errors"
	"net/netip"
	"testing"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/awsapi/sts"
	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/meta/memmeta"
	"github.com/freshet/freshet/internal/webidentity"
)

// vouching takes the tokens that it has.
type vouching map[string]webidentity.Token

// refusals are what Verify answers to tokens of these names.
var refusals = map[string]error{
	"malformed": webidentity.ErrMalformed, "issuer": webidentity.ErrIssuer, "signature": webidentity.ErrSignature, "audience": webidentity.ErrAudience,
	"expired": webidentity.ErrExpired, "claims": webidentity.ErrClaims, "unreachable": webidentity.ErrUnreachable, "broken": errors.New("broken"),
}

func (v vouching) Verify(_ context.Context, token string) (webidentity.Token, error) {
	t, ok := v[token]
	if !ok {
		return webidentity.Token{}, refusals[token]
	}
	return t, nil
}

func newVouchedWorld(t *testing.T) *world {
	t.Helper()
	store := memmeta.New()
	t.Cleanup(func() { store.Close() })
	return newWorld(t, store, Options{WebIdentities: vouching{
		"good":  {Issuer: "token.example/org", Provider: "https://token.example/org", Subject: "repo:a:main", Audience: "sts.example", Audiences: []string{"sts.example"}},
		"other": {Issuer: "other.example", Provider: "https://other.example", Subject: "repo:a:main", Audience: "sts.example", Audiences: []string{"sts.example"}},
	}})
}

// vouched is a trust policy for who has a token of a provider.
func vouched(provider, condition string) string {
	return document(`{"Effect":"Allow","Principal":{"Federated":"` + provider + `"},"Action":"sts:AssumeRoleWithWebIdentity"` + condition + `}`)
}

const tokenProvider = "arn:aws:iam::" + ours + ":oidc-provider/token.example/org"

func (w *world) vouch(role, token string, change ...func(*sts.AssumeRoleWithWebIdentityRequest)) (*sts.AssumeRoleWithWebIdentityResponse, error) {
	in := &sts.AssumeRoleWithWebIdentityRequest{
		RoleArn: new("arn:aws:iam::" + ours + ":role/" + role), RoleSessionName: new("ci"), WebIdentityToken: &token,
	}
	for _, fn := range change {
		fn(in)
	}
	facts := access.Facts{Source: netip.MustParseAddr("203.0.113.7"), Secure: true}
	return w.AssumeRoleWithWebIdentity(w.t.Context(), access.Admit(access.Anonymous("eu-west-1", facts)), in)
}

func TestAssumeRoleWithWebIdentity(t *testing.T) {
	w := newVouchedWorld(t)
	w.role("ci", vouched(tokenProvider, `,"Condition":{"StringEquals":{"token.example/org:aud":"sts.example"},"StringLike":{"token.example/org:sub":"repo:a:*"},`+
		`"IpAddress":{"aws:SourceIp":"203.0.113.0/24"},"Bool":{"aws:SecureTransport":"true"}}`), mayTouch)
	out := must(w.vouch("ci", "good"))(t)
	if *out.Provider != tokenProvider || *out.Audience != "sts.example" || *out.SubjectFromWebIdentityToken != "repo:a:main" || *out.AssumedRoleUser.Arn != "arn:aws:sts::"+ours+":assumed-role/ci/ci" {
		t.Errorf("answered %+v", out)
	}
	f := must(pointer(w.found(out.Credentials)))(t)
	if p := f.Principal; !may(p, "kinesis:GetRecords") || may(p, "kinesis:PutRecord") || p.Begun.Provider != tokenProvider || p.Begun.Key != "" {
		t.Errorf("found %+v", p)
	}
	must(ask(w, w.root, w.DeleteInlinePolicy, &extapi.DeleteInlinePolicyRequest{Principal: "role/ci", Name: "may"}))(t)
	must(ask(w, w.root, w.DeleteRole, &extapi.DeleteRoleRequest{Name: "ci"}))(t)
	if _, err := w.found(out.Credentials); !errors.Is(err, ErrInvalidToken) {
		t.Errorf("a session of a role that is no more: %v", err)
	}
}

func TestWhoMayAssumeARoleWithAToken(t *testing.T) {
	w := newVouchedWorld(t)
	w.role("sub", vouched(tokenProvider, `,"Condition":{"StringEquals":{"token.example/org:sub":"repo:b:main"}}`), mayTouch)
	w.role("foreign", vouched("arn:aws:iam::"+theirs+":oidc-provider/token.example/org", ""), mayTouch)
	w.role("address", vouched(tokenProvider, `,"Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}`), mayTouch)
	w.role("users", document(`{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}`), mayTouch)
	w.role("unknown", vouched(tokenProvider, `,"Condition":{"StringEquals":{"token.example/org:groups":"x"}}`), mayTouch)
	w.role("denied", document(`{"Effect":"Allow","Principal":{"Federated":"`+tokenProvider+`"},"Action":"sts:AssumeRoleWithWebIdentity"},`+
		`{"Effect":"Deny","Principal":"*","Action":"sts:*"}`), mayTouch)
	w.role("open", vouched(tokenProvider, ""), mayTouch)
	for _, role := range []string{"sub", "foreign", "address", "users", "unknown", "denied", "nobody"} {
		_, err := w.vouch(role, "good")
		if e, ok := errors.AsType[*awsapi.Error](err); !ok || e.Code != "AccessDeniedException" || e.Message != "Not authorized to perform sts:AssumeRoleWithWebIdentity" {
			t.Errorf("%s: %v", role, err)
		}
	}
	must(w.vouch("open", "good"))(t)
	refused(w.vouch("open", "other"))(t, "AccessDeniedException")
	for token, code := range map[string]string{
		"malformed": "InvalidIdentityToken", "issuer": "InvalidIdentityToken", "signature": "InvalidIdentityToken", "audience": "InvalidIdentityToken",
		"expired": "ExpiredTokenException", "claims": "IDPRejectedClaim", "unreachable": "IDPCommunicationError",
	} {
		refused(w.vouch("open", token))(t, code)
		refused(w.vouch("nobody", token))(t, code) // the token comes first
	}
	if _, err := w.vouch("open", "broken"); err == nil {
		t.Error("a failure of ours was a yes")
	} else if _, ok := errors.AsType[*awsapi.Error](err); ok {
		t.Errorf("a failure of ours is told: %v", err)
	}
	refused(w.vouch("open", "good", func(in *sts.AssumeRoleWithWebIdentityRequest) { in.DurationSeconds = new(int32(7201)) }))(t, "ValidationError")
	refused(w.vouch("open", "good", func(in *sts.AssumeRoleWithWebIdentityRequest) { in.RoleArn = new("arn:aws:iam::1:role/open") }))(t, "ValidationError")
	refused(w.vouch("open", "good", func(in *sts.AssumeRoleWithWebIdentityRequest) { in.ProviderId = new("www.amazon.com") }))(t, "ValidationError")

	bounded := must(w.vouch("open", "good", func(in *sts.AssumeRoleWithWebIdentityRequest) {
		in.Policy = new(document(`{"Effect":"Allow","Action":"kinesis:PutRecord","Resource":"*"}`))
	}))(t)
	if p := must(pointer(w.found(bounded.Credentials)))(t).Principal; may(p, "kinesis:GetRecords") || may(p, "kinesis:PutRecord") {
		t.Error("the session's policy does not bound it")
	}
	none := newMemoryWorld(t)
	none.role("open", vouched(tokenProvider, ""), mayTouch)
	refused(none.vouch("open", "good"))(t, "InvalidIdentityToken")
}

// Who has credentials is judged by them, and never by what a provider says.
func TestCredentialsAreNoProvider(t *testing.T) {
	w := newVouchedWorld(t)
	w.role("open", vouched(tokenProvider, ""), mayTouch)
	a := w.user("alice", "")
	_, err := w.AssumeRoleWithWebIdentity(t.Context(), callerOf(t, a, "AKIATEST"), &sts.AssumeRoleWithWebIdentityRequest{
		RoleArn: new("arn:aws:iam::" + ours + ":role/open"), RoleSessionName: new("ci"), WebIdentityToken: new("good"),
	})
	refused[int](nil, err)(t, "AccessDeniedException")
}

package identity

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/access/policy"
	"github.com/freshet/freshet/internal/awsapi/sts"
	"github.com/freshet/freshet/internal/limits"
	"github.com/freshet/freshet/internal/webidentity"
)

// AssumeRoleWithWebIdentity begins a session of a role for who has a token of an issuer
// that the configuration allows, if the role's trust policy lets in the issuer, as
// arn:aws:iam::account:oidc-provider/issuer, and what the token says: its aud, sub and
// azp are keys of conditions, with the issuer before them. It needs no credentials.
//
// Unlike AWS, where issuers are an account's, they are the server's: any account may
// trust them. Not supported are tags in the token, and ProviderId, which is for OAuth 2.0
// tokens of other sorts.
//
// Whether there is such a role nobody learns who may not assume it.
//
// In development no token is looked at.
func (s *Service) AssumeRoleWithWebIdentity(ctx context.Context, caller access.Caller, in *sts.AssumeRoleWithWebIdentityRequest) (*sts.AssumeRoleWithWebIdentityResponse, error) {
	account, name, err := roleOf(*in.RoleArn)
	if err != nil {
		return nil, err
	}
	if s.options.Development {
		return &sts.AssumeRoleWithWebIdentityResponse{
			Credentials:     devCredentials(account, in.DurationSeconds, limits.SessionDefault),
			AssumedRoleUser: roleUser(account, roleIDPrefix+"DEVELOPMENT", name, *in.RoleSessionName),
		}, nil
	}
	if in.ProviderId != nil {
		return nil, errInvalid("ProviderId is for OAuth 2.0 access tokens, which are not supported.")
	}
	token, err := s.verifyToken(ctx, *in.WebIdentityToken)
	if err != nil {
		return nil, err
	}
	n, err := s.catalog.known()
	if err != nil {
		return nil, err
	}
	provider := "arn:aws:iam::" + account + ":oidc-provider/" + token.Issuer
	r := n.roleAt(*in.RoleArn)
	if r == nil || !access.AllowsFederated(caller, provider, touchesWith(r, token, in)) {
		return nil, errDenied("Not authorized to perform sts:AssumeRoleWithWebIdentity")
	}
	lasts, err := roleDuration(r, in.DurationSeconds, false)
	if err != nil {
		return nil, err
	}
	b, err := n.bounded(account, in.Policy, in.PolicyArns)
	if err != nil {
		return nil, err
	}
	percent, err := b.packed()
	if err != nil {
		return nil, err
	}
	made, err := n.begin(r.claims(*in.RoleSessionName, b, access.Begun{Provider: provider}), lasts)
	if err != nil {
		return nil, err
	}
	return &sts.AssumeRoleWithWebIdentityResponse{
		Credentials: made, PackedPolicySize: percent,
		AssumedRoleUser:             roleUser(account, r.ID, r.Name, *in.RoleSessionName),
		Provider:                    &provider,
		Audience:                    &token.Audience,
		SubjectFromWebIdentityToken: &token.Subject,
	}, nil
}

// touchesWith is what the trust policy of r is asked about in, with a token.
func touchesWith(r *role, token webidentity.Token, in *sts.AssumeRoleWithWebIdentityRequest) access.Request {
	keys := policy.Values{"sts:rolesessionname": {*in.RoleSessionName}}
	if in.DurationSeconds != nil {
		keys["sts:durationseconds"] = []string{strconv.Itoa(int(*in.DurationSeconds))}
	}
	for name, value := range token.Keys() {
		keys[name] = value
	}
	return access.Request{
		Uses: []access.Use{{
			Action:   sts.OpAssumeRoleWithWebIdentity.Action,
			Resource: access.Resource{ARN: r.arn(), Account: r.account, Tags: r.Tags, Policy: r.trustPolicy()},
		}},
		Keys: keys,
	}
}

// verifyToken returns what a token says. The texts are AWS's (seen), each of them for
// all that may be wrong in its way: who tries tokens learns no more.
func (s *Service) verifyToken(ctx context.Context, text string) (webidentity.Token, error) {
	if s.options.WebIdentities == nil {
		return webidentity.Token{}, sts.InvalidIdentityTokenException("No OpenIDConnect provider found in your account")
	}
	token, err := s.options.WebIdentities.Verify(ctx, text)
	switch {
	case err == nil:
		return token, nil
	case errors.Is(err, webidentity.ErrMalformed):
		return token, sts.InvalidIdentityTokenException("The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)")
	case errors.Is(err, webidentity.ErrIssuer):
		return token, sts.InvalidIdentityTokenException("No OpenIDConnect provider found in your account")
	case errors.Is(err, webidentity.ErrSignature):
		return token, sts.InvalidIdentityTokenException("Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements")
	case errors.Is(err, webidentity.ErrAudience):
		return token, sts.InvalidIdentityTokenException("Incorrect token audience")
	case errors.Is(err, webidentity.ErrExpired):
		return token, sts.ExpiredTokenException("Token expired: current date/time %d must be before the expiration date/time", time.Now().Unix())
	case errors.Is(err, webidentity.ErrClaims):
		return token, sts.IDPRejectedClaimException("The token's claims are not sufficient: it must say exp, iat, sub and aud, and be valid by now.")
	case errors.Is(err, webidentity.ErrUnreachable):
		s.options.Logger.Warn("an issuer of web identities cannot be asked", "err", err)
		return token, sts.IDPCommunicationErrorException("The identity provider could not be asked.")
	}
	return webidentity.Token{}, fmt.Errorf("verify a web identity token: %w", err)
}

package conformance

import (
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

// stsOf is AWS's client for Go, with keys.
func stsOf(keys aws.CredentialsProvider) *sts.Client {
	return sts.New(sts.Options{
		BaseEndpoint: &endpoint, Region: "eu-west-1", Credentials: keys,
		Retryer: aws.NopRetryer{},
	})
}

func keysOf(account string) aws.CredentialsProvider {
	return credentials.NewStaticCredentialsProvider(account, "secret", "")
}

// Where any credentials are taken, everybody is the root of an account, by the access
// key (DESIGN).
//
//rule:sts GetCallerIdentity
func TestGetCallerIdentity(t *testing.T) {
	account := newAccount()
	out, err := stsOf(keysOf(account)).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	if err != nil {
		t.Fatal(err)
	}
	if *out.Account != account || *out.Arn != "arn:aws:iam::"+account+":root" || *out.UserId != account {
		t.Errorf("%s, %s, %s", *out.Account, *out.Arn, *out.UserId)
	}
}

// A presigned GetCallerIdentity is a GET, which others check an identity by (D).
//
//rule:sts GetCallerIdentity
func TestPresignedGetCallerIdentity(t *testing.T) {
	account := newAccount()
	signed, err := sts.NewPresignClient(stsOf(keysOf(account))).PresignGetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), signed.Method, signed.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	status, body := textOf(t, req)
	if status != 200 || !strings.Contains(body, "<Account>"+account+"</Account>") || !strings.HasPrefix(body, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">`) {
		t.Errorf("%d %s", status, body)
	}
}

func textOf(t *testing.T, req *http.Request) (int, string) {
	t.Helper()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

// The credentials of a role are those of the role's account, and are good for streams
// (DESIGN).
//
//rule:sts AssumeRole
func TestAssumeRole(t *testing.T) {
	mine, theirs := newAccount(), newAccount()
	out, err := stsOf(keysOf(mine)).AssumeRole(t.Context(), &sts.AssumeRoleInput{
		RoleArn: aws.String("arn:aws:iam::" + theirs + ":role/team/readers"), RoleSessionName: aws.String("tuesday"), DurationSeconds: aws.Int32(900),
	})
	if err != nil {
		t.Fatal(err)
	}
	if *out.AssumedRoleUser.Arn != "arn:aws:sts::"+theirs+":assumed-role/readers/tuesday" || time.Until(*out.Credentials.Expiration) > 15*time.Minute {
		t.Errorf("%s until %v", *out.AssumedRoleUser.Arn, out.Credentials.Expiration)
	}
	c := out.Credentials
	keys := credentials.NewStaticCredentialsProvider(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken)
	who, err := stsOf(keys).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	if err != nil || *who.Account != theirs {
		t.Errorf("%v, %v", who, err)
	}
	streams := kinesis.New(kinesis.Options{BaseEndpoint: &endpoint, Region: "eu-west-1", Credentials: keys})
	if _, err := streams.ListStreams(t.Context(), &kinesis.ListStreamsInput{}); err != nil {
		t.Error(err)
	}
}

// A session of one's own (DESIGN).
//
//rule:sts GetSessionToken
func TestGetSessionToken(t *testing.T) {
	account := newAccount()
	out, err := stsOf(keysOf(account)).GetSessionToken(t.Context(), &sts.GetSessionTokenInput{})
	if err != nil {
		t.Fatal(err)
	}
	c := out.Credentials
	if left := time.Until(*c.Expiration); left > 12*time.Hour || left < 11*time.Hour {
		t.Errorf("it lasts %v", left)
	}
	who, err := stsOf(credentials.NewStaticCredentialsProvider(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken)).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	if err != nil || *who.Account != account {
		t.Errorf("%v, %v", who, err)
	}
}

// It takes no credentials (D).
//
//rule:sts AssumeRoleWithWebIdentity
func TestAssumeRoleWithWebIdentity(t *testing.T) {
	account := newAccount()
	out, err := stsOf(aws.AnonymousCredentials{}).AssumeRoleWithWebIdentity(t.Context(), &sts.AssumeRoleWithWebIdentityInput{
		RoleArn: aws.String("arn:aws:iam::" + account + ":role/ci"), RoleSessionName: aws.String("ci"),
		WebIdentityToken: aws.String("e30." + base64.RawURLEncoding.EncodeToString([]byte(`{"iss":"https://token.example"}`)) + "."),
	})
	if err != nil {
		t.Fatal(err)
	}
	if *out.AssumedRoleUser.Arn != "arn:aws:sts::"+account+":assumed-role/ci/ci" {
		t.Errorf("%s", *out.AssumedRoleUser.Arn)
	}
}

// Constraints are the model's, in the words of the other protocols, as ValidationError;
// a token is not repeated (T).
//
//rule:sts AssumeRole AssumeRoleWithWebIdentity GetSessionToken
func TestConstraintsOfSTS(t *testing.T) {
	f := func(err error, code, text string) {
		t.Helper()
		var api smithy.APIError
		if !errors.As(err, &api) || api.ErrorCode() != code || !strings.Contains(api.ErrorMessage(), text) {
			t.Errorf("%v, want %s: %s", err, code, text)
		}
	}
	c := stsOf(keysOf(newAccount()))
	const arn = "arn:aws:iam::123456789012:role/r"
	_, err := c.AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::123456"), RoleSessionName: aws.String("ok")})
	f(err, "ValidationError", "1 validation error detected: Value 'arn:aws:iam::123456' at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20")
	_, err = c.AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: aws.String(arn), RoleSessionName: aws.String("no blanks")})
	f(err, "ValidationError", `Value 'no blanks' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]*`)
	_, err = c.AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: aws.String(arn), RoleSessionName: aws.String("ok"), DurationSeconds: aws.Int32(43201)})
	f(err, "ValidationError", "Value '43201' at 'durationSeconds' failed to satisfy constraint: Member must have value less than or equal to 43200")
	_, err = c.AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::123456789012:user/u"), RoleSessionName: aws.String("ok")})
	f(err, "ValidationError", "Request ARN is invalid")
	_, err = c.GetSessionToken(t.Context(), &sts.GetSessionTokenInput{DurationSeconds: aws.Int32(899)})
	f(err, "ValidationError", "Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900")
	_, err = c.AssumeRoleWithWebIdentity(t.Context(), &sts.AssumeRoleWithWebIdentityInput{RoleArn: aws.String(arn), RoleSessionName: aws.String("ok"), WebIdentityToken: aws.String("abc")})
	f(err, "ValidationError", "Value at 'webIdentityToken' failed to satisfy constraint: Member must have length greater than or equal to 4")
	_, err = c.GetFederationToken(t.Context(), &sts.GetFederationTokenInput{Name: aws.String("bob")})
	f(err, "InvalidAction", "Could not find operation GetFederationToken for version 2011-06-15")
}

// A request without credentials, or signed for another service, gets the errors of the
// query protocol, with its status (D).
//
//rule:sts GetCallerIdentity AssumeRole GetSessionToken
func TestCredentialsOfSTS(t *testing.T) {
	request := func(service string) *http.Request {
		body := url.Values{"Action": {"GetCallerIdentity"}, "Version": {"2011-06-15"}}.Encode()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, endpoint, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if service != "" {
			err := v4.NewSigner().SignHTTP(t.Context(), aws.Credentials{AccessKeyID: newAccount(), SecretAccessKey: "s"}, req, strings.Repeat("0", 64), service, "eu-west-1", time.Now())
			if err != nil {
				t.Fatal(err)
			}
		}
		return req
	}
	f := func(service string, status int, code string) {
		t.Helper()
		got, body := textOf(t, request(service))
		if got != status || code != "" && !strings.Contains(body, "<Type>Sender</Type><Code>"+code+"</Code>") {
			t.Errorf("signed for %q: %d %s", service, got, body)
		}
	}
	f("sts", 200, "")
	f("", 403, "MissingAuthenticationToken")
	f("kinesis", 403, "SignatureDoesNotMatch")
}

package server

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/wire/awscbor"
	"github.com/freshet/freshet/internal/wire/awsjson"
)

// way is a way of authenticating: how a request is signed, and what is done to it
// afterwards.
type way struct {
	name            string
	cbor, presigned bool
	session         bool          // the key is a session's, with its token
	service, region string        // of the scope, if not those of the operation
	skew            time.Duration // of the signer's clock
	anonymous       bool
	key             func(w *world) testKey // if not the one that calls
	damage          func(r *http.Request)
	want            string // the code of the refusal, "" if the signature is good
}

// goodWays are those by which whoever may call is let in.
var goodWays = []way{
	{name: "header"},
	{name: "header, CBOR", cbor: true},
	{name: "presigned", presigned: true},
	{name: "presigned, CBOR", cbor: true, presigned: true},
	{name: "session", session: true},
	{name: "session, presigned, CBOR", session: true, presigned: true, cbor: true},
}

const (
	missingToken = "MissingAuthenticationTokenException"
	badSignature = "InvalidSignatureException"
	unknownKey   = "UnrecognizedClientException"
	incomplete   = "IncompleteSignatureException"
)

// badWays let nobody in, not even the root.
var badWays = []way{
	{name: "anonymous", anonymous: true, want: missingToken},
	{name: "anonymous, CBOR", anonymous: true, cbor: true, want: missingToken},
	{name: "development", want: unknownKey, key: someKey("test", "test", "")},
	{name: "development, an account", want: unknownKey, key: someKey(owners, "test", "")},
	{name: "development, an account, presigned", presigned: true, want: unknownKey, key: someKey(owners, "test", "")},
	{name: "empty secret", want: badSignature, key: func(w *world) testKey { return testKey{id: w.root.id, secret: "-"} }},
	{name: "another's secret", want: badSignature, key: func(w *world) testKey { return testKey{id: w.root.id, secret: w.admin.secret} }},
	{name: "another's secret, presigned", presigned: true, want: badSignature, key: func(w *world) testKey { return testKey{id: w.root.id, secret: w.admin.secret} }},
	{name: "another's secret, CBOR", cbor: true, want: badSignature, key: func(w *world) testKey { return testKey{id: w.root.id, secret: w.admin.secret} }},
	{name: "disabled key", want: unknownKey, key: func(w *world) testKey { return w.disabled }},
	{name: "disabled key, presigned", presigned: true, want: unknownKey, key: func(w *world) testKey { return w.disabled }},
	{name: "deleted key", want: unknownKey, key: func(w *world) testKey { return w.deleted }},
	{name: "a token that nobody gave", want: unknownKey, key: func(w *world) testKey { return testKey{id: w.root.id, secret: w.root.secret, token: "forged"} }},
	{name: "a session's key without its token", want: unknownKey, key: someKey("ASIAFORGED", "x", "")},
	{name: "a session's key with another token", want: unknownKey, key: someKey("ASIAFORGED", "x", "forged")},
	{name: "an hour old", skew: -time.Hour, want: badSignature},
	{name: "an hour early", skew: time.Hour, want: badSignature},
	{name: "presigned, long over", presigned: true, skew: -8 * 24 * time.Hour, want: badSignature},
	{name: "another service's scope", service: "sts", want: badSignature},
	{name: "the extension's scope", service: "freshet", want: badSignature},
	{name: "another region's scope", region: "ap-south-1", want: badSignature},
	{name: "another body", want: badSignature, damage: func(r *http.Request) { setBody(r, append(bodyOf(r), ' ')) }},
	{name: "another header", want: badSignature, damage: func(r *http.Request) {
		r.Header.Set("X-Amz-Date", time.Now().UTC().Add(time.Second).Format("20060102T150405Z"))
	}},
	{name: "a header that was not signed", want: badSignature, damage: func(r *http.Request) { r.Header.Set("X-Amz-Meaning", "none") }},
	{name: "another host", want: badSignature, damage: func(r *http.Request) { r.Host = "localhost:1" }},
	{name: "no signature", want: incomplete, damage: func(r *http.Request) {
		a := r.Header.Get("Authorization")
		r.Header.Set("Authorization", a[:strings.Index(a, "Signature=")])
	}},
	{name: "twice", presigned: true, want: badSignature, damage: func(r *http.Request) { r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=x") }},
}

func someKey(id, secret, token string) func(*world) testKey {
	return func(*world) testKey { return testKey{id: id, secret: secret, token: token} }
}

func bodyOf(r *http.Request) []byte {
	b, err := io.ReadAll(r.Body)
	if err != nil {
		panic(err)
	}
	return b
}

func setBody(r *http.Request, b []byte) {
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(b)), int64(len(b))
}

// request makes a request of op in that way.
func (way *way) request(w *world, op *awsapi.Operation, in any, key testKey) (*http.Request, error) {
	encode, contentType := awsjson.Append, typeJSON
	if way.cbor {
		encode, contentType = awscbor.Append, typeCBOR
	}
	body, err := encode(nil, op.Input, in)
	if err != nil {
		return nil, err
	}
	r := httptest.NewRequest(http.MethodPost, "https://localhost:4566/", nil)
	r.RemoteAddr = "192.0.2.1:1000"
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("X-Amz-Target", op.Service.Target+"."+op.Name)
	setBody(r, body)
	if way.key != nil {
		key = way.key(w)
	}
	if !way.anonymous {
		if err := way.sign(r, op, key, body); err != nil {
			return nil, err
		}
	}
	setBody(r, body)
	if way.damage != nil {
		way.damage(r)
	}
	return r, nil
}

func (way *way) sign(r *http.Request, op *awsapi.Operation, key testKey, body []byte) error {
	service, region := op.Service.SigningName, "us-east-1"
	if way.service != "" {
		service = way.service
	}
	if way.region != "" {
		region = way.region
	}
	sum := sha256.Sum256(body)
	payload, when := hex.EncodeToString(sum[:]), time.Now().Add(way.skew)
	c := aws.Credentials{AccessKeyID: key.id, SecretAccessKey: key.secret, SessionToken: key.token}
	if !way.presigned {
		return v4.NewSigner().SignHTTP(context.Background(), c, r, payload, service, region, when)
	}
	uri, _, err := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableHeaderHoisting = true }).PresignHTTP(context.Background(), c, r, payload, service, region, when)
	if err == nil {
		r.URL, err = r.URL.Parse(uri)
		r.RequestURI = r.URL.RequestURI()
	}
	return err
}

package sigv4

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/freshet/freshet/internal/awsapi"
)

// The signer of all tests, and when it signs.
const (
	keyID   = "AKIDEXAMPLE"
	secret  = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	region  = "eu-west-1"
	service = "kinesis"
)

var signedAt = time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)

// signer signs as AWS's client for Go does.
type signer struct {
	secret, token, region, service string
	at                             time.Time
	presign                        bool
}

func newSigner() signer {
	return signer{secret: secret, region: region, service: service, at: signedAt}
}

// sign returns r as a server reads it.
func (s signer) sign(t testing.TB, r *http.Request, body string) *http.Request {
	t.Helper()
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	credentials := aws.Credentials{AccessKeyID: keyID, SecretAccessKey: s.secret, SessionToken: s.token}
	hash := sha256.Sum256([]byte(body))
	payload := hex.EncodeToString(hash[:])
	if said := r.Header.Get("X-Amz-Content-Sha256"); said != "" {
		payload = said
	}
	var err error
	if s.presign {
		var uri string
		uri, _, err = v4.NewSigner().PresignHTTP(t.Context(), credentials, r, payload, s.service, s.region, s.at)
		if err == nil {
			r.URL, err = r.URL.Parse(uri)
		}
		for name := range r.Header { // they are in the query now
			if strings.HasPrefix(name, "X-Amz-") && r.URL.Query().Has(name) {
				r.Header.Del(name)
			}
		}
	} else {
		err = v4.NewSigner().SignHTTP(t.Context(), credentials, r, payload, s.service, s.region, s.at)
	}
	if err != nil {
		t.Fatal(err)
	}
	return received(t, r)
}

// received sends r, and returns it as a server reads it.
func received(t testing.TB, r *http.Request) *http.Request {
	t.Helper()
	var wire bytes.Buffer
	if err := r.Write(&wire); err != nil {
		t.Fatal(err)
	}
	got, err := http.ReadRequest(bufio.NewReader(&wire))
	if err != nil {
		t.Fatalf("%v: %s", err, wire.String())
	}
	return got
}

// call makes the request of an operation, headers besides.
func call(t testing.TB, headers ...string) *http.Request {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, "http://kinesis.eu-west-1.amazonaws.com/", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "Kinesis_20131202.ListStreams")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	return r
}

// verifier is what a server does with a request.
type verifier struct {
	Rules
	secret  string
	service string
	now     time.Time
	keys    Keys
}

func newVerifier() *verifier { return &verifier{secret: secret, service: service, now: signedAt} }

// verify reads r's body and says who signed it, or why nobody has.
func (v *verifier) verify(r *http.Request) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	c, err := Parse(r)
	if err != nil {
		return err
	}
	if err := c.CheckService(v.service); err != nil {
		return err
	}
	claim, err := c.Check(r, v.Rules, v.now)
	if err != nil {
		return err
	}
	return v.keys.Verify(&claim, v.secret, sha256.Sum256(body))
}

func (v *verifier) accepts(t testing.TB, r *http.Request) {
	t.Helper()
	if err := v.verify(r); err != nil {
		t.Errorf("%s %s %v: %v", r.Method, r.RequestURI, r.Header, err)
	}
}

// refuses checks the error of a request; text is its beginning.
func (v *verifier) refuses(t testing.TB, r *http.Request, code, text string) {
	t.Helper()
	err := v.verify(r)
	e, ok := errors.AsType[*awsapi.Error](err)
	if !ok || e.Code != code || !strings.HasPrefix(e.Message, text) || e.Status != http.StatusBadRequest {
		t.Errorf("%s %s %v:\n %v\nwant %s: %s", r.Method, r.RequestURI, r.Header, err, code, text)
	}
}

const (
	mismatchCode = "InvalidSignatureException"
	mismatchText = "The request signature we calculated does not match the signature you provided."
)

func hashOf(body string) string {
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:])
}

func asError(t *testing.T, err error) *awsapi.Error {
	t.Helper()
	e, ok := errors.AsType[*awsapi.Error](err)
	if !ok {
		t.Fatalf("%v is no error of AWS", err)
	}
	return e
}

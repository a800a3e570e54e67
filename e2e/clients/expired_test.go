//go:build e2e

package clients

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/freshet/freshet"
)

// within is an HTTP client of a server in this process: no connection stops the clock of a
// bubble.
type within struct{ http.Handler }

func (w within) Do(r *http.Request) (*http.Response, error) {
	r.RequestURI, r.RemoteAddr, r.Host, r.TLS = r.URL.RequestURI(), "127.0.0.1:1", r.URL.Host, &tls.ConnectionState{}
	reply := httptest.NewRecorder()
	w.ServeHTTP(reply, r)
	return reply.Result(), nil
}

// TestASessionExpires: a session is good to its end for both services; then each refuses it
// by its own code.
func TestASessionExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := freshet.New(freshet.Options{Production: true, Durability: freshet.DurabilityMemory, Listen: freshet.NoListener})
		if err != nil {
			t.Fatal(err)
		}
		ctx, end := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.Run(ctx) }()
		<-s.Ready()
		root, _ := s.RootCredentials()
		who := credentials.NewStaticCredentialsProvider(root.AccessKeyID, root.SecretAccessKey, "")
		asRoot := sts.New(sts.Options{BaseEndpoint: aws.String("https://localhost"), Region: "us-east-1", HTTPClient: within{s.Handler()}, Retryer: aws.NopRetryer{}, Credentials: who})
		out, err := asRoot.GetSessionToken(ctx, &sts.GetSessionTokenInput{DurationSeconds: aws.Int32(900)})
		if err != nil {
			t.Fatal(err)
		}
		c := out.Credentials
		session := credentials.NewStaticCredentialsProvider(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken)
		streams := kinesis.New(kinesis.Options{BaseEndpoint: aws.String("https://localhost"), Region: "us-east-1", HTTPClient: within{s.Handler()}, Retryer: aws.NopRetryer{}, Credentials: session})
		f := func(name, ofKinesis, ofSTS string) {
			t.Helper()
			_, err := streams.ListStreams(ctx, &kinesis.ListStreamsInput{})
			wantCode(t, name+", Kinesis", err, ofKinesis)
			_, err = asRoot.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}, func(o *sts.Options) { o.Credentials = session })
			wantCode(t, name+", STS", err, ofSTS)
		}
		f("at once", "", "")
		time.Sleep(time.Until(*c.Expiration) - time.Second)
		f("a second before its end", "", "")
		time.Sleep(time.Second)
		f("at its end", "ExpiredTokenException", "ExpiredToken")
		time.Sleep(24 * time.Hour)
		f("a day later", "ExpiredTokenException", "ExpiredToken")
		end()
		if err := errors.Join(<-ended, s.Close()); err != nil {
			t.Error(err)
		}
	})
}

// wantCode checks the code of an error of the SDK's, "" for none.
func wantCode(t *testing.T, name string, err error, code string) {
	t.Helper()
	var refused smithy.APIError
	got := ""
	if errors.As(err, &refused) {
		got = refused.ErrorCode()
	} else if err != nil {
		got = err.Error()
	}
	if got != code {
		t.Errorf("%s: %q, want %q (%v)", name, got, code, err)
	}
	t.Logf("%-32s %v", name, err)
}

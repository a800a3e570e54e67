//go:build e2e

package badinput

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	nethttp "net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"

	"github.com/freshet/freshet/e2e/process"
)

// guarded is a server that lets in who signs, with the stream "orders".
type guarded struct {
	*process.Server
	t     *testing.T
	roots *x509.CertPool
	owner *kinesis.Client
}

// guard starts freshet serve on an empty folder.
func guard(t *testing.T) *guarded {
	t.Helper()
	addr, err := process.FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	p, err := process.Start(process.Options{Binary: binary, Command: "serve", Data: t.TempDir() + "/data", Addr: addr})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Kill() })
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := p.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	s := &guarded{Server: p, t: t, roots: x509.NewCertPool()}
	if pem, err := os.ReadFile(p.CAFile()); err != nil || !s.roots.AppendCertsFromPEM(pem) {
		t.Fatal(err)
	}
	settings, err := config.LoadDefaultConfig(ctx, config.WithSharedCredentialsFiles([]string{p.RootCredentials()}), config.WithRegion("us-east-1"))
	if err != nil {
		t.Fatal(err)
	}
	s.owner = kinesis.NewFromConfig(settings, func(o *kinesis.Options) {
		endpoint := p.Endpoint()
		o.BaseEndpoint = &endpoint
		o.HTTPClient = http.NewBuildableClient().WithTransportOptions(func(tr *nethttp.Transport) {
			tr.TLSClientConfig = &tls.Config{RootCAs: s.roots}
		})
	})
	if _, err := s.owner.CreateStream(ctx, &kinesis.CreateStreamInput{StreamName: aws.String("orders"), ShardCount: aws.Int32(1)}); err != nil {
		t.Fatal(err)
	}
	s.works()
	return s
}

// works puts a record with a key, and returns how long that took.
func (s *guarded) works() time.Duration {
	s.t.Helper()
	began := time.Now()
	_, err := s.owner.PutRecord(s.t.Context(), &kinesis.PutRecordInput{StreamName: aws.String("orders"), PartitionKey: aws.String("a"), Data: []byte("b")})
	if err != nil {
		s.t.Error(err)
	}
	return time.Since(began)
}

// end stops the server, which must have held no more memory than that.
func (s *guarded) end(mib int64) {
	s.t.Helper()
	_, peak, err := s.Resident()
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Logf("resident: %d MiB at the most", peak>>20)
	if peak > mib<<20 {
		s.t.Errorf("the server held %d MiB of memory, want at most %d", peak>>20, mib)
	}
	ctx, cancel := context.WithTimeout(s.t.Context(), 30*time.Second)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		s.t.Error(err)
	}
}

// forged is the head of a PutRecord that claims to be signed by a key.
func forged(key string, length int) string {
	now := time.Now().UTC()
	return fmt.Sprintf("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-amz-json-1.1\r\n"+
		"X-Amz-Target: Kinesis_20131202.PutRecord\r\nX-Amz-Date: %s\r\nAuthorization: AWS4-HMAC-SHA256 Credential=%s/%s/us-east-1/kinesis/aws4_request, "+
		"SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=%s\r\nContent-Length: %d\r\n",
		now.Format("20060102T150405Z"), key, now.Format("20060102"), strings.Repeat("0", 64), length)
}

// TestTenThousandSlowStrangers: over TLS, with a key that is none, half in their
// header and half in their body, a byte now and then.
func TestTenThousandSlowStrangers(t *testing.T) {
	const slow = 10_000
	openFiles(t, slow+500)
	s := guard(t)
	addr := strings.TrimPrefix(s.Endpoint(), "https://")
	conns := make([]net.Conn, slow)
	for i := range conns {
		c, err := tls.Dial("tcp", addr, &tls.Config{RootCAs: s.roots, ServerName: "localhost"})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		begin := forged("AKIAIOSFODNN7EXAMPLE", 10_000_000)
		if i%2 == 0 {
			begin += "\r\n"
		}
		if _, err := io.WriteString(c, begin); err != nil {
			t.Fatal(err)
		}
		conns[i] = c
	}
	gone := drip(conns)
	var slowest time.Duration
	for served := 0; ; served++ {
		select {
		case after := <-gone:
			t.Logf("the last slow stranger was let go after %v; %d puts of the owner meanwhile, the slowest in %v", after, served, slowest)
			if after > 45*time.Second || served < 100 || slowest > 5*time.Second {
				t.Error("strangers stayed too long, or the owner waited for them")
			}
			s.end(900)
			return
		default:
			slowest = max(slowest, s.works())
		}
	}
}

// TestLargeBodiesOfStrangers: each is told why it is refused, none is kept, and the
// owner is served meanwhile.
func TestLargeBodiesOfStrangers(t *testing.T) {
	s := guard(t)
	addr := strings.TrimPrefix(s.Endpoint(), "https://")
	var all sync.WaitGroup
	var answered atomic.Int64
	const strangers, size = 200, 12 << 20
	for range strangers {
		all.Go(func() {
			c, err := tls.Dial("tcp", addr, &tls.Config{RootCAs: s.roots, ServerName: "localhost"})
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			if err := c.SetDeadline(time.Now().Add(60 * time.Second)); err != nil {
				t.Error(err)
			}
			sent := make(chan struct{})
			go func() {
				defer close(sent)
				_, _ = io.Copy(c, io.MultiReader(strings.NewReader(forged("AKIAIOSFODNN7EXAMPLE", size)+"\r\n"), endless(size))) // it is hung up on
			}()
			answer, err := io.ReadAll(c)
			if strings.Contains(string(answer), "UnrecognizedClientException") {
				answered.Add(1)
			} else if !errors.Is(err, io.ErrUnexpectedEOF) && err != nil && len(answer) == 0 {
				t.Logf("no answer: %v", err)
			}
			_ = c.Close()
			<-sent
		})
	}
	var slowest time.Duration
	for range 50 {
		slowest = max(slowest, s.works())
	}
	all.Wait()
	t.Logf("%d of %d strangers with %d MiB each were answered; the slowest put of the owner took %v", answered.Load(), strangers, size>>20, slowest)
	if answered.Load() < strangers/2 {
		t.Errorf("only %d were told why", answered.Load())
	}
	s.end(200)
}

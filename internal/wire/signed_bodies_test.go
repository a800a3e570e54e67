package wire_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/freshet/freshet/internal/wire/wiretest"
)

// Key, date and scope are judged before the body is read: of a request that is
// refused already, only so much is read as may be wrong itself.
func TestBodiesOfRefusedRequestsAreLeft(t *testing.T) {
	const bound = 64 << 10
	c := codecs[0]
	unknown, stale, elsewhere := lasting(), lasting(), lasting()
	unknown.keyID, stale.skew, elsewhere.service = "AKIDUNKNOWN", -time.Hour, "kinesis"
	wrong := lasting()
	wrong.secret = "wrong"
	f := func(s signature, n int, claimed bool, most int) {
		t.Helper()
		h := verified(new(keyring), echo)
		body := padded("{}", n-2)
		r := c.signed(t, s, body)
		r.ProtoMajor = 2 // over HTTP/1 the rest is thrown away, after the answer
		if !claimed {
			r.ContentLength = -1
			r.Header.Del("Content-Length")
		}
		read := &counted{Reader: r.Body}
		r.Body = read
		got, _ := h.answer(t, r)
		if got.status != 400 || read.n > most || h.last(t).BytesIn > bound && most <= bound+1 {
			t.Errorf("%d bytes, claimed %v: %d %s; %d were read", n, claimed, got.status, got.body, read.n)
		}
	}
	for _, s := range []signature{unknown, stale, elsewhere} {
		f(s, bound, true, bound)
		f(s, bound+1, true, 0)
		f(s, bound+1, false, bound+1)
		f(s, 1<<20, true, 0)
		f(s, 1<<20, false, bound+1)
	}
	f(wrong, 1<<20, true, 1<<20) // only the body can tell
}

// A client that sends its whole body before it reads finds the answer nevertheless.
func TestRefusedClientsFindTheAnswer(t *testing.T) {
	h := verified(new(keyring), echo)
	address := listen(t, h)
	s := lasting()
	s.keyID = "AKIDUNKNOWN"
	for protocol, client := range clients(t) {
		inEach(t, func(t *testing.T, c codec) {
			for _, n := range []int{100, 70_000, 1 << 20, 10 << 20} {
				body := strings.Repeat("x", n) // malformed, which is told only of a small one
				r, err := http.NewRequest("POST", "http://"+address+"/", nil)
				if err != nil {
					t.Fatal(err)
				}
				r.Header = c.call("").Header
				res, err := client.Do(s.sign(t, r, body))
				if err != nil {
					t.Fatalf("%s, %d bytes: %v", protocol, n, err)
				}
				got, err := io.ReadAll(res.Body)
				res.Body.Close()
				if closed := n > 64<<10 && res.ProtoMajor == 1; res.Close != closed {
					t.Errorf("%s, %d bytes: closed %v, want %v", protocol, n, res.Close, closed)
				}
				code := "UnrecognizedClientException"
				if n < 64<<10 {
					code = "SerializationException"
				}
				if err != nil || res.StatusCode != 400 || !strings.Contains(string(got), code) {
					t.Errorf("%s, %d bytes: %v, %d %s", protocol, n, err, res.StatusCode, got)
				}
			}
		})
	}
}

// So does one that is too simple to read while it sends.
func TestRefusedClientsThatSendFirstFindTheAnswer(t *testing.T) {
	h := verified(new(keyring), echo)
	c, err := net.Dial("tcp", listen(t, h))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s, body := lasting(), strings.Repeat("x", 15<<20)
	s.keyID = "AKIDUNKNOWN"
	r := httptest.NewRequest("POST", "http://"+c.RemoteAddr().String()+"/", nil)
	r.Header = codecs[0].call("").Header
	if err := s.sign(t, r, body).Write(c); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(c), r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if got, err := io.ReadAll(res.Body); err != nil || !strings.Contains(string(got), "UnrecognizedClientException") {
		t.Errorf("%v, %s", err, got)
	}
}

// HTTP/1.1 and HTTP/2, in clear and over TLS; bodies of any size, and in pieces.
func TestSignedRequestsOverEveryProtocol(t *testing.T) {
	k := new(keyring)
	h := verified(k, echo)
	address := listen(t, h)
	secure := httptest.NewUnstartedServer(h)
	secure.EnableHTTP2 = true
	secure.StartTLS()
	t.Cleanup(secure.Close)
	overTLS := func(http2 bool) *http.Client {
		tr := secure.Client().Transport.(*http.Transport).Clone()
		tr.Protocols = new(http.Protocols)
		if !http2 {
			tr.TLSClientConfig.NextProtos = []string{"http/1.1"}
		}
		tr.Protocols.SetHTTP1(!http2)
		tr.Protocols.SetHTTP2(http2)
		t.Cleanup(tr.CloseIdleConnections)
		return &http.Client{Transport: tr}
	}
	type door struct {
		*http.Client
		endpoint string
	}
	doors := map[string]door{"TLS HTTP/1.1": {overTLS(false), secure.URL}, "TLS HTTP/2.0": {overTLS(true), secure.URL}}
	for protocol, client := range clients(t) {
		doors[protocol] = door{client, "http://" + address}
	}
	for protocol, d := range doors {
		inEach(t, func(t *testing.T, c codec) {
			for _, n := range []int{0, 4000, 64 << 10, 70_000, 2_000_000} {
				for _, pieces := range []bool{false, true} {
					body := c.body(&wiretest.Everything{Data: make([]byte, n)})
					r, err := http.NewRequest("POST", d.endpoint+"/a%20path/", nil)
					if err != nil {
						t.Fatal(err)
					}
					r.Header = c.call("").Header
					s := lasting()
					if pieces {
						s.payload = hexHash(body)
						s.sign(t, r, "") // so that no length is signed
						r.Body, r.ContentLength = io.NopCloser(hidden{strings.NewReader(body)}), -1
					} else {
						s.sign(t, r, body)
					}
					res, err := d.Do(r)
					if err != nil {
						t.Fatal(err)
					}
					got, err := io.ReadAll(res.Body)
					res.Body.Close()
					if err != nil || res.StatusCode != 200 || string(got) != body || !strings.HasSuffix(protocol, res.Proto) {
						t.Errorf("%s, %d bytes, in pieces %v: %v, %d %s %.200s", protocol, n, pieces, err, res.StatusCode, res.Proto, got)
					}
				}
			}
		})
	}
}

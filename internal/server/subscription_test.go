package server

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// perform writes a signed request of an operation.
func perform(t *testing.T, c net.Conn, name, body string) {
	t.Helper()
	head := strings.Replace(listStreams, ".ListStreams", "."+name, 1)
	write(t, c, strings.Replace(head, "Content-Length: 2", fmt.Sprint("Content-Length: ", len(body)), 1)+body)
}

// subscribed makes a stream and a consumer and subscribes; the connection is at the
// first message.
func subscribed(t *testing.T, p *pipes) (c net.Conn, body io.ReadCloser) {
	t.Helper()
	c = p.dial(t)
	const arn = "arn:aws:kinesis:us-east-1:000000000000:stream/s"
	must := func(name, body string) string {
		t.Helper()
		perform(t, c, name, body)
		status, reply := readReply(t, c)
		if status != 200 {
			t.Fatalf("%s: %d %s", name, status, reply)
		}
		return reply
	}
	must("CreateStream", `{"StreamName":"s","ShardCount":1}`)
	reply := must("RegisterStreamConsumer", `{"StreamARN":"`+arn+`","ConsumerName":"c"}`)
	consumer := reply[strings.Index(reply, arn+"/consumer/c:"):]
	consumer = consumer[:strings.Index(consumer, `"`)]
	perform(t, c, "SubscribeToShard", `{"ConsumerARN":"`+consumer+`","ShardId":"0","StartingPosition":{"Type":"LATEST"}}`)
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil || res.StatusCode != 200 {
		t.Fatalf("SubscribeToShard: %v, %v", res, err)
	}
	return c, res.Body
}

// A server counts its subscriptions while they go on. When it stops it ends them at
// once and cleanly, and does not wait their five minutes out, nor its grace.
func TestSubscriptionsEndWhenStopping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		listener := newPipes()
		s, stop := start(t, options(listener))
		_, body := subscribed(t, listener)
		read := make(chan error, 1)
		go func() {
			_, err := io.Copy(io.Discard, body)
			read <- err
		}()
		put := listener.dial(t)
		perform(t, put, "PutRecord", `{"StreamName":"s","PartitionKey":"key","Data":"YWI="}`)
		if status, reply := readReply(t, put); status != 200 {
			t.Fatalf("PutRecord: %d %s", status, reply)
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		page := httptest.NewRecorder()
		s.Handler().ServeHTTP(page, httptest.NewRequest("GET", "http://localhost/_freshet/metrics", nil))
		for _, line := range []string{
			"freshet_subscriptions 1",
			`freshet_stream_pushed_records_total{account="000000000000",region="us-east-1",stream="s"} 1`,
			`freshet_stream_pushed_bytes_total{account="000000000000",region="us-east-1",stream="s"} 5`,
		} {
			if !strings.Contains(page.Body.String(), line+"\n") {
				t.Errorf("the metrics have no line %s", line)
			}
		}
		began := time.Now()
		if err := stop(); err != nil {
			t.Error(err)
		}
		if err := <-read; err != nil { // no end of the chunks would be an error
			t.Errorf("the subscription ends with %v", err)
		}
		// http.Server.Shutdown polls for idle connections.
		if took := time.Since(began); took > time.Second {
			t.Errorf("stopping took %s", took)
		}
	})
}

// A subscriber that takes nothing of what it is sent does not keep its connection.
func TestSubscribersThatDoNotReadAreCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		listener := newPipes()
		s, stop := start(t, options(listener))
		subscribed(t, listener)
		began := time.Now()
		for s.InFlight() > 0 && time.Since(began) < time.Hour {
			time.Sleep(time.Second)
		}
		if took := time.Since(began); took > 40*time.Second {
			t.Errorf("it was cut off after %s", took)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

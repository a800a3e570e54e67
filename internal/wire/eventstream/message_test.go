package eventstream_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"strings"
	"testing"

	aws "github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"

	"github.com/freshet/freshet/internal/wire/eventstream"
)

// message is what a client finds in a frame.
type message struct {
	headers []eventstream.Header
	payload []byte
}

// decode takes the first message off b, as the specification describes it.
func decode(b []byte) (m message, rest []byte, err error) {
	if len(b) < 16 {
		return m, nil, fmt.Errorf("%d bytes are no message", len(b))
	}
	total, head := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
	if binary.BigEndian.Uint32(b[8:]) != crc32.ChecksumIEEE(b[:8]) {
		return m, nil, fmt.Errorf("the prelude's checksum differs")
	}
	if uint64(total) > uint64(len(b)) || uint64(head)+16 > uint64(total) {
		return m, nil, fmt.Errorf("lengths %d and %d in %d bytes", total, head, len(b))
	}
	end := total - 4
	if binary.BigEndian.Uint32(b[end:]) != crc32.ChecksumIEEE(b[:end]) {
		return m, nil, fmt.Errorf("the message's checksum differs")
	}
	m.payload = b[12+head : end]
	for h := b[12 : 12+head]; len(h) > 0; {
		n := int(h[0])
		if len(h) < 1+n+3 || h[1+n] != 7 {
			return m, nil, fmt.Errorf("header %q", h)
		}
		v := int(binary.BigEndian.Uint16(h[2+n:]))
		if len(h) < 4+n+v {
			return m, nil, fmt.Errorf("header %q", h)
		}
		m.headers = append(m.headers, eventstream.Header{Name: string(h[1 : 1+n]), Value: string(h[4+n : 4+n+v])})
		h = h[4+n+v:]
	}
	return m, b[total:], nil
}

// encode writes m after what dst has.
func encode(dst []byte, m message) []byte {
	from := len(dst)
	dst = append(eventstream.Begin(dst, m.headers...), m.payload...)
	return eventstream.End(dst, from)
}

// wantReadable checks that both decoders read from b what m is.
func wantReadable(t *testing.T, b []byte, m message) {
	t.Helper()
	got, rest, err := decode(b)
	if err != nil || len(rest) != 0 || fmt.Sprint(got.headers) != fmt.Sprint(m.headers) || !bytes.Equal(got.payload, m.payload) {
		t.Errorf("read %q, %v, with %d bytes behind; want %q", got, err, len(rest), m)
	}
	theirs, err := aws.NewDecoder().Decode(bytes.NewReader(b), nil)
	if err != nil {
		t.Fatalf("AWS's decoder: %v", err)
	}
	if !bytes.Equal(theirs.Payload, m.payload) || len(theirs.Headers) != len(m.headers) {
		t.Errorf("AWS's decoder read %d headers and %q; want %q", len(theirs.Headers), theirs.Payload, m)
	}
	for i, h := range theirs.Headers {
		if h.Name != m.headers[i].Name || h.Value.String() != m.headers[i].Value {
			t.Errorf("AWS's decoder read %s: %s; want %v", h.Name, h.Value, m.headers[i])
		}
	}
}

func TestMessagesAreReadByClients(t *testing.T) {
	f := func(payload string, headers ...string) {
		t.Helper()
		m := message{payload: []byte(payload)}
		for i := 0; i < len(headers); i += 2 {
			m.headers = append(m.headers, eventstream.Header{Name: headers[i], Value: headers[i+1]})
		}
		wantReadable(t, encode(nil, m), m)
	}
	f("")
	f("payload")
	f("{}", ":message-type", "event", ":event-type", "initial-response")
	f("", strings.Repeat("n", 255), strings.Repeat("v", 1<<15-1))
	f("", "n", "")
	f(strings.Repeat("x", 100_000), "n", "é\x00")
}

// A frame as bytes: the specification's own example of a message without headers,
// and one that was put together by hand.
func TestBytesOfAMessage(t *testing.T) {
	f := func(m message, want string) {
		t.Helper()
		if got := hex.EncodeToString(encode(nil, m)); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	f(message{}, "000000100000000005c248eb7d98c8ff")
	f(message{payload: []byte("{'foo':'bar'}")}, "0000001d00000000fd528c5a7b27666f6f273a27626172277dc3653936")
}

// A message stands after others in a buffer as it would alone.
func TestMessagesFollowEachOther(t *testing.T) {
	first := message{headers: []eventstream.Header{{Name: "a", Value: "b"}}, payload: []byte("one")}
	second := message{headers: []eventstream.Header{{Name: "c", Value: "d"}}, payload: []byte("two")}
	b := encode(encode(nil, first), second)
	_, rest, err := decode(b)
	if err != nil {
		t.Fatal(err)
	}
	wantReadable(t, rest, second)
}

func TestHeadersThatNoMessageCanHave(t *testing.T) {
	f := func(name, value string) {
		t.Helper()
		defer func() {
			if recover() == nil {
				t.Errorf("a name of %d bytes and a value of %d: no panic", len(name), len(value))
			}
		}()
		eventstream.Begin(nil, eventstream.Header{Name: name, Value: value})
	}
	f("", "")
	f(strings.Repeat("n", 256), "")
	f("n", strings.Repeat("v", 1<<15))
}

func FuzzMessage(f *testing.F) {
	f.Add([]byte("before"), "name", "value", "other", "", []byte("payload"))
	f.Fuzz(func(t *testing.T, before []byte, name, value, other, more string, payload []byte) {
		for _, n := range []string{name, other} {
			if len(n) == 0 || len(n) > 255 {
				return
			}
		}
		if len(value) > eventstream.MaxValue || len(more) > eventstream.MaxValue || name == other {
			return
		}
		m := message{headers: []eventstream.Header{{Name: name, Value: value}, {Name: other, Value: more}}, payload: payload}
		b := encode(append([]byte{}, before...), m)
		if !bytes.HasPrefix(b, before) {
			t.Fatal("what was there before has changed")
		}
		wantReadable(t, b[len(before):], m)
	})
}

func BenchmarkMessage(b *testing.B) {
	payload := bytes.Repeat([]byte("x"), 350_000)
	buf := make([]byte, 0, 400_000)
	b.SetBytes(int64(len(payload)))
	b.ReportAllocs()
	for b.Loop() {
		buf = eventstream.Begin(buf[:0], eventstream.Header{Name: eventstream.MessageType, Value: eventstream.Event},
			eventstream.Header{Name: eventstream.EventType, Value: "SubscribeToShardEvent"})
		buf = eventstream.End(append(buf, payload...), 0)
	}
}

package awsquery

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/wire/wiretest"
)

var (
	tiny = &awsapi.Service{ID: "Tiny", Version: "2020-01-02", Namespace: "urn:tiny&co"}
	opDo = &awsapi.Operation{Service: tiny, Name: "Do", Input: wiretest.Shape, Output: wiretest.Shape}
)

func mustBeXML(t *testing.T, text []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(text))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%v in %q", err, text)
		}
	}
}

func TestAppendAnswer(t *testing.T) {
	f := func(v *wiretest.Everything, want string) {
		t.Helper()
		got, err := AppendAnswer([]byte("before "), opDo, v, "the-id")
		want = `before <DoResponse xmlns="urn:tiny&amp;co"><DoResult>` + want +
			"</DoResult><ResponseMetadata><RequestId>the-id</RequestId></ResponseMetadata></DoResponse>\n"
		if err != nil || string(got) != want {
			t.Errorf("got  %s, %v\nwant %s", got, err, want)
		}
		mustBeXML(t, got[len("before "):])
	}
	f(&wiretest.Everything{}, "")
	full := wiretest.Full()
	full.Text = new("<&>\"'\x01é")
	full.Data = []byte{0, 1, 2, 255}
	f(full, "<Text>&lt;&amp;&gt;&#34;&#39;\uFFFDé</Text><Color>RED</Color><Count>-7</Count><Big>9007199254740993</Big><Flag>true</Flag>"+
		"<When>2023-11-14T22:13:20.123Z</When><Data>AAEC/w==</Data>"+
		"<Inner><Data></Data><Names></Names><Tags></Tags></Inner>"+
		"<Inners><member><Count>1</Count></member><member></member><member><Flag>false</Flag></member></Inners>"+
		"<Names><member>a</member><member></member><member>ü</member></Names>"+
		"<Numbers><entry><key>x</key><value>1</value></entry><entry><key>y</key><value>-9223372036854775808</value></entry></Numbers>"+
		"<Tags><entry><key>a</key><value>1</value></entry><entry><key>b</key><value>2</value></entry></Tags>")
}

func TestAppendAnswerWithoutOutput(t *testing.T) {
	op := *opDo
	op.Output = nil
	got, err := AppendAnswer(nil, &op, nil, "x")
	want := `<DoResponse xmlns="urn:tiny&amp;co"><ResponseMetadata><RequestId>x</RequestId></ResponseMetadata></DoResponse>` + "\n"
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v", got, err)
	}
}

func TestAppendAnswerRefusesWhatDoesNotFit(t *testing.T) {
	if _, err := AppendAnswer(nil, opDo, (*wiretest.Everything)(nil), "x"); err == nil {
		t.Error("no error for nil")
	}
	odd := *opDo
	odd.Output = &awsapi.Shape{Name: "Odd"}
	if _, err := AppendAnswer(nil, &odd, new("a"), "x"); err == nil {
		t.Error("no error for a shape without a kind")
	}
}

func TestAppendError(t *testing.T) {
	f := func(s *awsapi.Service, e awsapi.Error, want string) {
		t.Helper()
		if got := string(AppendError(nil, s, &e, "id<")); got != want+"\n" {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	f(tiny, awsapi.Error{Code: "ValidationError", Message: "a < b", Status: 400},
		`<ErrorResponse xmlns="urn:tiny&amp;co"><Error><Type>Sender</Type><Code>ValidationError</Code><Message>a &lt; b</Message></Error><RequestId>id&lt;</RequestId></ErrorResponse>`)
	f(nil, awsapi.Error{Code: "InternalFailure", Status: 500},
		`<ErrorResponse xmlns="http://webservices.amazon.com/AWSFault/2005-15-09"><Error><Type>Receiver</Type><Code>InternalFailure</Code></Error><RequestId>id&lt;</RequestId></ErrorResponse>`)
}

// What is written of a text is read as the same text, but for what XML cannot say.
func FuzzText(f *testing.F) {
	f.Add("plain <&> \"'\r\n\t")
	f.Add("\x00\x01\ud7ff\ufffe\xff")
	f.Fuzz(func(t *testing.T, text string) {
		out := AppendError(nil, tiny, &awsapi.Error{Code: "C", Message: "x" + text}, "id")
		var answer struct {
			Error struct{ Message string }
		}
		if err := xml.Unmarshal(out, &answer); err != nil {
			t.Fatalf("%v in %q", err, out)
		}
		if strings.ContainsRune(answer.Error.Message, '\ufffd') {
			return
		}
		if answer.Error.Message != "x"+text {
			t.Errorf("%q became %q", text, answer.Error.Message)
		}
	})
}

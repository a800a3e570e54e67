package policy

import (
	"fmt"
	"strings"
	"testing"
)

const (
	orders  = "arn:aws:kinesis:us-east-1:123456789012:stream/orders"
	account = "123456789012"
	other   = "210987654321"
)

var (
	root  = Principal{Account: account, ARN: "arn:aws:iam::123456789012:root"}
	alice = Principal{Account: account, ARN: "arn:aws:iam::123456789012:user/alice"}
	bob   = Principal{Account: other, ARN: "arn:aws:iam::210987654321:user/team/bob"}
	clerk = Principal{Account: account, ARN: "arn:aws:sts::123456789012:assumed-role/clerk/monday", Role: "arn:aws:iam::123456789012:role/office/clerk"}
)

func parse(t testing.TB, kind Kind, text string) *Document {
	t.Helper()
	d, err := Parse(kind, text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return d
}

// document makes a policy of statements, of which each lacks its braces.
func document(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[{` + strings.Join(statements, "},{") + `}]}`
}

func named1(t testing.TB, kind Kind, name string, statements ...string) Named {
	t.Helper()
	return Named{name, parse(t, kind, document(statements...))}
}

const (
	allowAll = `"Effect":"Allow","Action":"*","Resource":"*"`
	allowPut = `"Sid":"put","Effect":"Allow","Action":["kinesis:PutRecord*"],"Resource":"arn:aws:kinesis:*:*:stream/orders"`
	denyPut  = `"Sid":"never","Effect":"Deny","Action":["kinesis:PutRecord"],"Resource":"*"`
)

// grants is an allow of PutRecord in a resource's policy.
func grants(who string) string {
	return fmt.Sprintf(`"Sid":"grant","Effect":"Allow","Principal":%s,"Action":"kinesis:PutRecord","Resource":%q`, who, orders)
}

func put(who Principal) Request {
	return Request{Principal: who, Action: "kinesis:PutRecord", Resource: orders}
}

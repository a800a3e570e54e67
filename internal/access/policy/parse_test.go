package policy

import (
	"errors"
	"strings"
	"testing"
)

func TestPoliciesThatAreParsed(t *testing.T) {
	f := func(kind Kind, text string, warnings ...string) {
		t.Helper()
		d := parse(t, kind, text)
		var got []string
		for _, w := range d.Warnings() {
			got = append(got, w.String())
		}
		if strings.Join(got, "\n") != strings.Join(warnings, "\n") {
			t.Errorf("%s\nwarnings %q\nwant     %q", text, got, warnings)
		}
	}
	f(Identity, document(allowAll))
	f(Identity, `{"Statement":{"Effect":"Deny","NotAction":"kinesis:Get*","NotResource":["*"],"Sid":""},"Id":"x"}`)
	f(Identity, document(`"Effect":"Allow","Action":"Kinesis:get?ecords","Resource":"arn:aws:kinesis"`))
	f(Identity, document(`"Effect":"Allow","Action":"*","Resource":"arn:aws:kinesis:*:*:stream/${aws:username}-${aws:PrincipalTag/team, 'no team'}-${*}"`))
	f(Resource, document(grants(`"*"`)))
	f(Resource, document(grants(`{"AWS":["123456789012","arn:aws:iam::123456789012:root"],"Service":"lambda.amazonaws.com"}`)))
	f(Resource, document(`"Effect":"Deny","NotPrincipal":{"AWS":"arn:aws:iam::123456789012:user/a/b"},"NotAction":"kinesis:*","Resource":"*"`))
	f(Trust, document(`"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::123456789012:oidc-provider/id.example.net"},"Action":"sts:AssumeRoleWithWebIdentity"`))
	f(Identity, document(allowPut+`,"Condition":{"Bool":{"aws:SecureTransport":true},"NumericLessThan":{"aws:EpochTime":[4e9,"5"]},"Null":{"aws:TokenIssueTime":false}}`))

	f(Identity, document(allowPut+`,"Condition":{"StringRoughly":{"aws:username":"a"},"NullIfExists":{"aws:username":"true"}}`),
		`statement put: there is no condition operator "StringRoughly": the statement allows nothing`,
		`statement put: there is no condition operator "NullIfExists": the statement allows nothing`)
	f(Identity, document(denyPut+`,"Condition":{"StringEquals":{"aws:MoonPhase":"full"}}`),
		`statement never: no request is known to have the condition key "aws:MoonPhase": where one has it not, the statement denies as if the condition were met`)
	f(Identity, document(allowPut+`,"Condition":{"ForAllValues:StringEquals":{"aws:TagKeys":"a"}}`),
		`statement put: ForAllValues:StringEquals is met by a request without "aws:TagKeys"`)
	f(Identity, document(denyPut+`,"Condition":{"StringEquals":{"aws:TagKeys":"a"},"ForAnyValue:StringEquals":{"aws:username":"a"}}`),
		`statement never: "aws:TagKeys" has several values: StringEquals without ForAnyValue or ForAllValues denies as if the condition were met where there is more than one`,
		`statement never: "aws:username" has one value: ForAnyValue:StringEquals needs no quantifier`)
	f(Identity, document(`"Effect":"Allow","NotAction":"iam:*","Resource":"arn:aws:kinesis:::stream/${aws:moon}"`),
		`statement #1: it allows everything that is not named, also what does not exist yet`,
		`statement #1: no request is known to have the variable "${aws:moon}": the statement allows nothing`)
}

func TestPoliciesThatAreRefused(t *testing.T) {
	f := func(kind Kind, text, want string) {
		t.Helper()
		d, err := Parse(kind, text)
		var e *Error
		if d != nil || !errors.As(err, &e) || e.Message != want {
			t.Errorf("%s\n got %v\nwant %s", text, err, want)
		}
	}
	const (
		notJSON = "Syntax errors in policy: it is not valid JSON."
		syntax  = "Syntax errors in policy: "
	)
	f(Identity, ``, notJSON)
	f(Identity, `{`, notJSON)
	f(Identity, `{}`, "Missing required field Statement")
	f(Identity, `[]`, syntax+"the policy is not an object.")
	f(Identity, `null`, syntax+"the policy is not an object.")
	f(Identity, document(allowAll)+`{}`, notJSON)
	f(Identity, document(allowAll)+`x`, notJSON)
	f(Identity, "{\"Statement\":\"\xff\"}", notJSON)
	f(Identity, strings.Replace(document(allowAll), "2012", "2013", 1), `Invalid policy version: "2013-10-17"`)
	f(Identity, `{"Statement":[]}`, syntax+"Statement is empty.")
	f(Identity, `{"Statement":"x"}`, syntax+"a statement is not an object.")
	f(Identity, `{"Statement":[[[[[]]]]]}`, syntax+"a statement is not an object.")
	f(Identity, `{"statement":[]}`, syntax+`there is no element "statement".`)
	f(Identity, `{"Version":"2012-10-17","Version":"2008-10-17","Statement":{`+allowAll+`}}`, syntax+`the key "Version" is there twice.`)
	f(Identity, document(`"Effect":"Deny","Effect":"Allow","Action":"*","Resource":"*"`), syntax+`the key "Effect" is there twice.`)
	f(Identity, document(`"Action":"*","Resource":"*"`), "Missing required field Effect")
	f(Identity, document(`"Effect":"allow","Action":"*","Resource":"*"`), "Invalid effect: allow")
	f(Identity, document(`"Effect":"Allow","Resource":"*"`), "Missing required field Action")
	f(Identity, document(`"Effect":"Allow","Action":"*"`), "Missing required field Resource")
	f(Identity, document(`"Effect":"Allow","Action":[],"Resource":"*"`), syntax+"Action is empty.")
	f(Identity, document(`"Effect":"Allow","Action":[1],"Resource":"*"`), syntax+"Action holds what is not a string.")
	f(Identity, document(`"Effect":"Allow","Action":[["a:b"]],"Resource":"*"`), syntax+"Action holds what is not a string.")
	f(Identity, document(`"Effect":"Allow","Action":"*","NotAction":"a:b","Resource":"*"`), "Statement/policy already has instance of Action or NotAction")
	f(Identity, document(`"Effect":"Allow","Action":"*","NotResource":"*","Resource":"*"`), "Statement/policy already has instance of Resource or NotResource")
	const vendor = `Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.: `
	f(Identity, document(`"Effect":"Allow","Action":"PutRecord","Resource":"*"`), vendor+`"PutRecord"`)
	f(Identity, document(`"Effect":"Allow","Action":"*:PutRecord","Resource":"*"`), vendor+`"*:PutRecord"`)
	f(Identity, document(`"Effect":"Allow","Action":"kinesis:","Resource":"*"`), vendor+`"kinesis:"`)
	f(Identity, document(`"Effect":"Allow","Action":"kinesis:a:b","Resource":"*"`), `Actions/Condition can contain only one colon: "kinesis:a:b"`)
	f(Identity, document(`"Effect":"Allow","Action":"*","Resource":"orders"`), `Resource orders must be in ARN format or "*".`)
	f(Identity, document(`"Effect":"Allow","Action":"*","Resource":"arn:aws:x:::${aws:username"`), `Invalid policy variable in "arn:aws:x:::${aws:username"`)
	f(Identity, document(`"Effect":"Allow","Action":"*","Resource":"arn:aws:x:::${nothing}"`), `Invalid policy variable in "arn:aws:x:::${nothing}"`)
	f(Identity, document(`"Effect":"Allow","Action":"*","Resource":"arn:aws:x:::${aws:username, none}"`), `Invalid policy variable in "arn:aws:x:::${aws:username, none}"`)
	f(Identity, document(`"Sid":"a","Effect":"Allow","Action":"*","Resource":"*"`, `"Sid":"a","Effect":"Deny","Action":"*","Resource":"*"`),
		"Statement IDs (SID) in a single policy must be unique: a")
	f(Identity, document(`"Sid":"a+b","Effect":"Allow","Action":"*","Resource":"*"`), `Statement IDs (SID) must be alpha-numeric: "a+b"`)
	f(Identity, document(allowAll+`,"Deed":1`), syntax+`a statement has no element "Deed".`)
	f(Identity, document(grants(`"*"`)), "Policy document should not specify a principal.")
	f(Identity, document(allowAll+`,"Condition":{"Bool":"true"}`), syntax+"Bool is not an object.")
	f(Identity, document(allowAll+`,"Condition":{"Bool":{"SecureTransport":"true"}}`), vendor+`"SecureTransport"`)
	f(Identity, document(allowAll+`,"Condition":{"Bool":{"aws:SecureTransport":"maybe"}}`),
		`Invalid value "maybe" of condition operator Bool: neither true nor false`)
	f(Identity, document(allowAll+`,"Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/33"}}`),
		`Invalid value "10.0.0.0/33" of condition operator IpAddress: neither an address nor a range of addresses`)
	f(Identity, document(allowAll+`,"Condition":{"NumericEquals":{"aws:EpochTime":"Inf"}}`), `Invalid value "Inf" of condition operator NumericEquals: no number`)
	f(Identity, document(allowAll+`,"Condition":{"DateLessThan":{"aws:CurrentTime":"soon"}}`), `Invalid value "soon" of condition operator DateLessThan: no date`)
	f(Identity, document(allowAll+`,"Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam"}}`), `Invalid value "arn:aws:iam" of condition operator ArnLike: no ARN`)
	f(Identity, document(allowAll+`,"Condition":{"Null":{"aws:username":"absent"}}`), `Invalid value "absent" of condition operator Null: neither true nor false`)

	f(Resource, document(allowPut), "Missing required field Principal")
	f(Resource, document(grants(`{}`)), syntax+"Principal names nobody.")
	f(Resource, document(grants(`{"AWS":[]}`)), syntax+"AWS is empty.")
	f(Resource, document(grants(`null`)), syntax+`Principal is neither "*" nor an object.`)
	f(Resource, document(grants(`{"AWS":"arn:aws:iam::123456789012:user/*"}`)), `Invalid principal in policy: "AWS":"arn:aws:iam::123456789012:user/*"`)
	f(Resource, document(grants(`{"AWS":"alice"}`)), `Invalid principal in policy: "AWS":"alice"`)
	f(Resource, document(grants(`{"Planet":"earth"}`)), `Invalid principal in policy: "Planet":"earth"`)
	f(Resource, document(grants(`"*","NotPrincipal":"*"`)), "Statement/policy already has instance of Principal or NotPrincipal")
	f(Resource, strings.ReplaceAll(document(grants(`"*"`)), orders, "arn:aws:kinesis"), `Resource arn:aws:kinesis must be in ARN format or "*".`)

	f(Trust, document(grants(`"*"`)), `AssumeRole policy may only specify STS AssumeRole actions: "kinesis:PutRecord"`)
	f(Trust, document(`"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Resource":"*"`), "Has prohibited field Resource")
	f(Trust, document(`"Effect":"Allow","Principal":"*","NotAction":"sts:AssumeRole"`), "Has prohibited field NotAction")
	f(Trust, document(`"Effect":"Allow","NotPrincipal":"*","Action":"sts:AssumeRole"`), "Has prohibited field NotPrincipal")

	long := document(allowAll)
	parse(t, Identity, long+strings.Repeat(" ", MostBytes-len(long)))
	f(Identity, long+strings.Repeat(" ", MostBytes-len(long)+1), "The policy is longer than 20480 bytes")
	f(Identity, document(strings.Repeat(`},{`, mostStatements-1)), "Missing required field Effect")
	f(Identity, document(strings.Repeat(`},{`, mostStatements)), "The policy has more than 256 statements")
	f(Identity, document(`"Effect":"Allow","Action":[`+strings.Repeat(`"",`, mostValues)+`""]`), "The policy has more than 4096 values")
}

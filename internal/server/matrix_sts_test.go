package server

import (
	"context"
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/awsapi/sts"
	"github.com/freshet/freshet/internal/extapi"
)

// asQuery are the codes of badWays as the query protocol has them.
var asQuery = map[string]string{
	missingToken: "MissingAuthenticationToken", badSignature: "SignatureDoesNotMatch", unknownKey: "InvalidClientTokenId", incomplete: "IncompleteSignature",
}

// form is a call of an operation of STS in that way.
func (way *way) form(w *world, op string, form url.Values, key testKey) (*http.Request, error) {
	form.Set("Action", op)
	form.Set("Version", sts.Service.Version)
	body := []byte(form.Encode())
	r := httptest.NewRequest(http.MethodPost, "https://localhost:4566/", nil)
	r.RemoteAddr = "192.0.2.1:1000"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	setBody(r, body)
	if way.key != nil {
		key = way.key(w)
	}
	if !way.anonymous {
		if err := way.sign(r, &awsapi.Operation{Service: sts.Service}, key, body); err != nil {
			return nil, err
		}
	}
	setBody(r, body)
	if way.damage != nil {
		way.damage(r)
	}
	return r, nil
}

// askSTS calls STS at the door by a way.
func (w *world) askSTS(way *way, op string, form url.Values, key testKey) (status int, text string) {
	w.t.Helper()
	r, err := way.form(w, op, form, key)
	if err != nil {
		w.t.Fatal(err)
	}
	answer := httptest.NewRecorder()
	w.Handler().ServeHTTP(answer, r)
	return answer.Code, answer.Body.String()
}

// session begins a session at the door.
func (w *world) session(op string, form url.Values, key testKey) testKey {
	w.t.Helper()
	status, text := w.askSTS(&goodWays[0], op, form, key)
	var answer struct {
		Result struct {
			Credentials struct{ AccessKeyId, SecretAccessKey, SessionToken string } `xml:"Credentials"`
		} `xml:",any"`
	}
	if err := xml.Unmarshal([]byte(text), &answer); err != nil || status != http.StatusOK {
		w.t.Fatalf("%s: %d %s: %v", op, status, text, err)
	}
	c := answer.Result.Credentials
	return testKey{id: c.AccessKeyId, secret: c.SecretAccessKey, token: c.SessionToken}
}

// role makes a role that the principal may assume, with that policy.
func (w *world) role(name, trusted, document string) string {
	w.t.Helper()
	ctx, me := context.Background(), access.Dev(owners, "us-east-1")
	trust := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"` + trusted + `"},"Action":"sts:AssumeRole"}}`
	r, err := w.identities.CreateRole(ctx, me, &extapi.CreateRoleRequest{Name: name, Trust: trust})
	arn := ok(w.t, r, err).ARN
	if document != "" {
		_, err = w.identities.PutInlinePolicy(ctx, me, &extapi.PutInlinePolicyRequest{Principal: arn, Name: "p", Document: document})
		ok(w.t, 0, err)
	}
	return arn
}

func assume(role string) url.Values {
	return url.Values{"RoleArn": {role}, "RoleSessionName": {"monday"}}
}

// Every operation of STS, from the table of routes: by a bad way nobody gets an answer that
// holds credentials or says who he is, and by a good one whoever may.
func TestEveryOperationOfSTSForEveryCallerByEveryWay(t *testing.T) {
	w := newWorld(t)
	nobody, forbidden := w.keyOf("nobody"), w.keyOf("forbidden")
	_, err := w.identities.PutInlinePolicy(t.Context(), access.Dev(owners, "us-east-1"), &extapi.PutInlinePolicyRequest{Principal: "user/forbidden", Name: "p",
		Document: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"sts:*","Resource":"*"}]}`})
	ok(t, 0, err)
	_, guestKey, _ := w.visitor(everything)
	const nobodyARN = "arn:aws:iam::" + owners + ":user/nobody"
	ours := w.role("ours", owners, "")
	his := w.role("his", nobodyARN, "")
	input := map[string]url.Values{
		"AssumeRole": assume(ours), "GetCallerIdentity": {}, "GetSessionToken": {},
		"AssumeRoleWithWebIdentity": {"RoleArn": {ours}, "RoleSessionName": {"monday"}, "WebIdentityToken": {"forged.forged.forged"}},
	}
	cells := 0
	f := func(way *way, op string, form url.Values, key testKey, name string, status int, text string) {
		t.Helper()
		cells++
		got, answer := w.askSTS(way, op, form, key)
		if got != status || !strings.Contains(answer, text) {
			t.Errorf("%s, %s, %s: %d %s, want %d %s", op, name, way.name, got, answer, status, text)
		}
	}
	for _, r := range stsRoutes(w.identities) {
		op := r.Operation()
		if input[op] == nil {
			t.Errorf("nobody has said what %s is called with", op)
			continue
		}
		for i := range badWays {
			bad := new(badWays[i])
			if bad.name == "another body" {
				bad.damage = func(r *http.Request) { setBody(r, append(bodyOf(r), "&More=1"...)) }
			}
			if bad.cbor || bad.name == "another host" || bad.service == "sts" {
				continue
			}
			if op == "AssumeRoleWithWebIdentity" { // its token speaks for itself, or not at all
				f(bad, op, input[op], w.root, "root", 400, "<Error>")
				continue
			}
			status := http.StatusForbidden
			if bad.want == incomplete {
				status = http.StatusBadRequest
			}
			f(bad, op, input[op], w.root, "root", status, "<Code>"+asQuery[bad.want]+"</Code>")
		}
		for _, way := range []*way{&goodWays[0], &goodWays[2]} {
			if op == "AssumeRoleWithWebIdentity" {
				f(way, op, input[op], w.root, "root", 400, "<Error>")
			}
		}
	}
	arns := map[string]string{"root": rootARN, "admin": "user/admin", "nobody": nobodyARN, "forbidden": "user/forbidden"}
	const denied, may = "<Code>AccessDenied</Code>", "<AccessKeyId>ASIA"
	for _, way := range []*way{&goodWays[0], &goodWays[2]} {
		for name, key := range map[string]testKey{"root": w.root, "admin": w.admin, "nobody": nobody, "forbidden": forbidden} {
			f(way, "GetCallerIdentity", url.Values{}, key, name, 200, arns[name]+"</Arn>")
			f(way, "GetSessionToken", url.Values{}, key, name, 200, may)
		}
		f(way, "GetCallerIdentity", url.Values{}, guestKey, "guest", 200, "arn:aws:iam::"+guests+":user/visitor<")
		f(way, "AssumeRole", assume(ours), w.admin, "admin", 200, may)
		f(way, "AssumeRole", assume(ours), nobody, "nobody", 403, denied)
		f(way, "AssumeRole", assume(ours), forbidden, "forbidden", 403, denied)
		f(way, "AssumeRole", assume(ours), guestKey, "guest", 403, denied)
		f(way, "AssumeRole", assume(his), nobody, "nobody, who is named", 200, may)
		f(way, "AssumeRole", assume(his), w.admin, "admin, who is not", 403, denied)
		f(way, "AssumeRole", assume("arn:aws:iam::"+owners+":role/none"), w.admin, "admin, no such role", 403, denied)
		f(way, "AssumeRole", assume(his), w.root, "root", 403, denied)
	}
	t.Logf("%d operations, %d cells", len(stsRoutes(w.identities)), cells)
}

// Sessions that STS began may do at the door what their role, or user, and the policy of
// the session allow, and nothing without their own token.
func TestSessionsReachWhatTheyMay(t *testing.T) {
	w := newWorld(t)
	role := w.role("clerk", owners, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"kinesis:*","Resource":"`+streamARN("open")+`"}}`)
	bounded := assume(role)
	bounded.Set("Policy", statement("Allow", "", []string{"kinesis:DescribeStream"}, "*"))
	wide, narrow := w.session("AssumeRole", assume(role), w.admin), w.session("AssumeRole", bounded, w.admin)
	mine, root := w.session("GetSessionToken", url.Values{}, w.admin), w.session("GetSessionToken", url.Values{}, w.root)
	f := func(key testKey, op, stream, want string) {
		t.Helper()
		for _, o := range w.operations() {
			if o.Name != op {
				continue
			}
			for i := range goodWays {
				r, err := goodWays[i].request(w, o, w.targets(o, stream)[0].input, key)
				if err != nil {
					t.Fatal(err)
				}
				answer := httptest.NewRecorder()
				w.Handler().ServeHTTP(answer, r)
				if !strings.Contains(answer.Body.String(), want) {
					t.Errorf("%s of %s, %s: %s, want %s", op, stream, goodWays[i].name, answer.Body, want)
				}
			}
		}
	}
	const who = "User: arn:aws:sts::" + owners + ":assumed-role/clerk/monday is not authorized to perform: kinesis:"
	f(wide, "DescribeStreamSummary", "open", "StreamDescriptionSummary")
	f(wide, "DescribeStreamSummary", "shared", who+"DescribeStreamSummary on resource: "+streamARN("shared")+" because no identity-based policy allows")
	f(narrow, "DescribeStream", "open", "StreamDescription")
	f(narrow, "DescribeStream", "shared", "because no identity-based policy allows")
	f(narrow, "DescribeStreamSummary", "open", who+"DescribeStreamSummary on resource: "+streamARN("open")+" because no session policy allows")
	f(mine, "DescribeStreamSummary", "shared", "StreamDescriptionSummary")
	f(root, "DescribeStreamSummary", "shared", "StreamDescriptionSummary")
	f(root, "DescribeStreamSummary", "locked", "explicit deny in a resource-based policy")
	for _, key := range []testKey{
		{id: wide.id, secret: wide.secret},
		{id: wide.id, secret: wide.secret, token: narrow.token},
		{id: wide.id, secret: wide.secret, token: root.token},
		{id: root.id, secret: wide.secret, token: wide.token},
		{id: wide.id, secret: wide.secret, token: wide.token[:len(wide.token)-4] + "AAAA"},
	} {
		f(key, "DescribeStreamSummary", "open", unknownKey)
	}
	f(testKey{id: wide.id, secret: narrow.secret, token: wide.token}, "DescribeStreamSummary", "open", badSignature)
	_, err := w.identities.DeleteRole(t.Context(), access.Dev(owners, "us-east-1"), &extapi.DeleteRoleRequest{Name: "clerk", WithAll: true})
	ok(t, 0, err)
	f(wide, "DescribeStreamSummary", "open", unknownKey)
}

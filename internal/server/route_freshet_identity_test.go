package server

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/audit"
	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/identity"
	"github.com/freshet/freshet/internal/keys/keyfile"
)

// askIdentity asks a page of who there is, as someone does, and returns the status and
// the answer.
func askIdentity(s *Server, r pageRequest) (int, string) {
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r.Request)
	return w.Code, w.Body.String()
}

func identityRequest(operation, body string) pageRequest {
	return pageOf(http.MethodPost, extapi.IdentityPath+"/"+operation, body)
}

// Every operation has a page of its name, and none lets anybody in who shows nothing.
func TestEveryIdentityOperationHasAPage(t *testing.T) {
	s, root := production(t)
	operations := 0
	for m := range reflect.TypeFor[*identity.Service]().Methods() {
		if m.Type.NumIn() != 4 || m.Type.In(2) != reflect.TypeFor[access.Caller]() || m.Type.In(3).Elem().PkgPath() != reflect.TypeFor[extapi.Nothing]().PkgPath() {
			continue
		}
		operations++
		for who, c := range map[string]struct {
			r    pageRequest
			want int
		}{
			"nobody":             {identityRequest(m.Name, "{}"), http.StatusUnauthorized},
			"a wrong token":      {identityRequest(m.Name, "{}").bearing("wrong").from("127.0.0.1:1"), http.StatusUnauthorized},
			"the token, far off": {identityRequest(m.Name, "{}").bearing(productionToken).from("192.0.2.1:1"), http.StatusForbidden},
			"another service":    {identityRequest(m.Name, "{}").signed(t, root, "kinesis", "us-east-1"), 0},
		} {
			status, body := askIdentity(s, c.r)
			if c.want != 0 && status != c.want || status < 400 || status == http.StatusNotFound {
				t.Errorf("%s by %s: %d %s", m.Name, who, status, body)
			}
		}
		if status, body := askIdentity(s, identityRequest(m.Name, `{"nonsense": 1}`).signed(t, root, "freshet", "us-east-1")); status != http.StatusBadRequest || !strings.Contains(body, "nonsense") {
			t.Errorf("%s by the root: %d %s", m.Name, status, body)
		}
	}
	if operations < 31 {
		t.Errorf("%d operations", operations)
	}
}

func TestIdentityPagesByPolicy(t *testing.T) {
	s, root := production(t)
	ask := func(c aws.Credentials, operation, body string, want int) string {
		t.Helper()
		status, answer := askIdentity(s, identityRequest(operation, body).signed(t, c, "freshet", "us-east-1"))
		if status != want {
			t.Errorf("%s %s: %d %s", operation, body, status, answer)
		}
		return answer
	}
	ask(root, "CreateUser", `{"name":"alice"}`, http.StatusOK)
	var key extapi.NewKey
	if err := json.Unmarshal([]byte(ask(root, "CreateKey", `{"user":"alice"}`, http.StatusOK)), &key); err != nil {
		t.Fatal(err)
	}
	alice := aws.Credentials{AccessKeyID: key.ID, SecretAccessKey: string(key.Secret)}
	ask(alice, "GetUser", `{"name":"alice"}`, http.StatusForbidden)
	ask(root, "PutInlinePolicy", `{"principal":"user/alice","name":"own","document":"{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"freshet:Get*\",\"Resource\":\"arn:aws:iam::*:user/${aws:username}\"}}"}`, http.StatusOK)
	if answer := ask(alice, "GetUser", `{"name":"alice"}`, http.StatusOK); strings.Contains(answer, string(key.Secret)) {
		t.Errorf("the secret is shown again: %s", answer)
	}
	ask(alice, "GetUser", `{"name":"bob"}`, http.StatusForbidden)
	ask(alice, "PutInlinePolicy", `{"principal":"user/alice","name":"more","grants":["admin:*"]}`, http.StatusForbidden)
	ask(root, "UpdateKey", `{"key":"`+key.ID+`","status":"Inactive"}`, http.StatusOK)
	ask(alice, "GetUser", `{"name":"alice"}`, http.StatusUnauthorized)
	ask(root, "GetUser", `{"name":"bob"}`, http.StatusNotFound)
	ask(root, "CreateUser", `{"name":"ALICE"}`, http.StatusConflict)
	ask(root, "DeleteUser", `{"name":"alice"}`, http.StatusConflict)
	if status, body := askIdentity(s, identityRequest("ListKeys", "{}").bearing(productionToken).from("127.0.0.1:1")); status != http.StatusOK || !strings.Contains(body, key.ID) {
		t.Errorf("who bears the token: %d %s", status, body)
	}
}

func TestWithoutProductionThereAreNoIdentities(t *testing.T) {
	o := options(nil)
	o.Token = productionToken
	s, stop := start(t, o)
	defer func() { _ = stop() }()
	status, body := askIdentity(s, identityRequest("ListUsers", "{}").bearing(productionToken))
	if status != http.StatusConflict || !strings.Contains(body, "NoIdentities") {
		t.Errorf("%d %s", status, body)
	}
}

// Changes of who there is are written down, before and after, and no secret is: in no
// answer, no request and no change.
func TestIdentityPagesAreWrittenDownWithoutSecrets(t *testing.T) {
	var root identity.RootKey
	var secrets []string
	production := func(o *Options) {
		o.Production, o.Regions, o.Account, o.Token = true, []string{"us-east-1"}, productionAccount, productionToken
		o.Keys = keyfile.New(keyfile.Options{})
		o.KeepRoot = func(k identity.RootKey) error { root = k; return nil }
	}
	events, all := audited(t, audit.Options{OnFailure: audit.Continue}, production, func(e extension) {
		by := aws.Credentials{AccessKeyID: root.KeyID, SecretAccessKey: root.Secret.Reveal()}
		ask := func(operation, body string) string {
			status, answer := askIdentity(e.Server, identityRequest(operation, body).signed(t, by, "freshet", "us-east-1"))
			if status != http.StatusOK {
				t.Fatalf("%s: %d %s", operation, status, answer)
			}
			return answer
		}
		var key extapi.NewKey
		var account extapi.NewAccount
		ask("CreateUser", `{"name":"alice"}`)
		for answer, into := range map[string]any{ask("CreateKey", `{"user":"alice"}`): &key, ask("CreateAccount", "{}"): &account} {
			if err := json.Unmarshal([]byte(answer), into); err != nil {
				t.Fatal(err)
			}
		}
		secrets = []string{root.Secret.Reveal(), string(key.Secret), string(account.RootKey.Secret)}
		ask("UpdateKey", `{"key":"`+key.ID+`","status":"Inactive"}`)
		ask("SetTags", `{"principal":"user/alice","tags":{"team":"shop"}}`)
	})
	if len(events) != 5 || !strings.Contains(all, "Inactive") || !strings.Contains(all, `"team":"shop"`) {
		t.Errorf("written down is %s", all)
	}
	for _, e := range events {
		if len(e.AdditionalEventData.Changes) != 1 || e.UserIdentity.AccessKeyID != root.KeyID {
			t.Errorf("of %s is written down: %+v", e.EventName, e)
		}
	}
	for _, secret := range secrets {
		if secret == "" || strings.Contains(all, secret) {
			t.Errorf("the secret %q is in %s", secret, all)
		}
	}
}

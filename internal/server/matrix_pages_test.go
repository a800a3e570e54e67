package server

import (
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/freshet/freshet/internal/extapi"
)

var (
	handled  = regexp.MustCompile(`\bhandle\(([^,]+), "(GET|POST|PUT|DELETE) "\+([^,]+), `)
	identify = regexp.MustCompile(`\bidentityPage\(s, mux, i\.(\w+)\)`)
	others   = regexp.MustCompile(`\bmux\.Handle(Func)?\(`)
)

// somePage is a page of the extension API.
type somePage struct{ method, path, action string }

// pagesOf reads the table of pages from the source, so that a new one is in it at once.
func pagesOf(t *testing.T) (all []somePage) {
	t.Helper()
	read := func(name string) string {
		text, err := os.ReadFile(name)
		return string(ok(t, text, err))
	}
	table, identities := read("route_freshet.go"), read("route_freshet_identity.go")
	names := map[string]string{"backupPage": backupPage, "clonePage": clonePage}
	paths := strings.NewReplacer("extapi.BackupsPath", extapi.BackupsPath, "extapi.LimitsPath", extapi.LimitsPath, "extapi.StreamsPath", extapi.StreamsPath,
		"extapi.ShardsPath", extapi.ShardsPath, "extapi.ResetPath", extapi.ResetPath, `"`, "", "+", "")
	for _, m := range handled.FindAllStringSubmatch(table, -1) {
		name, known := names[m[1]]
		if !known {
			name = strings.Trim(m[1], `"`)
		}
		path := paths.Replace(strings.Replace(m[3], "stream", extapi.StreamsPath+"/open", 1))
		if !strings.HasPrefix(path, extapi.Root) {
			path = paths.Replace(m[3])
		}
		all = append(all, somePage{m[2], path, "freshet:" + name})
	}
	for _, m := range identify.FindAllStringSubmatch(identities, -1) {
		all = append(all, somePage{"POST", extapi.IdentityPath + "/" + m[1], "freshet:" + m[1]})
	}
	// Whatever is handled otherwise is a page that this test does not know: it has to.
	if n := len(others.FindAllString(table, -1)) + len(others.FindAllString(identities, -1)); n != 4 {
		t.Errorf("%d pages are handled outside the two tables, want 4: that of handle, what is no page, what identities answer in development, and theirs", n)
	}
	if strings.Count(table, "\thandle(") != len(handled.FindAllString(table, -1)) {
		t.Error("a line of the table was not understood")
	}
	return all
}

// No page of the extension API lets in who is not who he says, nor whom nothing is
// allowed, nor the root of another account to what is the owners'.
func TestEveryPageRefusesWhoeverMayNot(t *testing.T) {
	w := newWorld(t)
	nobody := w.keyOf("nobody")
	guestRoot, _, _ := w.visitor(everything)
	cells := 0
	credentials := func(k testKey) aws.Credentials {
		return aws.Credentials{AccessKeyID: k.id, SecretAccessKey: k.secret, SessionToken: k.token}
	}
	ask := func(p somePage, name string, r pageRequest, status int, text string) {
		t.Helper()
		cells++
		answer := httptest.NewRecorder()
		w.Handler().ServeHTTP(answer, r.Request)
		if answer.Code != status || !strings.Contains(answer.Body.String(), text) {
			t.Errorf("%s %s, %s: %d %s, want %d %s", p.method, p.path, name, answer.Code, answer.Body, status, text)
		}
	}
	for _, p := range pagesOf(t) {
		if strings.HasSuffix(p.path, "/faults") || p.path == extapi.ResetPath {
			ask(p, "which production has not", pageOf(p.method, p.path, "{}").signed(t, credentials(w.root), "freshet", "us-east-1"), 404, "no page")
			continue
		}
		body := `{"name":"copy"}`
		if strings.HasPrefix(p.path, extapi.IdentityPath) {
			body = "{}"
		}
		page := func() pageRequest { return pageOf(p.method, p.path, body).from("192.0.2.7:1000") }
		signed := func(k testKey, service, region string) pageRequest {
			return page().signed(t, credentials(k), service, region)
		}

		ask(p, "anonymous", page(), 401, "signature")
		ask(p, "the token from elsewhere", page().bearing(productionToken), 403, "own machine")
		ask(p, "the token of the metrics", page().bearing(metricsToken), 401, "signature")
		ask(p, "development", signed(testKey{id: owners, secret: "test"}, "freshet", "us-east-1"), 401, unknownKey)
		ask(p, "another's secret", signed(testKey{id: w.root.id, secret: w.admin.secret}, "freshet", "us-east-1"), 401, badSignature)
		ask(p, "a disabled key", signed(w.disabled, "freshet", "us-east-1"), 401, unknownKey)
		ask(p, "a deleted key", signed(w.deleted, "freshet", "us-east-1"), 401, unknownKey)
		ask(p, "another service's scope", signed(w.root, "kinesis", "us-east-1"), 401, badSignature)
		ask(p, "another region's scope", signed(w.root, "freshet", "ap-south-1"), 401, badSignature)
		changed := signed(w.root, "freshet", "us-east-1")
		changed.Body = pageOf(p.method, p.path, body+" ").Body
		ask(p, "another body", changed, 401, badSignature)
		stale := signed(w.root, "freshet", "us-east-1")
		stale.Header.Set("X-Amz-Date", time.Now().Add(-time.Hour).UTC().Format("20060102T150405Z"))
		ask(p, "another date", stale, 401, badSignature)

		ask(p, "nobody", signed(nobody, "freshet", "us-east-1"), 403, " because no identity-based policy allows the "+p.action+" action")
		if strings.HasPrefix(p.path, extapi.StreamsPath) {
			foreign := pageOf(p.method, p.path+"?account="+owners, body).signed(t, credentials(guestRoot), "freshet", "us-east-1")
			ask(p, "another account's root", foreign, 403, " because no resource-based policy allows the "+p.action+" action")
		}
	}
	t.Logf("%d pages, %d cells", len(pagesOf(t)), cells)
}

package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/extapi"
	"github.com/freshet/freshet/internal/vfs"
)

// post asks for a backup as the command would, with headers besides.
func post(h http.Handler, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", "http://localhost:4566"+extapi.BackupsPath, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer secret")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestBackupRoute(t *testing.T) {
	o := options(nil)
	o.Token = "secret"
	asked := 0
	var answer error
	o.Backup = func(_ context.Context, target string) (extapi.BackupResult, error) {
		asked++
		return extapi.BackupResult{Target: target, Records: 7}, answer
	}
	s, stop := start(t, o)
	f := func(status int, want, body string, header ...string) {
		t.Helper()
		before := asked
		w := post(s.Handler(), body, header...)
		if w.Code != status || !strings.Contains(w.Body.String(), want) {
			t.Errorf("status %d: %s; want %d: %s", w.Code, w.Body, status, want)
		}
		if status >= 400 && (status < 500 && status != 422) && asked != before {
			t.Errorf("status %d, and the backup was made", status)
		}
	}
	const good = `{"target": "/backups/today"}`
	f(200, `"target":"/backups/today"`, good)
	f(401, "server's token", good, "Authorization", "")
	f(401, "server's token", good, "Authorization", "Bearer guess")
	f(401, "server's token", good, "Authorization", "Basic secret")
	f(403, "", good, "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site")
	f(400, "absolute path", `{"target": "today"}`)
	f(400, "no backup request", `{"target": "/a", "force": true}`)
	f(400, "no backup request", `target=/a`)
	f(400, "no backup request", `{"target": "`+strings.Repeat("x", maxRequest)+`"}`)
	answer = errors.New("the folder is not empty")
	f(422, `{"message":"the folder is not empty"}`, good)
	answer = fmt.Errorf("copy: %w", vfs.ErrNoSpace)
	f(507, "no space left", good)
	if w := get(s.Handler(), "GET", extapi.BackupsPath, "Authorization", "Bearer secret"); w.Code != 405 {
		t.Errorf("GET: status %d", w.Code)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	f(503, "starting or stopping", good)
	f(401, "server's token", good, "Authorization", "")
}

func TestAnswersOfTheExtensionAPIAreItsShapes(t *testing.T) {
	o := options(nil)
	o.Token = "secret"
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	w := post(s.Handler(), "", "Authorization", "Bearer guess")
	var said extapi.Error
	if err := json.Unmarshal(w.Body.Bytes(), &said); err != nil || said.Message == "" || w.Header().Get("WWW-Authenticate") != "Bearer" {
		t.Errorf("%s, %v, %v", w.Body, w.Header(), err)
	}
}

// A server without a token must not take every request for one that bears it.
func TestWithoutATokenThereIsNoExtensionAPI(t *testing.T) {
	s, stop := start(t, options(nil))
	if w := post(s.Handler(), `{"target": "/a"}`, "Authorization", "Bearer "); w.Code != 404 {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
}

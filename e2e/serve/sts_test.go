//go:build e2e

package serve

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/freshet/freshet/e2e/process"
)

const tools = "../../.tools/venv/bin"

// issuer is one of OpenID Connect at this machine, with a key of its own.
type issuer struct {
	*httptest.Server
	key *rsa.PrivateKey
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	i := &issuer{key: key}
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var answer any = map[string]any{"issuer": i.URL, "jwks_uri": i.URL + "/keys", "authorization_endpoint": i.URL, "token_endpoint": i.URL}
		if r.URL.Path == "/keys" {
			answer = map[string]any{"keys": []any{map[string]any{"kty": "RSA", "kid": "k", "use": "sig", "alg": "RS256", "e": "AQAB",
				"n": base64.RawURLEncoding.EncodeToString(key.N.Bytes())}}}
		}
		_ = json.NewEncoder(w).Encode(answer)
	}))
	t.Cleanup(i.Close)
	return i
}

// token is one for subject, signed by the issuer.
func (i *issuer) token(t *testing.T, subject, audience string) string {
	t.Helper()
	part := func(v any) string {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(text)
	}
	now := time.Now().Unix()
	signed := part(map[string]any{"alg": "RS256", "kid": "k"}) + "." +
		part(map[string]any{"iss": i.URL, "sub": subject, "aud": audience, "iat": now, "exp": now + 600})
	sum := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(nil, i.key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// aws runs AWS's command line with keys in its environment, or none.
func awsCLI(t *testing.T, s *process.Server, keys []string, args ...string) (map[string]any, string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join(tools, "aws"), append(args, "--endpoint-url", s.Endpoint(), "--region", "us-east-1", "--output", "json")...)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "AWS_CA_BUNDLE=" + s.CAFile(), "AWS_EC2_METADATA_DISABLED=true", "AWS_MAX_ATTEMPTS=1"}, keys...)
	out, err := cmd.CombinedOutput()
	var answer map[string]any
	if err == nil {
		if wrong := json.Unmarshal(out, &answer); wrong != nil && len(out) > 0 {
			t.Fatalf("%v: %v\n%s", args, wrong, out)
		}
		return answer, ""
	}
	return nil, string(out)
}

// keysIn are the credentials of an answer of STS, as variables.
func keysIn(t *testing.T, answer map[string]any, output string) []string {
	t.Helper()
	c, ok := answer["Credentials"].(map[string]any)
	if !ok {
		t.Fatalf("no credentials: %v %s", answer, output)
	}
	return []string{"AWS_ACCESS_KEY_ID=" + c["AccessKeyId"].(string), "AWS_SECRET_ACCESS_KEY=" + c["SecretAccessKey"].(string), "AWS_SESSION_TOKEN=" + c["SessionToken"].(string)}
}

// Users assume roles, and so does a job with a token of an issuer, by AWS's own command
// line; then they put and read, and may no more than the role.
func TestSessionsByTheCommandLine(t *testing.T) {
	i := newIssuer(t)
	t.Setenv("FRESHET_IDENTITY_ISSUERS", "private "+i.URL+" freshet")
	data := fresh(t)
	s := serve(t, data, "--account", "123456789012")
	defer stop(t, s)
	do := func(args ...string) string {
		t.Helper()
		out, code := freshet(t, append(args, "--data", data, "--listen", strings.TrimPrefix(s.Endpoint(), "https://"))...)
		if code != 0 {
			t.Fatalf("%v: %s", args, out)
		}
		return out
	}
	const role = "arn:aws:iam::123456789012:role/"
	name := strings.TrimPrefix(i.URL, "http://")
	do("user", "create", "alice")
	do("role", "create", "writers", "--grant", "write:orders", "--trust",
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:user/alice"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"sesame"}}}}`)
	do("role", "create", "ci", "--grant", "write:orders", "--trust",
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::123456789012:oidc-provider/`+name+`"},"Action":"sts:AssumeRoleWithWebIdentity",`+
			`"Condition":{"StringEquals":{"`+name+`:aud":"freshet"},"StringLike":{"`+name+`:sub":"repo:*"}}}}`)
	var key struct{ ID, Secret string }
	if err := json.Unmarshal([]byte(do("key", "create", "alice", "--json")), &key); err != nil || key.Secret == "" {
		t.Fatalf("%+v, %v", key, err)
	}
	alice := []string{"AWS_ACCESS_KEY_ID=" + key.ID, "AWS_SECRET_ACCESS_KEY=" + key.Secret}
	root := rootKey(t, filepath.Join(data, "root-credentials"))
	rootKeys := []string{"AWS_ACCESS_KEY_ID=" + root.AccessKeyID, "AWS_SECRET_ACCESS_KEY=" + root.SecretAccessKey}
	if _, out := awsCLI(t, s, rootKeys, "kinesis", "create-stream", "--stream-name", "orders", "--shard-count", "1"); out != "" {
		t.Fatal(out)
	}

	who := func(keys []string, arn string) {
		t.Helper()
		answer, out := awsCLI(t, s, keys, "sts", "get-caller-identity")
		if answer["Arn"] != arn || answer["Account"] != "123456789012" {
			t.Errorf("get-caller-identity: %v %s, want %s", answer, out, arn)
		}
	}
	refused := func(keys []string, code string, args ...string) {
		t.Helper()
		if _, out := awsCLI(t, s, keys, args...); !strings.Contains(out, "("+code+")") {
			t.Errorf("%v: %q, want %s", args, out, code)
		}
	}
	put := []string{"kinesis", "put-record", "--stream-name", "orders", "--partition-key", "k", "--data", "aGVsbG8="}
	mayPut := func(keys []string) {
		t.Helper()
		if answer, out := awsCLI(t, s, keys, put...); answer["SequenceNumber"] == nil {
			t.Errorf("put-record: %v %s", answer, out)
		}
		refused(keys, "AccessDeniedException", "kinesis", "delete-stream", "--stream-name", "orders")
	}

	who(rootKeys, "arn:aws:iam::123456789012:root")
	who(alice, "arn:aws:iam::123456789012:user/alice")
	refused(alice, "AccessDeniedException", put...)
	assume := []string{"sts", "assume-role", "--role-arn", role + "writers", "--role-session-name", "tuesday"}
	refused(alice, "AccessDenied", assume...)
	refused(rootKeys, "AccessDenied", append(assume, "--external-id", "sesame")...)
	answer, out := awsCLI(t, s, alice, append(assume, "--external-id", "sesame")...)
	session := keysIn(t, answer, out)
	who(session, "arn:aws:sts::123456789012:assumed-role/writers/tuesday")
	mayPut(session)

	answer, out = awsCLI(t, s, alice, "sts", "get-session-token", "--duration-seconds", "900")
	own := keysIn(t, answer, out)
	who(own, "arn:aws:iam::123456789012:user/alice")
	refused(own, "AccessDenied", "sts", "get-session-token")

	with := func(token string) []string {
		return []string{"sts", "assume-role-with-web-identity", "--role-arn", role + "ci", "--role-session-name", "job", "--web-identity-token", token}
	}
	answer, out = awsCLI(t, s, nil, with(i.token(t, "repo:main", "freshet"))...)
	job := keysIn(t, answer, out)
	who(job, "arn:aws:sts::123456789012:assumed-role/ci/job")
	mayPut(job)
	refused(nil, "AccessDenied", with(i.token(t, "somebody", "freshet"))...)
	refused(nil, "InvalidIdentityToken", with(i.token(t, "repo:main", "another"))...)
	refused(nil, "InvalidIdentityToken", with(newIssuer(t).token(t, "repo:main", "freshet"))...)

	// Another session's token, a changed secret, and then the key behind it is disabled.
	refused([]string{session[0], session[1], job[2]}, "UnrecognizedClientException", put...)
	refused([]string{session[0], session[1], job[2]}, "InvalidClientTokenId", "sts", "get-caller-identity")
	refused([]string{session[0], job[1], session[2]}, "SignatureDoesNotMatch", "sts", "get-caller-identity")
	refused(session[:2], "InvalidClientTokenId", "sts", "get-caller-identity")
	do("key", "disable", key.ID)
	refused(session, "UnrecognizedClientException", put...)
	refused(own, "InvalidClientTokenId", "sts", "get-caller-identity")
	mayPut(job)
}

// boto3 refreshes a role's credentials from a token by itself, as it does in a pod.
func TestWebIdentityByBoto3(t *testing.T) {
	i := newIssuer(t)
	t.Setenv("FRESHET_IDENTITY_ISSUERS", "private "+i.URL+" freshet")
	data := fresh(t)
	s := serve(t, data, "--account", "123456789012")
	defer stop(t, s)
	out, code := freshet(t, "role", "create", "ci", "--grant", "admin:*", "--data", data, "--listen", strings.TrimPrefix(s.Endpoint(), "https://"), "--trust",
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::123456789012:oidc-provider/`+strings.TrimPrefix(i.URL, "http://")+`"},"Action":"sts:AssumeRoleWithWebIdentity"}}`)
	if code != 0 {
		t.Fatal(out)
	}
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(i.token(t, "pod", "freshet")), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), filepath.Join(tools, "python"), "sts.py")
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "AWS_ENDPOINT_URL=" + s.Endpoint(), "AWS_CA_BUNDLE=" + s.CAFile(), "AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1",
		"AWS_ROLE_ARN=arn:aws:iam::123456789012:role/ci", "AWS_ROLE_SESSION_NAME=pod", "AWS_WEB_IDENTITY_TOKEN_FILE=" + file, "AWS_EC2_METADATA_DISABLED=true"}
	text, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(text), "arn:aws:sts::123456789012:assumed-role/ci/pod put and read 3") {
		t.Errorf("%v\n%s", err, text)
	}
}

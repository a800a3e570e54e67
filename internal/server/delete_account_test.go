package server

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/freshet/freshet/internal/extapi"
)

// Who may make and delete accounts, and no more, does not come by what is in another's
// streams: else he deleted the account, made it anew under its number, and had its root's
// key.
func TestAnAccountWithStreamsIsNotDeleted(t *testing.T) {
	s, root := production(t)
	ask := func(operation, body string, want int) string {
		t.Helper()
		status, answer := askIdentity(s, identityRequest(operation, body).signed(t, root, "freshet", "us-east-1"))
		if status != want {
			t.Errorf("%s %s: %d %s", operation, body, status, answer)
		}
		return answer
	}
	var made extapi.NewAccount
	if err := json.Unmarshal([]byte(ask("CreateAccount", `{"id":"123456789012"}`, http.StatusOK)), &made); err != nil {
		t.Fatal(err)
	}
	theirs := aws.Credentials{AccessKeyID: made.RootKey.ID, SecretAccessKey: string(made.RootKey.Secret)}
	r := pageOf(http.MethodPost, "/", `{"StreamName":"orders","ShardCount":1}`)
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "Kinesis_20131202.CreateStream")
	if status, answer := askIdentity(s, r.signed(t, theirs, "kinesis", "eu-west-1")); status != http.StatusOK {
		t.Fatalf("CreateStream: %d %s", status, answer)
	}
	if answer := ask("DeleteAccount", `{"account":"123456789012"}`, http.StatusConflict); !strings.Contains(answer, "1 streams") {
		t.Errorf("refused with %s", answer)
	}
	ask("CreateAccount", `{"id":"123456789013"}`, http.StatusOK)
	ask("DeleteAccount", `{"account":"123456789013"}`, http.StatusOK)
}

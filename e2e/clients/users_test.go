//go:build e2e

package clients

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

const (
	stream = "arn:aws:kinesis:us-east-1:000000000000:stream/clients"
	writer = "arn:aws:iam::000000000000:role/writer"
)

// denials are the types by which the clients tell that something is not allowed.
var denials = map[string]string{
	"aws-sdk-go-v2": "*types.AccessDeniedException", "boto3": "AccessDeniedException", "client-kinesis for JavaScript, v3": "AccessDeniedException",
	"AWS CLI": "", "aws-sdk for JavaScript, v2": "Error", "AWS SDK for Java, v1": "AccessDeniedException", "AWS SDK for Java, v2": "AccessDeniedException",
}

// say makes one call, which must be answered, and returns what came back.
func say(t *testing.T, b bridge, r request) answer {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	a, err := b.call(ctx, r)
	if err != nil {
		t.Fatalf("%s: %v", r.Op, err)
	}
	return a
}

// wellDone makes a call that must succeed.
func wellDone(t *testing.T, b bridge, r request) answer {
	t.Helper()
	a := say(t, b, r)
	if a.Error != "" || a.Unknown {
		t.Fatalf("%s: %s %s", r.Op, a.Error, a.Message)
	}
	return a
}

var (
	onePut    = request{Op: "PutRecord", Input: object{"StreamName": "clients", "PartitionKey": "k", "Data": blob("hello")}}
	oneDelete = request{Op: "DeleteStream", Input: object{"StreamName": "clients"}}
)

// mayPut checks that the client may put a record and may not delete the stream, and
// that it says so as AWS does, of the principal whose ARN is given.
func mayPut(t *testing.T, b bridge, arn, class string) {
	t.Helper()
	wellDone(t, b, onePut)
	a := say(t, b, oneDelete)
	want := "User: " + arn + " is not authorized to perform: kinesis:DeleteStream on resource: " + stream +
		" because no identity-based policy allows the kinesis:DeleteStream action"
	if a.Error != "AccessDeniedException" || a.Message != want || a.Class != class {
		t.Errorf("DeleteStream: %s (%s): %s\nwant AccessDeniedException (%s): %s", a.Error, a.Class, a.Message, class, want)
	}
	t.Logf("%s (%s): %s", a.Error, a.Class, a.Message)
}

// withWriter makes the stream, a user who may write it, and a role that may as well,
// which the user may assume.
func withWriter(t *testing.T) (h *house, user place) {
	t.Helper()
	h = openHouse(t)
	wellDone(t, newGoClient(t, h.root), request{Op: "CreateStream", Input: object{"StreamName": "clients", "ShardCount": 1}})
	user = h.user("till", "--grant", "write:clients")
	h.run("role", "create", "writer", "--grant", "write:clients", "--trust",
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000000:user/till"},"Action":"sts:AssumeRole"}}`)
	return h, user
}

// asker is the SDK's client of STS, as p.
func asker(t *testing.T, p place) *sts.Client {
	t.Helper()
	return sts.New(sts.Options{
		BaseEndpoint: &p.endpoint, Region: "us-east-1", HTTPClient: goHTTP(t, p), Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider(p.keyID, p.secret, p.token),
	})
}

// session is p in a session of the role.
func session(t *testing.T, p place, name string) place {
	t.Helper()
	out, err := asker(t, p).AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: aws.String(writer), RoleSessionName: &name})
	if err != nil {
		t.Fatal(err)
	}
	p.keyID, p.secret, p.token = *out.Credentials.AccessKeyId, *out.Credentials.SecretAccessKey, *out.Credentials.SessionToken
	return p
}

// TestClientsAsAUser takes each client, with the key of a user and with that of a session,
// to what he may do and to what he may not.
func TestClientsAsAUser(t *testing.T) {
	h, user := withWriter(t)
	assumed := session(t, user, "tuesday")
	for _, c := range clients {
		if c.long && testing.Short() {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			mayPut(t, c.open(t, user), "arn:aws:iam::000000000000:user/till", denials[c.name])
			mayPut(t, c.open(t, assumed), "arn:aws:sts::000000000000:assumed-role/writer/tuesday", denials[c.name])
		})
	}
	stop(t, h.Server)
}

// TestClientsAssumeARole lets those clients that can assume the role themselves, from a
// profile or by a provider.
func TestClientsAssumeARole(t *testing.T) {
	h, user := withWriter(t)
	const arn = "arn:aws:sts::000000000000:assumed-role/writer/wednesday"
	t.Run("aws-sdk-go-v2", func(t *testing.T) {
		provider := stscreds.NewAssumeRoleProvider(asker(t, user), writer, func(o *stscreds.AssumeRoleOptions) { o.RoleSessionName = "wednesday" })
		mayPut(t, goWith(t, user, aws.NewCredentialsCache(provider)), arn, denials["aws-sdk-go-v2"])
	})
	user.profile = profileOf(t, user)
	for _, c := range clients {
		if !c.profiles || c.long && testing.Short() {
			continue
		}
		t.Run(c.name, func(t *testing.T) { mayPut(t, c.open(t, user), arn, denials[c.name]) })
	}
	stop(t, h.Server)
}

// profileOf is the environment of a program that finds p and the role in AWS's files.
func profileOf(t *testing.T, p place) []string {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return []string{
		"AWS_PROFILE=writer",
		"HOME=" + dir, // where the CLI keeps sessions, also those of a server that is no more
		"AWS_SHARED_CREDENTIALS_FILE=" + write("credentials", "[till]\naws_access_key_id = "+p.keyID+"\naws_secret_access_key = "+p.secret+"\n"),
		"AWS_CONFIG_FILE=" + write("config", "[profile writer]\nrole_arn = "+writer+"\nsource_profile = till\nrole_session_name = wednesday\n"),
	}
}

//go:build e2e

package keys

import (
	"net"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/freshet/freshet/internal/keys"
	"github.com/freshet/freshet/internal/keys/awskms"
	"github.com/freshet/freshet/internal/keys/keystest"
)

const region = "eu-west-1"

var shown = credentials.NewStaticCredentialsProvider("AKIAEXAMPLE", "secret", "")

// TestMotosKMS runs one server for all tests; each makes keys of its own.
func TestMotosKMS(t *testing.T) {
	moto, operator := startMoto(t)
	keystest.Run(t, func(t *testing.T) keystest.Rig {
		return keystest.Rig{
			Provider: kmsOf(t, moto, create(t, operator)),
			Create:   func(t *testing.T) string { return create(t, operator) },
			Rotate: func(t *testing.T, name string) {
				_, err := operator.RotateKeyOnDemand(t.Context(), &kms.RotateKeyOnDemandInput{KeyId: &name})
				check(t, err)
			},
		}
	})
	t.Run("AnAliasIsResolved", func(t *testing.T) {
		id := create(t, operator)
		_, err := operator.CreateAlias(t.Context(), &kms.CreateAliasInput{AliasName: aws.String("alias/freshet"), TargetKeyId: &id})
		check(t, err)
		k, err := kmsOf(t, moto, "alias/freshet").Describe(t.Context(), keys.DefaultAlias)
		if err != nil || k.ID != id {
			t.Errorf("alias/freshet of key %s is described as %+v, %v", id, k, err)
		}
	})
	// moto knows states and, unlike AWS, does not refuse by them.
	t.Run("StatesAreDescribed", func(t *testing.T) {
		id := create(t, operator)
		p := kmsOf(t, moto, id)
		_, err := operator.DisableKey(t.Context(), &kms.DisableKeyInput{KeyId: &id})
		check(t, err)
		describes(t, p, keys.Disabled)
		_, err = operator.ScheduleKeyDeletion(t.Context(), &kms.ScheduleKeyDeletionInput{KeyId: &id})
		check(t, err)
		describes(t, p, keys.PendingDeletion)
	})
	moto.goneIsNoRefusal(t, kmsOf(t, moto, create(t, operator)))
}

// TestServerWithAKMS: the secrets of its access keys are sealed by a key of it.
func TestServerWithAKMS(t *testing.T) {
	moto, operator := startMoto(t)
	newProduction(t,
		"FRESHET_ENCRYPTION_PROVIDER=aws-kms", "FRESHET_ENCRYPTION_DEFAULT_KEY="+create(t, operator),
		"FRESHET_ENCRYPTION_KMS_ENDPOINT="+moto.address, "FRESHET_ENCRYPTION_KMS_REGION="+region,
		"AWS_ACCESS_KEY_ID=AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY=secret",
	).needsIts(t, moto)
}

func startMoto(t *testing.T) (keeper, *kms.Client) {
	t.Helper()
	server, err := filepath.Abs("../../.tools/venv/bin/moto_server")
	check(t, err)
	moto := start(t, "/", func(address string) []string {
		host, port, _ := net.SplitHostPort(address)
		return []string{server, "--host", host, "--port", port}
	})
	return moto, kms.New(kms.Options{BaseEndpoint: &moto.address, Region: region, Credentials: shown})
}

func describes(t *testing.T, p keys.Provider, want keys.State) {
	t.Helper()
	k, err := p.Describe(t.Context(), keys.DefaultAlias)
	if err != nil || k.State != want {
		t.Errorf("the key is described as %+v, %v; want %s", k, err, want)
	}
}

func create(t *testing.T, operator *kms.Client) string {
	t.Helper()
	made, err := operator.CreateKey(t.Context(), &kms.CreateKeyInput{})
	check(t, err)
	return *made.KeyMetadata.KeyId
}

func kmsOf(t *testing.T, moto keeper, defaultKey string) *awskms.Provider {
	t.Helper()
	p, err := awskms.New(t.Context(), awskms.Options{Endpoint: moto.address, Region: region, DefaultKey: defaultKey, Credentials: shown})
	check(t, err)
	return p
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

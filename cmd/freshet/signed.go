package main

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// callSigned asks for a page with the credentials that AWS tools would take.
func (p *program) callSigned(ctx context.Context, url string, in, out any) error {
	credentials, region, err := p.credentials()
	if err != nil {
		return err
	}
	r, err := newAPIRequest(ctx, http.MethodPost, url, in)
	if err != nil {
		return configError{fmt.Errorf("--endpoint: %w", err)}
	}
	client, err := p.trusting()
	if err != nil {
		return err
	}
	if err := sign(ctx, r, credentials, region); err != nil {
		return fmt.Errorf("sign the request: %w", err)
	}
	reply, err := client.Do(r)
	if unknown := (x509.UnknownAuthorityError{}); errors.As(err, &unknown) {
		return fmt.Errorf("%w.\nName the server's authority in AWS_CA_BUNDLE: freshet tls ca prints it where the data folder is, and freshet env points to it", err)
	}
	if err != nil {
		return err
	}
	defer reply.Body.Close()
	return readAnswer(reply, out)
}

// sign signs r and its body, for the service of the extension API.
func sign(ctx context.Context, r *http.Request, credentials aws.Credentials, region string) error {
	body, err := r.GetBody()
	if err != nil {
		return err
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, body); err != nil {
		return err
	}
	return v4.NewSigner().SignHTTP(ctx, credentials, r, hex.EncodeToString(sum.Sum(nil)), "freshet", region, time.Now())
}

// errNoCredentials is returned to who signs with nothing.
var errNoCredentials = configError{errors.New("--endpoint wants credentials in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or in a file that AWS_SHARED_CREDENTIALS_FILE names")}

// credentials are those of the environment, or of the file that it names, as AWS's tools
// take them, and the region they sign for.
func (p *program) credentials() (aws.Credentials, string, error) {
	get := func(names ...string) string {
		for _, name := range names {
			if v, _ := p.lookup(name); v != "" {
				return v
			}
		}
		return ""
	}
	region := get("AWS_REGION", "AWS_DEFAULT_REGION")
	if region == "" {
		region = "us-east-1"
	}
	c := aws.Credentials{AccessKeyID: get("AWS_ACCESS_KEY_ID"), SecretAccessKey: get("AWS_SECRET_ACCESS_KEY"), SessionToken: get("AWS_SESSION_TOKEN")}
	file := get("AWS_SHARED_CREDENTIALS_FILE")
	if c.HasKeys() || file == "" {
		return c, region, needKeys(c)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return c, "", configError{fmt.Errorf("AWS_SHARED_CREDENTIALS_FILE: %w", err)}
	}
	profile := get("AWS_PROFILE")
	if profile == "" {
		profile = "default"
	}
	c = credentialsOf(string(content), profile)
	return c, region, needKeys(c)
}

func needKeys(c aws.Credentials) error {
	if c.HasKeys() {
		return nil
	}
	return errNoCredentials
}

// credentialsOf are those of a profile in a file of credentials.
func credentialsOf(content, profile string) (c aws.Credentials) {
	section := ""
	for line := range strings.Lines(content) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			section = strings.TrimSpace(strings.Trim(line, "[]"))
			continue
		}
		name, value, _ := strings.Cut(line, "=")
		if section != profile {
			continue
		}
		value = strings.TrimSpace(value)
		switch strings.TrimSpace(name) {
		case "aws_access_key_id":
			c.AccessKeyID = value
		case "aws_secret_access_key":
			c.SecretAccessKey = value
		case "aws_session_token":
			c.SessionToken = value
		}
	}
	return c
}

// trusting is a client that trusts the authority in AWS_CA_BUNDLE, as AWS's tools do.
func (p *program) trusting() (*http.Client, error) {
	file, _ := p.lookup("AWS_CA_BUNDLE")
	if file == "" {
		return http.DefaultClient, nil
	}
	pool, err := authorities(file)
	if err != nil {
		return nil, configError{fmt.Errorf("AWS_CA_BUNDLE: %w", err)}
	}
	return clientThat(&tls.Config{MinVersion: tls.VersionTLS12, RootCAs: pool}), nil
}

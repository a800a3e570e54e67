package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"

	"github.com/freshet/freshet/e2e/process"
)

// client speaks to the server. It sends nothing twice, so that a record which is
// there twice is the server's doing.
type client struct {
	*kinesis.Client
	// pushing has no deadline: a subscription lasts five minutes.
	pushing  *kinesis.Client
	endpoint string
	token    string
}

func newClient(endpoint, token string) *client {
	open := func(hc *http.Client) *kinesis.Client {
		return kinesis.New(kinesis.Options{
			BaseEndpoint: &endpoint,
			Region:       "us-east-1",
			Credentials:  credentials.NewStaticCredentialsProvider("test", "test", ""),
			Retryer:      aws.NopRetryer{},
			HTTPClient:   hc,
		})
	}
	pushing := process.HTTPClient()
	pushing.Timeout = 0
	return &client{open(process.HTTPClient()), open(pushing), endpoint, token}
}

// readToken reads what the extension API wants to hear.
func readToken(folder string) (string, error) {
	text, err := os.ReadFile(filepath.Join(folder, "token"))
	return strings.TrimSpace(string(text)), err
}

// extend sends in to a page of the extension API.
func (c *client) extend(ctx context.Context, method, page string, in any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, c.endpoint+"/_freshet/api"+page, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode/100 != 2 {
		err = fmt.Errorf("%s %s: %s: %s", method, page, res.Status, text)
	}
	return err
}

package awskms

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"

	"github.com/freshet/freshet/internal/keys"
)

// Options say which KMS is asked.
type Options struct {
	// Endpoint is its URL, overriding AWS's for the region. Plain http is for
	// loopback addresses alone.
	Endpoint string
	// Region overrides that of the environment and the shared files.
	Region string
	// DefaultKey is the id, alias or ARN of the key that keys.DefaultAlias means.
	// Without one that is asked for as it is.
	DefaultKey string
	// Timeout bounds a call with its retries, overriding the default 10 s.
	Timeout time.Duration
	// Credentials override those of the environment; tests set them.
	Credentials aws.CredentialsProvider
}

// load reads what AWS's tools read.
func (o Options) load(ctx context.Context) (aws.Config, error) {
	var all []func(*config.LoadOptions) error
	if o.Endpoint != "" {
		if _, err := keys.ParseEndpoint(o.Endpoint); err != nil {
			return aws.Config{}, fmt.Errorf("endpoint %q: %w", o.Endpoint, err)
		}
		all = append(all, config.WithBaseEndpoint(o.Endpoint))
	}
	if o.Region != "" {
		all = append(all, config.WithRegion(o.Region))
	}
	if o.Credentials != nil {
		all = append(all, config.WithCredentialsProvider(o.Credentials))
	}
	return config.LoadDefaultConfig(ctx, all...)
}

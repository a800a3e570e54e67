//go:build e2e

package clients

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	nethttp "net/http"
	"os"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
	"github.com/aws/smithy-go"
)

// goClient is the bridge to aws-sdk-go-v2, in this process.
type goClient struct{ *kinesis.Client }

func newGoClient(t *testing.T, p place) bridge {
	t.Helper()
	return goWith(t, p, credentials.NewStaticCredentialsProvider(p.keyID, p.secret, p.token))
}

// goWith is the bridge with credentials that a provider has.
func goWith(t *testing.T, p place, who aws.CredentialsProvider) bridge {
	t.Helper()
	return goClient{kinesis.New(kinesis.Options{
		BaseEndpoint: &p.endpoint, Region: "us-east-1", HTTPClient: goHTTP(t, p), Retryer: aws.NopRetryer{}, Credentials: who,
	})}
}

// goHTTP is the SDK's HTTP client, which trusts p's authority.
func goHTTP(t *testing.T, p place) *http.BuildableClient {
	t.Helper()
	client := http.NewBuildableClient()
	if p.ca == "" {
		return client
	}
	roots := x509.NewCertPool()
	if pem, err := os.ReadFile(p.ca); err != nil || !roots.AppendCertsFromPEM(pem) {
		t.Fatalf("%s: %v", p.ca, err)
	}
	return client.WithTransportOptions(func(tr *nethttp.Transport) { tr.TLSClientConfig = &tls.Config{RootCAs: roots} })
}

func (c goClient) call(ctx context.Context, r request) (answer, error) {
	method := reflect.ValueOf(c.Client).MethodByName(r.Op)
	if !method.IsValid() {
		return answer{Unknown: true}, nil
	}
	in := reflect.New(method.Type().In(1).Elem())
	body, err := json.Marshal(goes(r.Input))
	if err != nil {
		return answer{}, err
	}
	if err := json.Unmarshal(body, in.Interface()); err != nil {
		return answer{}, err
	}
	results := method.Call([]reflect.Value{reflect.ValueOf(ctx), in})
	if err, _ := results[1].Interface().(error); err != nil {
		return refusal(err)
	}
	output := results[0].Interface()
	if subscription, ok := output.(*kinesis.SubscribeToShardOutput); ok {
		if output, err = received(ctx, subscription.GetStream(), r.Records); err != nil {
			return answer{}, err
		}
	}
	text, err := json.Marshal(map[string]any{"output": output})
	if err != nil {
		return answer{}, err
	}
	return read(text)
}

func refusal(err error) (answer, error) {
	var refused smithy.APIError
	if errors.As(err, &refused) {
		return answer{Error: refused.ErrorCode(), Message: refused.ErrorMessage(), Class: fmt.Sprintf("%T", refused)}, nil
	}
	var invalid smithy.InvalidParamsError
	if errors.As(err, &invalid) {
		return answer{Error: refusedByClient, Message: err.Error()}, nil
	}
	return answer{}, err
}

// received is what comes over a subscription until there are so many records.
func received(ctx context.Context, stream *kinesis.SubscribeToShardEventStream, records int) (any, error) {
	var events []types.SubscribeToShardEvent
	for n := 0; n < records; {
		select {
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), stream.Close())
		case event, more := <-stream.Events():
			if !more {
				return map[string]any{"Events": events}, errors.Join(stream.Err(), stream.Close())
			}
			e := event.(*types.SubscribeToShardEventStreamMemberSubscribeToShardEvent).Value
			events = append(events, e)
			n += len(e.Records)
		}
	}
	return map[string]any{"Events": events}, stream.Close()
}

// goes is a request as encoding/json reads it into the SDK's structures.
func goes(v any) any {
	switch v := v.(type) {
	case object:
		out := map[string]any{}
		for name, member := range v {
			out[name] = goes(member)
		}
		return out
	case list:
		out := make([]any, len(v))
		for i, element := range v {
			out[i] = goes(element)
		}
		return out
	case blob:
		return base64.StdEncoding.EncodeToString([]byte(v))
	case instant:
		return time.UnixMilli(int64(v * 1000)).UTC()
	}
	return v
}

package audit

import (
	"reflect"
	"strings"

	"github.com/freshet/freshet/internal/awsapi"
)

// resource is one that a call names.
type resource struct {
	AccountID string `json:"accountId,omitempty"`
	Type      string `json:"type"`
	ARN       string `json:"ARN"`
}

// maxARN bounds what is taken for one; the longest that AWS allows have 2,048.
const maxARN = 2048

// resources are those that the input names: what it gives an ARN of, and the stream
// that it names, in the account that is reached.
func (c *Call) resources() []resource {
	s := c.Input.Shape
	if s == nil || c.Input.Value == nil {
		return nil
	}
	v := reflect.ValueOf(c.Input.Value)
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return nil
		}
		v = v.Elem()
	}
	var all []resource
	for i := range s.Members {
		text, ok := member(v, &s.Members[i])
		name := s.Members[i].Name
		switch {
		case !ok || len(text) > maxARN:
		case strings.HasSuffix(name, "ARN"), strings.HasSuffix(name, "Arn"):
			if r, ok := named(text); ok {
				all = append(all, r)
			}
		case name == "StreamName" && c.Service == "kinesis" && c.recipient() != "":
			arn := "arn:aws:kinesis:" + c.region() + ":" + c.recipient() + ":stream/" + text
			all = append(all, resource{c.recipient(), "AWS::Kinesis::Stream", strings.ToValidUTF8(arn, "\uFFFD")})
		}
	}
	return all
}

// member is the value of a member that is a string.
func member(v reflect.Value, m *awsapi.Member) (string, bool) {
	if m.Shape.Kind != awsapi.String {
		return "", false
	}
	field := v.Field(m.Field)
	if field.Kind() != reflect.Pointer || field.IsNil() {
		return "", false
	}
	return field.Elem().String(), true
}

// named is the resource with that ARN.
func named(arn string) (resource, bool) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" {
		return resource{}, false
	}
	r := resource{AccountID: parts[4], ARN: arn}
	service, kind := parts[2], parts[5]
	switch {
	case service == "kinesis" && strings.HasPrefix(kind, "stream/") && strings.Contains(kind, "/consumer/"):
		r.Type = "AWS::Kinesis::StreamConsumer"
	case service == "kinesis" && strings.HasPrefix(kind, "stream/"):
		r.Type = "AWS::Kinesis::Stream"
	case service == "iam" && strings.HasPrefix(kind, "role/"):
		r.Type = "AWS::IAM::Role"
	case service == "kms" && strings.HasPrefix(kind, "key/"):
		r.Type = "AWS::KMS::Key"
	default:
		return resource{}, false
	}
	return r, true
}

package kinesis

import (
	"strings"
	"testing"

	"github.com/freshet/freshet/internal/awsapi"
	"github.com/freshet/freshet/internal/awsapi/awsapitest"
)

func TestStructuresFitTheirShapes(t *testing.T) { awsapitest.CheckService(t, Service) }

func TestConstructorsMakeTheirErrors(t *testing.T) {
	f := func(e *awsapi.Error, code string, status int) {
		t.Helper()
		if e.Code != code || e.Status != status || e.Message != "Stream a is 1." {
			t.Errorf("got %+v, want %s with status %d", e, code, status)
		}
	}
	f(ResourceNotFoundException("Stream %s is %d.", "a", 1), "ResourceNotFoundException", 400)
	f(KMSOptInRequired("Stream %s is %d.", "a", 1), "KMSOptInRequired", 400)
	f(InternalFailureException("Stream %s is %d.", "a", 1), "InternalFailureException", 500)
}

func TestServiceIsKinesis(t *testing.T) {
	if Service.Target != "Kinesis_20131202" || Service.SigningName != "kinesis" || len(Service.Operations) < 45 {
		t.Errorf("got %s, %s, %d operations", Service.Target, Service.SigningName, len(Service.Operations))
	}
	var errors []string
	for _, s := range Service.Exceptions {
		errors = append(errors, s.Name)
	}
	for _, name := range OpPutRecords.Errors {
		if !strings.Contains(strings.Join(errors, " "), name) {
			t.Errorf("%s is not an exception", name)
		}
	}
	if out := OpSubscribeToShard.Output.Member("EventStream"); !out.Shape.EventStream || !out.Shape.Member("SubscribeToShardEvent").Shape.Event {
		t.Error("SubscribeToShard answers no stream of events")
	}
}

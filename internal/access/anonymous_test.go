package access

import (
	"testing"

	"github.com/freshet/freshet/internal/access/policy"
)

// Not even a policy that lets in everybody: nobody has signed for it.
func TestWhoHasNoCredentialsMayDoNothing(t *testing.T) {
	open, err := policy.Parse(policy.Resource, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}`)
	if err != nil {
		t.Fatal(err)
	}
	r := Resource{ARN: "arn:aws:kinesis:us-east-1:123456789012:stream/s", Account: "123456789012", Policy: &policy.Named{Name: "open", Document: open}, Shared: true}
	if c, err := Authorize(Anonymous("us-east-1", Facts{}), "kinesis:PutRecord", r); err == nil || !c.IsZero() {
		t.Errorf("Authorize = %+v, %v", c, err)
	}
}

func TestAdmitIsForWhoHasNoCredentials(t *testing.T) {
	c := Admit(Anonymous("", Facts{UserAgent: "a"}))
	if f, ok := c.Facts(); !ok || f.UserAgent != "a" || c.Region() != DefaultRegion || isAccount(c.Account()) || c.IsZero() || c.Who() != nil {
		t.Errorf("Admit = %+v", c)
	}
	defer func() {
		if recover() == nil {
			t.Error("who has credentials was admitted without a look at them")
		}
	}()
	Admit(Unverified("123456789012", "us-east-1"))
}

package streams

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/limits"
)

func (r *rig) putPolicy(arn, policy string) error {
	_, err := r.PutResourcePolicy(r.ctx(), testCaller, &kinesis.PutResourcePolicyInput{ResourceARN: &arn, Policy: &policy})
	return err
}

func (r *rig) deletePolicy(arn string) error {
	_, err := r.DeleteResourcePolicy(r.ctx(), testCaller, &kinesis.DeleteResourcePolicyInput{ResourceARN: &arn})
	return err
}

func (r *rig) policyOf(arn string) string {
	r.t.Helper()
	out, err := r.GetResourcePolicy(r.ctx(), testCaller, &kinesis.GetResourcePolicyInput{ResourceARN: &arn})
	return *must(r.t, out, err).Policy
}

// share is a policy like that of the developer guide's examples.
const share = `{"Version": "2012-10-17", "Statement": [{"Sid": "share", "Effect": "Allow",
	"Principal": {"AWS": "210987654321"}, "Action": ["kinesis:GetRecords"], "Resource": "arn:aws:kinesis:us-east-1:123456789012:stream/orders"}]}`

// Section 15.5: a policy is kept as it was written; without one it is {}, also after
// it was deleted. A stream and its consumers each have their own.
func TestPoliciesOfStreamsAndConsumers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newIdleRig(t)
		stop := r.start(Options{})
		r.create("orders", 1)
		orders, audit := arnOf("orders"), r.register("orders", "audit")
		other := strings.ReplaceAll(share, "Allow", "Deny")
		wantEqual(t, r.policyOf(orders), "{}", "policy")
		wantEqual(t, r.policyOf(audit), "{}", "policy")
		must(t, 0, r.putPolicy(orders, other))
		must(t, 0, r.putPolicy(orders, share))
		wantEqual(t, r.policyOf(audit), "{}", "policy")
		must(t, 0, r.putPolicy(audit, other))

		stop()
		r.start(Options{})
		wantEqual(t, r.policyOf(orders), share, "policy")
		wantEqual(t, r.policyOf(audit), other, "policy")
		must(t, 0, r.deletePolicy(orders))
		wantEqual(t, r.policyOf(orders), "{}", "policy")
		wantEqual(t, r.policyOf(audit), other, "policy")
		wantError(t, r.putPolicy(audit, "{}"), invalid, "The policy is not valid: Missing required field Statement.")
		wantEqual(t, r.policyOf(audit), other, "policy")
		must(t, 0, r.deletePolicy(audit))
		for _, arn := range []string{orders, audit} {
			wantError(t, r.deletePolicy(arn), notFound, "No resource policy found for resource ARN "+arn+".")
		}
	})
}

// Section 15.5: a target that does not exist is an error; so is one that is not
// ready.
func TestMessagesOfPolicies(t *testing.T) {
	withOptions(t, Options{TransitionDelay: time.Second}, func(t *testing.T, r *rig) {
		const notActive = "Stream {X} under account {A} not ACTIVE, instead in state CREATING"
		orders := arnOf("orders")
		get := func(arn string) error {
			_, err := r.GetResourcePolicy(r.ctx(), testCaller, &kinesis.GetResourcePolicyInput{ResourceARN: &arn})
			return err
		}
		wantError(t, r.putPolicy(orders, "no policy"), notFound, say(streamGone))
		wantError(t, get(orders), notFound, say(streamGone))
		wantError(t, r.deletePolicy(orders), notFound, say(streamGone))
		wantError(t, get(orders+"/consumer/audit:1"), notFound, say(streamGone))
		r.create("orders", 1)
		wantError(t, get(orders+"/consumer/audit:1"), notFound, say("Consumer audit under stream {X} under account {A} not found."))
		must(t, 0, get(orders))
		wantError(t, r.putPolicy(orders, share), inUse, say(notActive))
		wantError(t, r.deletePolicy(orders), inUse, say(notActive))
	})
}

// What a policy may say is IAM's matter (internal/access/policy); what it may grant
// Kinesis bounds (developer guide, sharing a stream).
func TestPoliciesThatAreNotValid(t *testing.T) {
	const (
		everybody = "a wildcard is not supported as a principal that is allowed something"
		outsiders = "only principals of accounts are supported: neither services nor federated or canonical users"
		wildcard  = "wildcards are not supported in actions that are allowed"
	)
	f := func(policy, why string) {
		t.Helper()
		err := checkPolicy(policy)
		if why == "" {
			must(t, 0, err)
			return
		}
		wantError(t, err, invalid, "The policy is not valid: "+why+".")
	}
	f(share, "")
	f(`{"Statement":{"Effect":"Deny","Principal":"*","NotAction":"kinesis:Get*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}}`, "")
	f("", "Syntax errors in policy: it is not valid JSON")
	f("{}", "Missing required field Statement")
	f(share+share, "Syntax errors in policy: it is not valid JSON")
	f(strings.Replace(share, "Allow", "allow", 1), "Invalid effect: allow")
	f(strings.Replace(share, `"Principal": {"AWS": "210987654321"}, `, "", 1), "Missing required field Principal")
	f(strings.Replace(share, `{"AWS": "210987654321"}`, `"*"`, 1), everybody)
	f(strings.Replace(share, "210987654321", "*", 1), everybody)
	f(strings.Replace(share, `"Principal"`, `"NotPrincipal"`, 1), everybody)
	f(strings.Replace(share, `"AWS": "210987654321"`, `"Service": "lambda.amazonaws.com"`, 1), outsiders)
	f(strings.Replace(share, `"AWS": "210987654321"`, `"Federated": "idp"`, 1), outsiders)
	f(strings.Replace(share, "kinesis:GetRecords", "kinesis:*", 1), wildcard)
	f(strings.Replace(share, "kinesis:GetRecords", "*", 1), wildcard)
	f(strings.Replace(share, `"Action"`, `"NotAction"`, 1), wildcard)

	long := share + strings.Repeat(" ", limits.PolicyBytes-len(share))
	f(long, "")
	wantError(t, checkPolicy(long+" "), invalid, fmt.Sprintf("The policy has %d bytes, more than the limit of %d.", limits.PolicyBytes+1, limits.PolicyBytes))
}

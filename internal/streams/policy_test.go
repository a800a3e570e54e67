package streams

import (
	"encoding/json"
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
		wantError(t, r.putPolicy(audit, "{}"), invalid, "The policy is not valid: it has no Statement.")
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

func TestPoliciesThatAreNotValid(t *testing.T) {
	const (
		notJSON   = "it is not a JSON object of a policy"
		version   = "its Version is neither 2012-10-17 nor 2008-10-17"
		none      = "it has no Statement"
		effect    = "a Statement has no Effect Allow or Deny"
		principal = "a Statement has not one of Principal and NotPrincipal"
		action    = "a Statement has not one of Action and NotAction"
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
	f(`{"Statement":{"Effect":"Deny","NotPrincipal":"*","NotAction":"kinesis:*"}}`, "")
	f("", notJSON)
	f("null", none)
	f("[]", notJSON)
	f(`"x"`, notJSON)
	f(share[:len(share)-1], notJSON)
	f(share+"}", notJSON)
	f(share+share, notJSON)
	f("{}", none)
	f(`{"Statement":[]}`, none)
	f(`{"Statement":"x"}`, notJSON)
	f(strings.Replace(share, "2012", "2013", 1), version)
	f(strings.Replace(share, "Allow", "allow", 1), effect)
	f(strings.Replace(share, "Effect", "Cause", 1), effect)
	f(strings.Replace(share, "Principal", "Principle", 1), principal)
	f(strings.Replace(share, `"Effect"`, `"NotPrincipal": "*", "Effect"`, 1), principal)
	f(strings.Replace(share, `{"AWS": "210987654321"}`, "null", 1), principal)
	f(strings.Replace(share, "Action", "Deed", 1), action)
	f(strings.Replace(share, `"Effect"`, `"NotAction": "*", "Effect"`, 1), action)
	f(`{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*"},null]}`, effect)

	long := share + strings.Repeat(" ", limits.PolicyBytes-len(share))
	f(long, "")
	wantError(t, checkPolicy(long+" "), invalid, fmt.Sprintf("The policy has %d bytes, more than the limit of %d.", limits.PolicyBytes+1, limits.PolicyBytes))
}

// What is accepted is JSON that says who may do what.
func FuzzCheckPolicy(f *testing.F) {
	f.Add(share)
	f.Add(`{"Statement":{"Effect":"Deny","NotPrincipal":"*","NotAction":[]}}`)
	f.Add(`{"Statement":[{"Effect":"Allow"}],"Version":null}`)
	f.Add(`{"Statement":[[]]}`)
	f.Fuzz(func(t *testing.T, policy string) {
		if checkPolicy(policy) != nil {
			return
		}
		if !json.Valid([]byte(policy)) {
			t.Errorf("accepted: %q", policy)
		}
		lower := strings.ToLower(policy)
		for _, word := range []string{"statement", "effect", "principal", "action"} {
			if !strings.Contains(policy, `\u`) && !strings.Contains(lower, word) {
				t.Errorf("accepted without %s: %q", word, policy)
			}
		}
	})
}

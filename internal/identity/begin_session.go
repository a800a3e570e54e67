package identity

import (
	"fmt"
	"strings"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/access/policy"
	"github.com/freshet/freshet/internal/awsapi/sts"
	"github.com/freshet/freshet/internal/limits"
)

// begin makes the credentials of a session that c names, which lasts so long from now.
func (n *snapshot) begin(c *claims, lasts time.Duration) (*sts.Credentials, error) {
	now := time.Now().UTC().Truncate(time.Second)
	c.Issuer, c.Audience = n.operator, tokenAudience
	c.Issued, c.Expires = now.Unix(), now.Add(lasts).Unix()
	keyID, secret := newKeyID(tempKeyPrefix), newSecret()
	token, err := n.sealToken(c, keyID, secret)
	if err != nil {
		return nil, err
	}
	return credentials(keyID, secret, token, now.Add(lasts)), nil
}

func credentials(keyID string, secret access.Secret, token string, expires time.Time) *sts.Credentials {
	return &sts.Credentials{AccessKeyId: &keyID, SecretAccessKey: new(secret.Reveal()), SessionToken: &token, Expiration: &expires}
}

// develops says whether caller is one of development, whom nobody verified.
func (s *Service) develops(caller access.Caller) bool {
	if caller.Who() == nil && !s.options.Development {
		panic("BUG: identity: a caller whom nobody verified")
	}
	return caller.Who() == nil
}

// devToken is the session token of development, where nobody looks at it.
const devToken = "freshet-dev"

// devCredentials are those of development: the access key is the account, as it is in
// all of development, whatever role was asked for.
func devCredentials(account string, seconds *int32, otherwise time.Duration) *sts.Credentials {
	lasts := otherwise
	if seconds != nil {
		lasts = time.Duration(*seconds) * time.Second
	}
	return credentials(account, newSecret(), devToken, time.Now().UTC().Truncate(time.Second).Add(lasts))
}

// roleDuration is how long a role's session lasts. Chained are those that another
// session begins.
func roleDuration(r *role, seconds *int32, chained bool) (time.Duration, error) {
	if seconds == nil {
		return limits.SessionDefault, nil
	}
	lasts := time.Duration(*seconds) * time.Second
	switch {
	case chained && lasts > limits.SessionDefault:
		return 0, errInvalid("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")
	case lasts > time.Duration(r.MaxSessionDuration)*time.Second:
		return 0, errInvalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	}
	return lasts, nil
}

// bounded reads what is to bound a session of a principal of account. Nothing is
// looked up later but what was found here.
func (n *snapshot) bounded(account string, text *string, descriptors []sts.PolicyDescriptorType) (bounds, error) {
	var b bounds
	if text != nil {
		if _, err := parse(policy.Identity, *text, limits.SessionPolicySize); err != nil {
			return bounds{}, err
		}
		b.Policy = *text
	}
	if len(descriptors) > limits.SessionPolicyARNs {
		return bounds{}, errInvalid("The number of policy ARNs exceeds the limit of %d.", limits.SessionPolicyARNs)
	}
	for _, d := range descriptors {
		m := n.policyAt(textOf(d.Arn))
		if m == nil || m.account != account { // AWS's words are not known
			return bounds{}, errInvalid("PolicyArn %s does not exist or is of another account.", textOf(d.Arn))
		}
		b.PolicyARNs = append(b.PolicyARNs, m.arn())
	}
	return b, nil
}

// packed is how much of the room for policies and tags b takes, in percent.
func (b *bounds) packed() (*int32, error) {
	if b.Policy == "" && len(b.PolicyARNs) == 0 && len(b.Tags) == 0 {
		return nil, nil
	}
	packed, err := pack(b)
	if err != nil {
		return nil, err
	}
	percent := int32((len(packed)*100 + limits.PackedSessionSize - 1) / limits.PackedSessionSize)
	if percent > 100 {
		return nil, sts.PackedPolicyTooLargeException("Packed size of session tags and session policies consumes %d%% of allotted space.", percent)
	}
	return &percent, nil
}

// sessionTags reads the tags of a request, which may not take back those that go on
// from an earlier session, and which of them go on themselves.
func sessionTags(before map[string]string, given []sts.Tag, keys []string) (tags, transitive map[string]string, err error) {
	tags, transitive = map[string]string{}, map[string]string{}
	for _, t := range given {
		if _, twice := tags[*t.Key]; twice {
			return nil, nil, errInvalid("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		}
		tags[*t.Key] = *t.Value
	}
	if err := checkTags(tags); err != nil {
		return nil, nil, err
	}
	for key := range tags {
		for old := range before {
			if strings.EqualFold(key, old) {
				return nil, nil, errInvalid("The tag key %s is transitive and cannot be set again.", key)
			}
		}
	}
	for key, value := range before {
		transitive[key] = value
	}
	for _, key := range keys {
		value, ok := tags[key]
		if !ok {
			return nil, nil, errInvalid("The transitive tag key %s is none of the session's tags.", key)
		}
		transitive[key] = value
	}
	return tags, transitive, nil
}

// roleOf returns the account and the name of the role of an ARN.
func roleOf(arn string) (account, name string, err error) {
	k := keyOfARN(arn, "role")
	if k.name == "" || checkAccountID(k.account) != nil {
		return "", "", errInvalid("Request ARN is invalid")
	}
	return k.account, arn[strings.LastIndexByte(arn, '/')+1:], nil
}

// roleUser is what AWS calls the session of a role.
func roleUser(account, id, role, session string) *sts.AssumedRoleUser {
	return &sts.AssumedRoleUser{
		Arn:           new(fmt.Sprintf("arn:aws:sts::%s:assumed-role/%s/%s", account, role, session)),
		AssumedRoleId: new(id + ":" + session),
	}
}

// noSecondFactor refuses what there is none of.
func noSecondFactor(serial, code *string) error {
	if serial != nil || code != nil {
		return errDenied("MultiFactorAuthentication failed with invalid MFA one time pass code. ")
	}
	return nil
}

func textOf(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

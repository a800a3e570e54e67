package audit

import (
	"strings"
	"time"

	"github.com/freshet/freshet/internal/access"
)

// userIdentity is who called (AWS CloudTrail user guide, "CloudTrail userIdentity
// element").
type userIdentity struct {
	Type           string          `json:"type"`
	PrincipalID    string          `json:"principalId,omitempty"`
	ARN            string          `json:"arn,omitempty"`
	AccountID      string          `json:"accountId,omitempty"`
	AccessKeyID    string          `json:"accessKeyId,omitempty"`
	UserName       string          `json:"userName,omitempty"`
	SessionContext *sessionContext `json:"sessionContext,omitempty"`
}

type sessionContext struct {
	SessionIssuer *sessionIssuer    `json:"sessionIssuer,omitempty"`
	Attributes    sessionAttributes `json:"attributes"`
}

type sessionIssuer struct {
	Type        string `json:"type"`
	PrincipalID string `json:"principalId"`
	AccountID   string `json:"accountId"`
	UserName    string `json:"userName"`
}

type sessionAttributes struct {
	CreationDate string `json:"creationDate"`
	// MFA is always false: there is none here.
	MFA string `json:"mfaAuthenticated"`
}

// unknown is the type of a caller that was not verified.
const unknown = "Unknown"

// byToken is the principal of who bears the server's token. Unlike AWS, which has none.
const byToken = "server-token"

func identityOf(c *Call) userIdentity {
	if c.Identity.IsZero() {
		return userIdentity{Type: unknown, AccessKeyID: clip(c.KeyID, maxKeyID)}
	}
	if c.ByToken {
		return userIdentity{Type: unknown, PrincipalID: byToken, AccountID: c.Identity.Account()}
	}
	p := c.Identity.Principal()
	if p == nil {
		return userIdentity{Type: unknown, AccountID: c.Identity.Account(), AccessKeyID: clip(c.Identity.KeyID(), maxKeyID)}
	}
	return userIdentity{
		Type:           string(p.Kind),
		PrincipalID:    p.ID,
		ARN:            p.ARN,
		AccountID:      p.Account,
		AccessKeyID:    clip(c.Identity.KeyID(), maxKeyID),
		UserName:       p.UserName,
		SessionContext: sessionOf(p, c.Identity.Facts().TokenIssued),
	}
}

// sessionOf tells of the session that the credentials are for, nil for keys that last.
func sessionOf(p *access.Principal, issued time.Time) *sessionContext {
	if issued.IsZero() {
		return nil
	}
	s := &sessionContext{Attributes: sessionAttributes{issued.UTC().Format(time.RFC3339), "false"}}
	if p.Kind != access.AssumedRole {
		return s
	}
	// arn:aws:sts::A:assumed-role/role/session and AROA…:session. The role's own ARN
	// may have a path, which its session's does not tell.
	_, name, _ := strings.Cut(p.ARN, ":assumed-role/")
	name, _, _ = strings.Cut(name, "/")
	id, _, _ := strings.Cut(p.ID, ":")
	s.SessionIssuer = &sessionIssuer{Type: "Role", PrincipalID: id, AccountID: p.Account, UserName: name}
	return s
}

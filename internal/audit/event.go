package audit

import (
	"cmp"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/freshet/freshet/internal/change"
)

// eventVersion is that of the form: CloudTrail's record contents of 1.11.
const eventVersion = "1.11"

// Bounds of what a client chooses. An event as a whole stays below MaxEvent, so that
// it is a record of any stream.
const (
	MaxEvent     = 512 << 10
	maxUserAgent = 1 << 10
	maxHost      = 256
	maxMessage   = 1 << 10
	maxKeyID     = 128
	maxChanges   = 100 << 10
)

// event is CloudTrail's record of a call, its members in CloudTrail's order (AWS
// CloudTrail user guide, "CloudTrail record contents").
type event struct {
	EventVersion       string          `json:"eventVersion"`
	UserIdentity       userIdentity    `json:"userIdentity"`
	EventTime          string          `json:"eventTime"`
	EventSource        string          `json:"eventSource"`
	EventName          string          `json:"eventName"`
	AWSRegion          string          `json:"awsRegion"`
	SourceIPAddress    string          `json:"sourceIPAddress"`
	UserAgent          string          `json:"userAgent"`
	ErrorCode          string          `json:"errorCode,omitempty"`
	ErrorMessage       string          `json:"errorMessage,omitempty"`
	RequestParameters  json.RawMessage `json:"requestParameters"`
	ResponseElements   json.RawMessage `json:"responseElements"`
	AdditionalData     *additional     `json:"additionalEventData,omitempty"`
	RequestID          string          `json:"requestID"`
	EventID            string          `json:"eventID"`
	ReadOnly           bool            `json:"readOnly"`
	Resources          []resource      `json:"resources,omitempty"`
	EventType          string          `json:"eventType"`
	ManagementEvent    bool            `json:"managementEvent"`
	RecipientAccountID string          `json:"recipientAccountId,omitempty"`
	EventCategory      string          `json:"eventCategory"`
	TLSDetails         *tlsDetails     `json:"tlsDetails,omitempty"`
}

// additional is what is ours, where CloudTrail leaves it to each service.
type additional struct {
	// Changes are what the operation altered.
	Changes any `json:"changes,omitempty"`
	// BytesTransferredIn is the length of a data event's request.
	BytesTransferredIn int64 `json:"bytesTransferredIn,omitempty"`
	// SampledOneIn says that this data event stands for so many.
	SampledOneIn Sampling `json:"sampledOneIn,omitempty"`
	// NotRecorded is how many refusals before this one were too many to write down.
	NotRecorded uint64 `json:"refusalsNotRecorded,omitempty"`
}

type tlsDetails struct {
	Version     string `json:"tlsVersion"`
	CipherSuite string `json:"cipherSuite"`
	Host        string `json:"clientProvidedHostHeader,omitempty"`
}

// line makes the event of c, which ended at now, with its newline.
func (c *Call) line(now time.Time, more additional) []byte {
	data := IsData(c.Operation)
	e := event{
		EventVersion:      eventVersion,
		UserIdentity:      identityOf(c),
		EventTime:         now.UTC().Format(time.RFC3339),
		EventSource:       c.Service + ".amazonaws.com",
		EventName:         c.Operation,
		AWSRegion:         c.region(),
		SourceIPAddress:   c.source(),
		UserAgent:         clip(c.UserAgent, maxUserAgent),
		ErrorCode:         c.Code,
		ErrorMessage:      c.message(),
		RequestParameters: c.Input.show(),
		RequestID:         cmp.Or(c.RequestID, newID()),
		EventID:           newID(),
		ReadOnly:          readOnly(c.Operation),
		EventType:         "AwsApiCall",
		ManagementEvent:   !data,
		EventCategory:     "Management",
		TLSDetails:        c.tls(),
	}
	if data {
		e.EventCategory = "Data"
		more.BytesTransferredIn = c.BytesIn
	}
	if c.Code == "" && answers(c.Service, c.Operation) {
		e.ResponseElements = c.Output.show()
	}
	if all := c.Changes.All(); len(all) > 0 {
		more.Changes = showChanges(all)
	}
	if more.Changes != nil || more.BytesTransferredIn != 0 || more.SampledOneIn != 0 || more.NotRecorded != 0 {
		e.AdditionalData = &more
	}
	e.RecipientAccountID = c.recipient()
	e.Resources = c.resources()
	return e.line()
}

// line is the event as it is kept. One that is too long loses what its operation
// said, and then its parameters: what is left is bounded by the bounds of each.
func (e *event) line() []byte {
	for _, shorten := range []func(){
		func() {},
		func() { e.AdditionalData = nil },
		func() { e.RequestParameters, e.ResponseElements, e.Resources = omitted(MaxEvent), nil, nil },
	} {
		shorten()
		if b := marshal(e); len(b) < MaxEvent {
			return append(b, '\n')
		}
	}
	panic("BUG: audit: an event without parameters is too long: " + e.EventName)
}

// showChanges are changes without what is hidden.
func showChanges(all []change.Change) any {
	tree, err := generic(all)
	if err != nil {
		panic(fmt.Sprintf("BUG: audit: changes are no JSON: %v", err))
	}
	tree = conceal(tree)
	if b := marshal(tree); len(b) > maxChanges {
		return omitted(len(b))
	}
	return tree
}

func (c *Call) region() string {
	if !c.Identity.IsZero() {
		return c.Identity.Region()
	}
	return clip(c.Region, maxKeyID)
}

// recipient is the account whose state the call was to reach, as far as that is known.
func (c *Call) recipient() string {
	if !c.Caller.IsZero() {
		return c.Caller.Account()
	}
	return c.Identity.Account()
}

// source is the address that policies see, where there is one.
func (c *Call) source() string {
	if from := c.Identity.Facts().Source; from.IsValid() {
		return from.Unmap().String()
	}
	if c.Source.IsValid() {
		return c.Source.Unmap().String()
	}
	return ""
}

// address is what refusals are counted by: an address, of IPv6 the network that a
// site is given.
func (c *Call) address() netip.Addr {
	from := c.Source.Unmap()
	if from.Is6() {
		if p, err := from.WithZone("").Prefix(64); err == nil {
			return p.Addr()
		}
	}
	return from
}

func (c *Call) tls() *tlsDetails {
	if c.TLS == nil {
		return nil
	}
	// Go writes TLS 1.3, CloudTrail TLSv1.3.
	version := strings.Replace(tls.VersionName(c.TLS.Version), "TLS ", "TLSv", 1)
	return &tlsDetails{version, tls.CipherSuiteName(c.TLS.CipherSuite), clip(c.Host, maxHost)}
}

// clip bounds s, which may lose the end of a character: what is no UTF-8 any more is
// written as U+FFFD.
func clip(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}

// newID is a random UUID.
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // which never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

package audit

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/freshet/freshet/internal/access"
)

// WebhookOptions say where a Webhook sends events.
type WebhookOptions struct {
	// URL is https, or http on this machine.
	URL string
	// Token, if there is one, is sent as Authorization: Bearer.
	Token access.Secret
	// SigningKey, if there is one, signs each request, see Webhook.
	SigningKey access.Secret
}

// webhookTimeout bounds one request, from the connection to the end of the answer.
const webhookTimeout = 10 * time.Second

// The headers of a request that is signed.
const (
	TimestampHeader = "X-Freshet-Timestamp"
	SignatureHeader = "X-Freshet-Signature"
)

// Webhook posts events as CloudTrail's files have them, {"Records":[…]}, up to 500 in
// one request. An answer of 2xx means that they are kept. Nothing else is asked for:
// no redirection is followed, and no proxy of the environment's is used.
//
// A signed request has the time in X-Freshet-Timestamp, in seconds, and in
// X-Freshet-Signature sha256= and the HMAC-SHA256, in hexadecimal, of that time, a
// dot, and the body.
type Webhook struct {
	o      WebhookOptions
	client *http.Client
}

// CheckWebhookURL reports what is wrong with a URL: events tell who does what, so
// they leave this machine only encrypted.
func CheckWebhookURL(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" {
		return errors.New("must be a URL like https://collector.example/events, without credentials")
	}
	ip := net.ParseIP(u.Hostname())
	here := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	if u.Scheme == "https" || u.Scheme == "http" && here {
		return nil
	}
	return errors.New("must be https, or http to this machine")
}

// NewWebhook makes a Webhook. Nothing is connected yet.
func NewWebhook(o WebhookOptions) (*Webhook, error) {
	if err := CheckWebhookURL(o.URL); err != nil {
		return nil, fmt.Errorf("audit: webhook: %w", err)
	}
	transport := &http.Transport{
		Proxy:               nil, // only the URL is spoken to
		DialContext:         (&net.Dialer{Timeout: webhookTimeout}).DialContext,
		TLSHandshakeTimeout: webhookTimeout,
		IdleConnTimeout:     time.Minute,
		MaxIdleConns:        1,
		ForceAttemptHTTP2:   true,
	}
	return &Webhook{o, &http.Client{
		Transport:     transport,
		Timeout:       webhookTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// Name is webhook.
func (s *Webhook) Name() string { return "webhook" }

// Write posts lines.
func (s *Webhook) Write(ctx context.Context, lines [][]byte) error {
	r, err := s.request(ctx, lines)
	if err != nil {
		return fmt.Errorf("audit: webhook: %w", err)
	}
	answer, err := s.client.Do(r)
	if err != nil {
		return fmt.Errorf("audit: webhook: %w", err)
	}
	defer func() { _ = answer.Body.Close() }() // what it says does not matter
	// A short answer is read, so that the connection is used again.
	_, _ = io.CopyN(io.Discard, answer.Body, 64<<10)
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("audit: webhook: answered %s", answer.Status)
	}
	return nil
}

func (s *Webhook) request(ctx context.Context, lines [][]byte) (*http.Request, error) {
	body := append([]byte(`{"Records":[`), bytes.Join(lines, []byte(","))...)
	body = append(body, "]}"...)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.o.URL, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "freshet-audit")
	if !s.o.Token.IsZero() {
		r.Header.Set("Authorization", "Bearer "+s.o.Token.Reveal())
	}
	if !s.o.SigningKey.IsZero() {
		at := strconv.FormatInt(time.Now().Unix(), 10)
		mac := hmac.New(sha256.New, []byte(s.o.SigningKey.Reveal()))
		mac.Write([]byte(at + "."))
		mac.Write(body)
		r.Header.Set(TimestampHeader, at)
		r.Header.Set(SignatureHeader, "sha256="+hex.EncodeToString(mac.Sum(nil)))
	}
	return r, nil
}

// Close closes the connection that is idle.
func (s *Webhook) Close() error {
	s.client.CloseIdleConnections()
	return nil
}

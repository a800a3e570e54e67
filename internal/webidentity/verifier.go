package webidentity

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

const (
	// longestToken is what STS's model allows.
	longestToken = 20_000
	// discoveryAge is how long it is believed where an issuer has its keys.
	discoveryAge = time.Hour
	// pause is how long an issuer is left alone after it was asked for keys: tokens of
	// keys that it has not would make us ask without end.
	pause = 10 * time.Second
)

// algorithms are those of public keys that AWS takes (IAM user guide, OIDC federation).
var algorithms = []string{"RS256", "RS384", "RS512", "ES256", "ES384", "ES512"}

// Token is what a token was found to say.
type Token struct {
	// Issuer is the Name of its issuer, and Provider its URL.
	Issuer, Provider string
	Subject          string
	// Audience is the one that it is taken for: its authorized party if it has one.
	Audience string
	// Audiences are all that it names, and Party its authorized party, if it has one.
	Audiences []string
	Party     string
}

// Keys are the keys of conditions that t gives, in lower case, and their values (IAM
// user guide, "Keys for AWS OIDC federation").
func (t Token) Keys() map[string][]string {
	prefix := strings.ToLower(t.Issuer) + ":"
	keys := map[string][]string{prefix + "sub": {t.Subject}, prefix + "aud": {t.Audience}}
	if t.Party != "" {
		keys[prefix+"azp"], keys[prefix+"oaud"] = []string{t.Party}, t.Audiences
	}
	return keys
}

// Verifier verifies tokens. Its methods may be called by many at once.
type Verifier struct {
	issuers map[string]*source
}

// New makes a verifier of tokens of the issuers. It asks nobody yet.
func New(issuers []Issuer) (*Verifier, error) {
	v := &Verifier{issuers: map[string]*source{}}
	for _, i := range issuers {
		if err := i.Check(); err != nil {
			return nil, err
		}
		if v.issuers[i.URL] != nil {
			return nil, fmt.Errorf("issuer %q is there twice", i.URL)
		}
		v.issuers[i.URL] = newSource(i)
	}
	return v, nil
}

// Verify returns what a token says, if its issuer is allowed and has made it, for one
// of the issuer's audiences, and its time is not over. It may wait for the issuer until
// ctx ends.
func (v *Verifier) Verify(ctx context.Context, token string) (Token, error) {
	claimed, err := issuerOf(token)
	if err != nil {
		return Token{}, err
	}
	s := v.issuers[claimed]
	if s == nil {
		return Token{}, ErrIssuer
	}
	verifier, err := s.verifier(ctx)
	if err != nil {
		return Token{}, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	// Issuer, algorithm and signature; of what it says itself nothing yet.
	signed, err := verifier.Verify(ctx, token)
	switch {
	case ctx.Err() != nil:
		return Token{}, ctx.Err()
	case err != nil && s.gate.failing.Load():
		return Token{}, fmt.Errorf("%w: %w", ErrUnreachable, err)
	case err != nil:
		return Token{}, fmt.Errorf("%w: %w", ErrSignature, err)
	}
	return s.issuer.accept(signed, time.Now())
}

// issuerOf reads who a token says that it is from. Nothing of that is proven.
func issuerOf(token string) (string, error) {
	parts := strings.Split(token, ".")
	if len(token) > longestToken || len(parts) != 3 {
		return "", ErrMalformed
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return "", ErrMalformed
	}
	var claims struct {
		Issuer string `json:"iss"`
	}
	if err := json.Unmarshal(text, &claims); err != nil || claims.Issuer == "" {
		return "", ErrMalformed
	}
	return claims.Issuer, nil
}

// accept judges what i has signed.
func (i Issuer) accept(signed *oidc.IDToken, now time.Time) (Token, error) {
	var claims struct {
		Party   string `json:"azp"`
		Expires *int64 `json:"exp"`
		Issued  *int64 `json:"iat"`
		Begins  *int64 `json:"nbf"`
	}
	if err := signed.Claims(&claims); err != nil {
		return Token{}, ErrClaims
	}
	// Clocks may differ so much (the same is allowed for signatures).
	const skew = 5 * time.Minute
	switch {
	case claims.Expires == nil || claims.Issued == nil || signed.Subject == "" || len(signed.Audience) == 0:
		return Token{}, ErrClaims
	case !now.Before(time.Unix(*claims.Expires, 0)):
		return Token{}, ErrExpired
	case time.Unix(*claims.Issued, 0).After(now.Add(skew)), claims.Begins != nil && time.Unix(*claims.Begins, 0).After(now.Add(skew)):
		return Token{}, ErrClaims
	}
	t := Token{Issuer: i.Name(), Provider: i.URL, Subject: signed.Subject, Audience: signed.Audience[0], Audiences: signed.Audience}
	if claims.Party != "" {
		t.Audience, t.Party = claims.Party, claims.Party
	} else if len(signed.Audience) > 1 {
		return Token{}, ErrAudience // for whom of them it was made nobody says
	}
	if !slices.Contains(i.Audiences, t.Audience) {
		return Token{}, ErrAudience
	}
	return t, nil
}

// source is an issuer that is asked for its keys.
type source struct {
	issuer  Issuer
	client  *http.Client
	gate    *gate
	current atomic.Pointer[discovered]
	// turn holds a token while somebody asks the issuer where its keys are.
	turn chan struct{}
}

// discovered is what was learned of an issuer at a time, or why nothing was.
type discovered struct {
	at       time.Time
	verifier *oidc.IDTokenVerifier
	err      error
}

func newSource(i Issuer) *source {
	s := &source{issuer: i, client: newClient(i.Private), turn: make(chan struct{}, 1)}
	s.gate = &gate{next: s.client.Transport}
	s.client.Transport = s.gate
	return s
}

// known is what was learned, if it may be believed yet.
func (s *source) known() *discovered {
	d := s.current.Load()
	switch {
	case d == nil, d.err != nil && time.Since(d.at) >= pause, time.Since(d.at) >= discoveryAge:
		return nil
	}
	return d
}

// verifier returns what verifies signatures of the issuer. One request at a time asks
// for it, while the others wait.
func (s *source) verifier(ctx context.Context) (*oidc.IDTokenVerifier, error) {
	if d := s.known(); d != nil {
		return d.verifier, d.err
	}
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if d := s.known(); d != nil {
		return d.verifier, d.err
	}
	// A client that leaves does not take the answer from those who wait.
	asking, cancel := context.WithTimeout(context.WithoutCancel(ctx), askTimeout)
	defer cancel()
	d := &discovered{}
	provider, err := oidc.NewProvider(oidc.ClientContext(asking, s.client), s.issuer.URL)
	if d.at, d.err = time.Now(), err; err == nil {
		d.verifier = provider.VerifierContext(oidc.ClientContext(context.Background(), s.client), &oidc.Config{
			SupportedSigningAlgs: algorithms,
			SkipClientIDCheck:    true, // accept does that, after the signature
			SkipExpiryCheck:      true,
		})
	}
	s.current.Store(d)
	return d.verifier, d.err
}

// errPause is returned while an issuer is left alone.
var errPause = errors.New("the issuer was asked for its keys a moment ago")

// gate lets an issuer be asked for its keys seldom.
type gate struct {
	next    http.RoundTripper
	asked   atomic.Pointer[lastAsked]
	failing atomic.Bool // the last time
}

// lastAsked is what was asked for last, and when.
type lastAsked struct {
	url string
	at  time.Time
}

func (g *gate) RoundTrip(r *http.Request) (*http.Response, error) {
	last, now := g.asked.Load(), &lastAsked{r.URL.String(), time.Now()}
	if last != nil && last.url == now.url && now.at.Sub(last.at) < pause {
		return nil, errPause
	}
	if !g.asked.CompareAndSwap(last, now) {
		return nil, errPause
	}
	answer, err := g.next.RoundTrip(r)
	g.failing.Store(err != nil || answer.StatusCode != http.StatusOK)
	return answer, err
}

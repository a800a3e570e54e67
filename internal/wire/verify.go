package wire

import (
	"crypto/rand"
	"net/http"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/wire/sigv4"
)

// verifier finds who signs requests, in two steps: begin looks at the headers, end at
// the signature, for which the body's hash must be known. It is the only one: what
// lets a request in without it is Signer.Unverified.
type verifier struct {
	options *Options
	// decoy is what a signature is checked with where there is no secret, so that a
	// key which is unknown takes as long as a signature which is wrong.
	decoy string
}

func newVerifier(o *Options) *verifier { return &verifier{options: o, decoy: rand.Text()} }

// proof is what the headers of a request say of its signer.
type proof struct {
	credentials sigv4.Credentials
	signer      Signer
	// claim is what can be verified, nil if nothing can: also where there is an err.
	claim *sigv4.Claim
	// err is why the request is refused whatever its signature, nil if it may be good.
	err error
}

// begin fills p in for a request of a service, or of one that is not known yet: then
// that is empty, and isFor comes before end. Which error comes first of several is
// not documented: that of the key does, since ours must not be hidden.
func (v *verifier) begin(p *proof, r *http.Request, service string, now time.Time) {
	if p.credentials, p.err = sigv4.Parse(r); p.err == nil && service != "" {
		p.err = p.credentials.CheckService(service)
	}
	if p.err != nil {
		return
	}
	if p.signer, p.err = v.options.Authenticate(r, &p.credentials); p.err == nil {
		switch {
		case p.signer.Identity.IsZero():
			panic("BUG: wire: Options.Authenticate returned no identity and no error")
		case p.signer.Unverified:
			return
		case p.signer.Secret.IsZero():
			panic("BUG: wire: Options.Authenticate returned no secret and no error")
		}
	}
	claim, err := p.credentials.Check(r, sigv4.Rules{
		Regions:         v.options.Regions,
		UnsignedPayload: v.options.UnsignedPayload && r.TLS != nil,
	}, now)
	if err == nil {
		p.claim = &claim
	} else if p.err == nil {
		p.err = err
	}
}

// isFor says which service the request is for. Credentials are good for one alone.
func (p *proof) isFor(service string) {
	if p.err == nil {
		p.err = p.credentials.CheckService(service)
	}
}

// wantsHash says whether end needs the hash of the body.
func (p *proof) wantsHash() bool { return p.claim != nil && !p.claim.Unsigned() }

// end returns who made the request, whose body has that hash.
func (v *verifier) end(p *proof, body hash) (access.Identity, error) {
	if p.err != nil {
		if p.claim != nil {
			_ = v.options.Keys.Verify(p.claim, v.decoy, body) // whatever comes of it, p.err is the answer
		}
		return access.Identity{}, p.err
	}
	if p.signer.Unverified {
		return p.signer.Identity, nil
	}
	if p.claim == nil {
		panic("BUG: wire: a signature that was not begun with")
	}
	if err := v.options.Keys.Verify(p.claim, p.signer.Secret.Reveal(), body); err != nil {
		return access.Identity{}, err
	}
	v.options.Signed(p.signer.Identity, p.credentials.Service)
	return p.signer.Identity, nil
}

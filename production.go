package freshet

import (
	"errors"
	"fmt"
	"regexp"
	"slices"

	"github.com/freshet/freshet/internal/access"
)

// Plaintext says what becomes of requests that come without TLS.
type Plaintext string

const (
	// PlaintextRefuse answers them that they must come by TLS.
	PlaintextRefuse Plaintext = "refuse"
	// PlaintextAllow answers them: a proxy in front of the server speaks TLS.
	PlaintextAllow Plaintext = "allow"
)

// DevAccount is the account of requests without Production, unless their access
// key names another.
const DevAccount = access.DefaultAccount

// Combinations of options that are not safe.
var (
	// ErrInsecureOpen is returned for Production with InsecureOpen.
	ErrInsecureOpen = errors.New("Production and InsecureOpen exclude each other: the one lets in who proves who he is, the other everyone")

	// ErrNoTLS is returned for Production without TLS, unless plaintext is allowed.
	ErrNoTLS = errors.New("without TLS, in Production, every request is refused: plaintext must be allowed, for a proxy that speaks TLS in front of the server")

	// ErrEveryOrigin is returned for AllowedOrigins with a *.
	ErrEveryOrigin = errors.New(`AllowedOrigins: "*": must name each origin, scheme://host[:port]: any page on the web could call the API`)
)

var (
	account = regexp.MustCompile(`^[0-9]{12}$`)
	region  = regexp.MustCompile(`^[a-z0-9-]{1,64}$`)
)

// checkAccess reports what is wrong with who may come in, and how.
func (o Options) checkAccess() []error {
	var errs []error
	if slices.Contains(o.AllowedOrigins, "*") {
		errs = append(errs, ErrEveryOrigin)
	}
	if o.Plaintext != PlaintextRefuse && o.Plaintext != PlaintextAllow {
		errs = append(errs, fmt.Errorf("Plaintext: %q: must be refuse or allow", o.Plaintext))
	}
	if o.Account != "" && !account.MatchString(o.Account) {
		errs = append(errs, fmt.Errorf("Account: %q: must be 12 digits", o.Account))
	}
	if len(o.Regions) == 0 {
		errs = append(errs, errors.New("Regions: must name a region at least"))
	}
	for _, r := range o.Regions {
		if !region.MatchString(r) {
			errs = append(errs, fmt.Errorf("Regions: %q: must be lower-case letters, digits and hyphens", r))
		}
	}
	if err := checkIssuers(o.Issuers); err != nil {
		errs = append(errs, fmt.Errorf("Issuers: %w", err))
	}
	if !o.Production {
		return errs
	}
	if o.InsecureOpen {
		errs = append(errs, ErrInsecureOpen)
	}
	if o.TLS == TLSOff && o.Plaintext != PlaintextAllow {
		errs = append(errs, ErrNoTLS)
	}
	return errs
}

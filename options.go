package freshet

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strconv"
	"time"

	"github.com/freshet/freshet/internal/access"
	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs"
)

// NoListener as Options.Listen opens no port: Handler is then the only way in.
const NoListener = "off"

// Issuer is an issuer of OpenID Connect tokens.
type Issuer struct {
	// URL is the iss of its tokens, to the letter, https unless it is Private.
	URL string
	// Audiences are the aud, or azp, of tokens that are meant for this server. There is
	// at least one.
	Audiences []string
	// Private lets the issuer be at a private address, this machine's among them, and
	// speak plain HTTP. By default it is reached at public addresses only.
	Private bool
}

// Options says how a Server runs. A field at its zero value has the default that
// its comment names; DefaultOptions writes them out.
type Options struct {
	// Production lets in only who proves by a signature who he is, and lets him do
	// what policies allow. The first start makes an account and a key of its root
	// (Server.RootCredentials). Requests in plaintext are refused, and so are pages
	// that only tests want. By default it is off: everyone who reaches the port may do
	// everything. A data folder belongs to the one or the other.
	Production bool
	// Account is the account, 12 digits, that the first start in Production makes,
	// overriding the default, a random one. Later it must be the same or empty.
	// DevAccount takes over a data folder that was written without Production.
	Account string
	// Regions are those that requests may be signed for in Production, overriding the
	// default us-east-1. Without Production any will do.
	Regions []string
	// UnsignedPayload lets requests over TLS leave their body out of what they sign in
	// Production (UNSIGNED-PAYLOAD). By default they may not.
	UnsignedPayload bool
	// Issuers are those of OpenID Connect whose tokens AssumeRoleWithWebIdentity takes in
	// Production. By default there are none.
	Issuers []Issuer
	// Plaintext says what becomes of requests without TLS in Production, overriding
	// the default PlaintextRefuse. Without Production they are always answered.
	Plaintext Plaintext
	// TrustedProxies are the addresses of proxies whose X-Forwarded-For and
	// X-Forwarded-Proto say where a request came from and whether by TLS. Policies
	// are judged by both, so by default nobody is believed.
	TrustedProxies []netip.Prefix
	// MetricsToken is what lets read /_freshet/metrics in Production, and nothing
	// else, as Authorization: Bearer and the token; see APIToken for its form. By
	// default there is none: metrics then want a signature, or the folder's token.
	MetricsToken Secret

	// Listen is the address of the one port that serves everything, host:port,
	// overriding the default 127.0.0.1:4566. Port 0 lets the system choose one.
	// An address that other machines reach needs Production or InsecureOpen.
	Listen string
	// Listener, if set, is used instead of Listen. Run closes it.
	Listener net.Listener
	// InsecureOpen allows an address that other machines reach, although
	// requests are not authenticated. By default that is refused.
	InsecureOpen bool
	// AllowedHosts are the names that a request's Host may have besides those
	// that always may: names of this machine (localhost, *.localhost,
	// host.docker.internal), addresses, and names without a dot. "*.example"
	// allows every name below example. Browsers can be led to send any other
	// name here by someone else's DNS, so all else is refused.
	AllowedHosts []string
	// AllowedOrigins are the web origins (scheme://host[:port]) that a browser
	// may call the API from, besides those of this machine.
	AllowedOrigins []string

	// TLS says whether the port speaks TLS beside plaintext, overriding the
	// default TLSOn. The server makes an authority of its own at the first start,
	// in the data folder (CAFile) or in memory, and shows a certificate for the
	// names of this machine, for AllowedHosts, and for the address it listens on.
	TLS TLS
	// TLSCert and TLSKey are files of a certificate that is shown instead, PEM:
	// the certificate with those that lead to its authority, and its key. They
	// are read again when they change.
	TLSCert, TLSKey string

	// DataDir is the data folder, overriding the default ./freshet-data. It is
	// made if need be, unless Durability is DurabilityMemory.
	DataDir string
	// Durability says what an acknowledged put survives, overriding the default
	// DurabilitySync: everything.
	Durability Durability

	// Encryption says who keeps the keys that streams and secrets are encrypted
	// with: by default a file in the data folder.
	Encryption Encryption

	// APIToken is what requests to the extension API (/_freshet/api) must bear,
	// overriding the default: the secret in the data folder's file token, or with
	// DurabilityMemory one that New makes. Server.Token returns it. It has at least
	// 16 characters of ASCII, without blanks. In Production it opens the API to
	// processes of this machine alone; others sign their requests.
	APIToken string

	// HeaderTimeout bounds how long a client may take to send a request's
	// header, overriding the default 10 s.
	HeaderTimeout time.Duration
	// BodyGrace bounds how long a client may take to send a request's body,
	// besides a second for every 64 KiB of it, overriding the default 20 s.
	BodyGrace time.Duration
	// IdleTimeout closes a connection that has no request for so long,
	// overriding the default 5 min.
	IdleTimeout time.Duration
	// MaxHeaderBytes bounds a request's header, overriding the default 64 KiB.
	MaxHeaderBytes int
	// MaxConnections bounds the connections that are open, overriding the default
	// 20,000, and MaxConnectionsPerAddress those from one address, overriding the
	// default 15,000; of IPv6 from one network of 64 bits. One more is closed at once.
	MaxConnections, MaxConnectionsPerAddress int
	// MaxRequestsPerKey bounds the operations of one access key at the same time,
	// subscriptions among them, overriding the default 10,000. Without Production
	// nothing is bounded.
	MaxRequestsPerKey int
	// BodyBudget bounds the memory of all request bodies in flight, overriding
	// the default 256 MiB. Beyond it reading waits. It must have room for one
	// body of the largest kind.
	BodyBudget int64
	// Grace is how long Run waits for requests in flight when it ends,
	// overriding the default 10 s.
	Grace time.Duration

	// TransitionDelay is how long a stream stays CREATING, UPDATING or DELETING.
	// The default is 0: a transition takes as long as its work.
	TransitionDelay time.Duration
	// InitialStreams are there when the server is ready: those that are missing it
	// makes.
	InitialStreams []InitialStream
	// Compression is how records are kept on the disk, overriding the default
	// CompressionNone. The tag freshet:compression of a stream, none or s2,
	// overrides it for that stream.
	Compression Compression

	// Limits says which rates the server keeps, overriding the default
	// LimitsRelaxed: none. The extension API says other ones for an account, and
	// those that the tag freshet:limits of a stream says beat both.
	Limits Limits

	// Audit says which requests are written down, and where.
	Audit Audit

	// Version is what the health page and freshet_build_info name, overriding
	// the default "devel".
	Version string
	// Logger takes what the server has to say, overriding the default, which
	// discards it. No line is written per successful request.
	Logger *slog.Logger

	// disk is the file system under the log, vfs.OS if nil; tests let it fail.
	disk vfs.FS
}

// minBodyBudget has room for one PutRecords body at its limit in base64.
const minBodyBudget = 16 << 20

// DefaultOptions returns every default.
func DefaultOptions() Options { return Options{}.withDefaults() }

func (o Options) withDefaults() Options {
	setDefault(&o.Listen, "127.0.0.1:4566")
	setDefault(&o.DataDir, "./freshet-data")
	setDefault(&o.HeaderTimeout, 10*time.Second)
	setDefault(&o.BodyGrace, 20*time.Second)
	setDefault(&o.IdleTimeout, 5*time.Minute)
	setDefault(&o.MaxHeaderBytes, 64<<10)
	setDefault(&o.MaxConnections, 20_000)
	setDefault(&o.MaxConnectionsPerAddress, 15_000)
	setDefault(&o.MaxRequestsPerKey, 10_000)
	setDefault(&o.BodyBudget, 256<<20)
	setDefault(&o.Grace, 10*time.Second)
	setDefault(&o.Compression, CompressionNone)
	setDefault(&o.Limits, LimitsRelaxed)
	setDefault(&o.TLS, TLSOn)
	setDefault(&o.Version, "devel")
	setDefault(&o.Encryption.Provider, KeysInFile)
	setDefault(&o.Plaintext, PlaintextRefuse)
	if o.Regions == nil {
		o.Regions = []string{access.DefaultRegion}
	}
	o.Audit = o.Audit.withDefaults()
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Validate reports every option that cannot be. Zero values are defaults and
// never wrong.
func (o Options) Validate() error {
	o = o.withDefaults()
	var errs []error
	check := func(ok bool, name string, value any, rule string) {
		if !ok {
			errs = append(errs, fmt.Errorf("%s: %v: %s", name, value, rule))
		}
	}
	check(o.HeaderTimeout > 0, "HeaderTimeout", o.HeaderTimeout, "must be above 0")
	check(o.BodyGrace > 0, "BodyGrace", o.BodyGrace, "must be above 0")
	check(o.IdleTimeout > 0, "IdleTimeout", o.IdleTimeout, "must be above 0")
	check(o.Grace > 0, "Grace", o.Grace, "must be above 0")
	check(o.MaxHeaderBytes >= 4<<10, "MaxHeaderBytes", o.MaxHeaderBytes, "must be at least 4 KiB")
	check(o.MaxConnections > 0, "MaxConnections", o.MaxConnections, "must be above 0")
	check(o.MaxConnectionsPerAddress > 0, "MaxConnectionsPerAddress", o.MaxConnectionsPerAddress, "must be above 0")
	check(o.MaxRequestsPerKey > 0, "MaxRequestsPerKey", o.MaxRequestsPerKey, "must be above 0")
	check(o.BodyBudget >= minBodyBudget, "BodyBudget", o.BodyBudget, "must be at least 16 MiB, the largest body")
	check(o.TransitionDelay >= 0, "TransitionDelay", o.TransitionDelay, "must not be negative")
	for _, i := range o.InitialStreams {
		if rule := i.check(); rule != nil {
			check(false, "InitialStreams", strconv.Quote(i.Name), rule.Error())
		}
	}
	for name, token := range map[string]string{"APIToken": o.APIToken, "MetricsToken": o.MetricsToken.Reveal()} {
		if rule := checkToken(token); rule != nil {
			check(false, name, "…", rule.Error()) // a secret is not shown, not even a bad one
		}
	}
	if rule := o.Durability.check(); rule != nil {
		check(false, "Durability", o.Durability, rule.Error())
	}
	if _, rule := shardlog.ParseCompression(string(o.Compression)); rule != nil {
		check(false, "Compression", o.Compression, rule.Error())
	}
	if _, rule := ParseLimits(string(o.Limits)); rule != nil {
		check(false, "Limits", o.Limits, rule.Error())
	}
	if err := o.Encryption.check(); err != nil {
		errs = append(errs, err)
	}
	if err := o.checkTLS(); err != nil {
		errs = append(errs, err)
	}
	errs = append(errs, o.checkAccess()...)
	errs = append(errs, o.checkAudit()...)
	if o.Listener == nil && o.Listen != NoListener {
		if err := checkListen(o.Listen, o.InsecureOpen || o.Production); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// ErrOpenListener is returned for an address that other machines reach when
// neither Production nor InsecureOpen is set.
var ErrOpenListener = errors.New("requests are not authenticated, so only a loopback address may be listened on")

func checkListen(addr string, open bool) error {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("Listen: %q: must be host:port", addr)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("Listen: %q: the port must be a number from 0 to 65535", addr)
	}
	if open || isLoopback(host) {
		return nil
	}
	return fmt.Errorf("Listen: %s: %w", addr, ErrOpenListener)
}

// isLoopback goes by what is written, not by what a resolver says now: another
// answer tomorrow must not open the server.
func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

package freshet

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"

	"github.com/freshet/freshet/internal/certificate"
	"github.com/freshet/freshet/internal/server"
)

// TLS says whether the port speaks TLS, beside plaintext.
type TLS string

const (
	// TLSOn takes both: a client that begins with TLS is answered in TLS.
	TLSOn TLS = "on"
	// TLSOff refuses TLS.
	TLSOff TLS = "off"
)

// tlsName is the folder of the local authority in a data folder.
const tlsName = "tls"

// CAFile is where the server of a data folder keeps the certificate of its
// authority, which clients are told to trust, from its first start with TLS on.
// There is none with Options.TLSCert or DurabilityMemory.
func CAFile(dir string) string { return filepath.Join(dir, tlsName, certificate.AuthorityName) }

// openCertificates returns what the port shows to clients that speak TLS, nil if
// it speaks none or there is no port. The data folder is ours by now.
func openCertificates(o Options) (server.Certificates, error) {
	if o.TLS == TLSOff || o.Listener == nil && o.Listen == NoListener {
		return nil, nil
	}
	if o.TLSCert != "" {
		files, err := certificate.OpenFiles(o.TLSCert, o.TLSKey, o.Logger)
		if err != nil {
			return nil, fmt.Errorf("TLSCert and TLSKey: %w", err)
		}
		return files, nil
	}
	names := o.certificateNames()
	if o.Durability == DurabilityMemory {
		return certificate.NewLocal(names, o.Logger)
	}
	local, err := certificate.OpenLocal(o.onDisk(), filepath.Join(o.DataDir, tlsName), names, o.Logger)
	if err != nil {
		return nil, fmt.Errorf("data folder %s: %s: %w", o.DataDir, tlsName, err)
	}
	return local, nil
}

// certificateNames are the names that clients may know the server by: this
// machine's, the address listened on, and those that are allowed besides.
func (o Options) certificateNames() certificate.Names {
	others := o.AllowedHosts
	if host, _, err := net.SplitHostPort(o.Listen); err == nil && !net.ParseIP(host).IsUnspecified() {
		others = append([]string{host}, others...)
	}
	hostname, err := os.Hostname()
	if err != nil {
		hostname = "" // then the machine has none that a client could use
	}
	return certificate.NamesOf(hostname, others)
}

func (o Options) checkTLS() error {
	switch {
	case o.TLS != TLSOn && o.TLS != TLSOff:
		return fmt.Errorf("TLS: %q: must be on or off", o.TLS)
	case (o.TLSCert == "") != (o.TLSKey == ""):
		return errors.New("TLSCert and TLSKey: one is of no use without the other")
	}
	return nil
}

package freshet

import "github.com/freshet/freshet/internal/webidentity"

// issuersOf are the issuers as their verifier has them.
func issuersOf(all []Issuer) []webidentity.Issuer {
	var list []webidentity.Issuer
	for _, i := range all {
		list = append(list, webidentity.Issuer(i))
	}
	return list
}

// checkIssuers says what is wrong with them.
func checkIssuers(all []Issuer) error {
	_, err := webidentity.New(issuersOf(all))
	return err
}

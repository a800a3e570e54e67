package identity

// Operator is the number of the account that the server made first, "" before
// EnsureRoot.
func (s *Service) Operator() string { return s.catalog.now().operator }

package streams

// Count is how many streams an account has, in all regions, whatever their status.
func (s *Service) Count(account string) (n int) {
	for _, st := range s.catalog.now().sorted {
		if st.account == account {
			n++
		}
	}
	return n
}

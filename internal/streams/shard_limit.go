package streams

// checkShardLimit judges count shards more in the provisioned streams of key's
// account and region. The caller has the catalog's turn.
func (s *Service) checkShardLimit(key streamKey, count int) error {
	open := s.catalog.now().usage(key.accountKey()).shards
	if limit := s.shardLimit(key.region); count > limit-open { // no sum: count may be 2^31-1, and int 32 bits
		return errShardLimit(key, open, limit, count)
	}
	return nil
}

// claim is how many shards of st count against a limit: those that are open, or
// will be when its transition is over, whichever are more.
func (st *stream) claim() int {
	later := 0
	for _, sh := range st.shards {
		if sh.State == open || sh.State == pending {
			later++
		}
	}
	return max(len(st.ring), later, st.Target)
}

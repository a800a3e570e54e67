package disklog

// With many shards what the log needs next is mostly far from the processor, in
// places that have nothing to do with each other. Who takes a lock for each, or
// copies one after the other, waits for each. Who only looks at them waits once:
// the processor fetches a dozen at a time. So the functions below look at what is
// needed soon. The sums say nothing; they keep the compiler from leaving the
// looking out.

const (
	// warmAtOnce is how many changes are looked at before they are applied, and
	// warmBytes how much of a shard before it is copied: the cache holds that.
	warmAtOnce = 64
	warmBytes  = 64 << 10
	cacheLine  = 64
)

// warmChanges looks at what applying the changes needs of their shards. The caller
// is the writer.
func warmChanges(changes []change) (sum int) {
	for i := range changes {
		s := changes[i].shard
		if s == nil {
			continue
		}
		sum += int(s.state.Next)
		if ms := s.active; ms != nil {
			if n := len(ms.runs); n > 0 {
				sum += int(ms.runs[n-1].count)
			}
		}
	}
	return sum
}

// warmBodies looks at the bodies of runs that are small; a large one the processor
// fetches ahead by itself.
func warmBodies(runs []run) (sum int) {
	left := warmBytes
	for i := range runs {
		body := runs[i].body
		if left -= len(body); left < 0 {
			break
		}
		for at := 0; at < len(body); at += cacheLine {
			sum += int(body[at])
		}
	}
	return sum
}

// warmEntries looks at where the entries of runs begin that a reader is about to
// take: n of them at the most, from index from of the first run on.
func warmEntries(runs []run, from, n int) (sum int) {
	for i := range runs {
		r := &runs[i]
		to := min(int(r.count), from+n)
		entries := r.body[int(r.count)*tableEntry:]
		for k := from; k < to; k++ {
			begin, _ := r.bounds(k)
			sum += int(entries[begin])
		}
		if n -= to - from; n <= 0 {
			break
		}
		from = 0
	}
	return sum
}

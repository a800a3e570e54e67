package fast

// Codec is a hand-written codec. Any of its functions may be nil. They are
// called by many goroutines at once.
type Codec struct {
	// Decode returns an input (a pointer to the operation's input structure)
	// if body is well-formed and every constraint of the model holds, so that
	// no validator runs after it. With ok false it has no effect: it never
	// writes to body.
	//
	// The input may alias body, and memory that release gives back to a pool.
	// The caller keeps body as it is until the answer is encoded, calls release
	// then, once, and uses neither the input nor anything it led to afterwards;
	// or it never calls release.
	Decode func(body []byte) (in any, release func(), ok bool)

	// Size returns about how many bytes Append will add, rather more than less.
	Size func(out any) int

	// Append writes out, a pointer to the operation's output structure, or to that
	// of an event if it answers with a stream of them, to dst, byte for byte as the
	// generic codec does. With ok false it declines, and what it wrote beyond dst's
	// length is void.
	Append func(dst []byte, out any) (_ []byte, ok bool)
}

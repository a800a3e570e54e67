package policy

// tri is an answer that may not be known: no, maybe or yes, in this order. A statement
// that allows applies if the answer is yes, one that denies unless it is no.
type tri uint8

const (
	no tri = iota
	maybe
	yes
)

func truth(b bool) tri {
	if b {
		return yes
	}
	return no
}

func (t tri) not() tri { return yes - t }

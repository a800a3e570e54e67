package main

import "runtime/debug"

// keepWithinMemory lets the garbage collector work harder before the process grows
// beyond nine tenths of what it may have, where it would be killed. GOMEMLIMIT in
// the environment says otherwise.
func (p *program) keepWithinMemory() {
	if _, set := p.lookup("GOMEMLIMIT"); set {
		return
	}
	if bound := memoryBound("/"); bound > 0 {
		debug.SetMemoryLimit(bound / 10 * 9)
	}
}

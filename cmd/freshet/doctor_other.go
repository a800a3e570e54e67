//go:build !linux

package main

func (d doctor) direct() finding {
	return found(fine, "as the platform has it")
}

//go:build !linux

package main

import "errors"

func forgetCached(string) error {
	return errors.New("the caches of this system cannot be emptied for a measurement")
}

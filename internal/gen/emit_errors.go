package main

import (
	"bytes"
	"cmp"
	"fmt"
)

// emitErrors writes a constructor for each exception.
func (g *generator) emitErrors(b *bytes.Buffer) error {
	fmt.Fprintf(b, "import %q\n", "github.com/freshet/freshet/internal/awsapi")
	for _, s := range g.shapes {
		if s.Status == 0 {
			continue
		}
		name := exported(s.Name)
		if err := g.declare(name, "an error"); err != nil {
			return err
		}
		code := cmp.Or(s.Code, s.Name)
		called := "of that name"
		if s.Code != "" {
			called = s.Code
		}
		fmt.Fprintf(b, "\n// %s makes the error %s, with status %d.\n", name, called, s.Status)
		fmt.Fprintf(b, "func %s(format string, args ...any) *awsapi.Error {\n", name)
		if s.Status == 400 {
			fmt.Fprintf(b, "return awsapi.Errorf(%q, format, args...)\n}\n", code)
			continue
		}
		fmt.Fprintf(b, "e := awsapi.Errorf(%q, format, args...)\ne.Status = %d\nreturn e\n}\n", code, s.Status)
	}
	return nil
}

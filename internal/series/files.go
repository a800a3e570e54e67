package series

import (
	"errors"
	"io"
	"os"
)

// WriteFiles writes the table and the plot of panels to the files that have names.
func (s *Series) WriteFiles(table, plot string, panels ...Panel) error {
	var err error
	if table != "" {
		err = writeFile(table, s.WriteCSV)
	}
	if plot != "" {
		err = errors.Join(err, os.WriteFile(plot, []byte(s.Plot(panels...)), 0o644))
	}
	return err
}

func writeFile(name string, fill func(io.Writer) error) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(fill(f), f.Close())
}

package main

import (
	"context"
	"errors"
	"fmt"

	freshet "github.com/freshet/freshet"
)

type restoreCommand struct {
	Backup string `arg:"" help:"Folder that freshet backup has made."`
	where
}

// Run makes a data folder; it changes nothing in the backup.
func (c restoreCommand) Run(p *program) error {
	s, err := p.settings(c.where)
	if err != nil {
		return err
	}
	if s.Server.Durability == freshet.DurabilityMemory {
		return configError{freshet.ErrInMemory}
	}
	ctx, release := p.untilSignal()
	defer release()
	dir := s.Server.DataDir
	made, err := freshet.Restore(ctx, c.Backup, dir)
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return fmt.Errorf("interrupted: what was made of %s is no data folder and may be removed", dir)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "Restored %s\n", describe(made))
	return nil
}

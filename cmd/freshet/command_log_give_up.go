package main

import (
	"errors"
	"fmt"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/shardlog/disklog"
	"github.com/freshet/freshet/internal/vfs"
)

type logGiveUpCommand struct {
	logFolder
	Stream string `arg:"" help:"The stream's id, as the server names it that does not start."`
}

// Run deletes the records of a stream, of which no server may be running.
func (c logGiveUpCommand) Run(p *program) error {
	id, err := shardlog.ParseStreamID(c.Stream)
	if err != nil {
		return configError{err}
	}
	switch err := disklog.GiveUp(vfs.OS, c.path(), id); {
	case errors.Is(err, vfs.ErrLocked):
		return fmt.Errorf("%s: %w", c.Dir, errInUse)
	case err != nil:
		return noLog(c.Dir, err)
	}
	fmt.Fprintf(p.stdout, "The records of stream %s are deleted. Start the server, and delete the stream there: it takes nothing any more.\n", id)
	return nil
}

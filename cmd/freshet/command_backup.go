package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"time"

	freshet "github.com/freshet/freshet"
	"github.com/freshet/freshet/internal/config"
	"github.com/freshet/freshet/internal/extapi"
)

type backupCommand struct {
	Target string `arg:"" help:"Folder to make; it must be empty or not there."`
	where
}

// Run asks the server that has the data folder open. If none has, it opens the
// folder itself and does what that would.
func (c backupCommand) Run(p *program) error {
	s, err := p.settings(c.where)
	if err != nil {
		return err
	}
	dir := s.Server.DataDir
	if s.Server.Durability == freshet.DurabilityMemory {
		return configError{freshet.ErrInMemory}
	}
	// The server's own folder is another, perhaps.
	target, err := filepath.Abs(c.Target)
	if err != nil {
		return err
	}
	if err := holdsData(dir); err != nil {
		return err
	}
	ctx, release := p.untilSignal()
	defer release()
	unlock, err := keepServersOut(filepath.Join(dir, "log"))
	var made freshet.Backup
	if errors.Is(err, errInUse) {
		made, err = p.askBackup(ctx, s, target)
	} else {
		unlock()
		made, err = ownBackup(ctx, s, target)
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return fmt.Errorf("interrupted: %s is no backup and may be removed", target)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "Backed up data folder %s: %s\n", dir, describe(made))
	return nil
}

func describe(b freshet.Backup) string {
	return fmt.Sprintf("%d records as of %s to %s: %s, %s of it shared",
		b.Records, b.Taken.UTC().Format(time.RFC3339), b.Target, sizeText(b.Bytes), sizeText(b.LinkedBytes))
}

// holdsData refuses a folder that a server would have to make first.
func holdsData(dir string) error {
	err := freshet.CheckFolder(dir)
	if err == nil {
		if _, err = os.Stat(filepath.Join(dir, "FORMAT")); errors.Is(err, fs.ErrNotExist) {
			err = errors.New("there is nothing in it to back up")
		}
	}
	if err != nil {
		return fmt.Errorf("data folder %s: %w", dir, err)
	}
	return nil
}

// ownBackup is made by a server that nobody reaches.
func ownBackup(ctx context.Context, s config.Settings, target string) (made freshet.Backup, err error) {
	o := s.Server
	o.Listen = freshet.NoListener
	if o.Production, err = freshet.Served(o.DataDir); err != nil {
		return made, err
	}
	if err := o.Validate(); err != nil {
		return made, configError{err}
	}
	server, err := freshet.New(o)
	if err != nil {
		return made, explain(err)
	}
	running, end := context.WithCancel(context.WithoutCancel(ctx))
	waiting, giveUp := context.WithCancel(ctx)
	defer giveUp()
	ended := make(chan error, 1)
	go func() {
		ended <- server.Run(running)
		giveUp() // for what never becomes ready
	}()
	made, err = server.Backup(waiting, target)
	end()
	ran := <-ended
	if ran != nil && ctx.Err() == nil && errors.Is(err, context.Canceled) {
		err = nil // it was given up because of ran
	}
	return made, errors.Join(err, ran, server.Close())
}

// askBackup asks the server that has the data folder open.
func (p *program) askBackup(ctx context.Context, s config.Settings, target string) (made freshet.Backup, err error) {
	api, err := p.serverAPI(s)
	if err != nil {
		return made, err
	}
	err = api.call(ctx, http.MethodPost, extapi.BackupsPath, extapi.BackupRequest{Target: target}, &made)
	return made, err
}

package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"time"
)

// Server is a server that was started to be measured, a process of its own.
type Server struct {
	Endpoint string
	// Ready is how long after its start it said that it answers.
	Ready   time.Duration
	command *exec.Cmd
	drained chan struct{} // closed when its output has ended
}

var endpointLine = regexp.MustCompile(`https?://[^\s",]+`)

// StartServer runs command, a `freshet dev` or a `freshet serve` that was not started yet, and waits
// until its screen names the endpoint. Stop ends it, and so does the end of ctx.
func StartServer(ctx context.Context, command *exec.Cmd) (*Server, error) {
	output, err := command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start a server: %w", err)
	}
	began := time.Now()
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start a server: %w", err)
	}
	s := &Server{command: command, drained: make(chan struct{})}
	kill := context.AfterFunc(ctx, func() { _ = command.Process.Kill() })
	defer kill()
	lines := bufio.NewReader(output)
	for s.Endpoint == "" {
		line, err := lines.ReadString('\n')
		s.Endpoint = endpointLine.FindString(line)
		if err != nil {
			_, _ = io.Copy(io.Discard, lines)
			return nil, fmt.Errorf("start a server: it ended without an endpoint: %w", errors.Join(err, command.Wait()))
		}
	}
	s.Ready = time.Since(began)
	go func() {
		_, _ = io.Copy(io.Discard, lines) // a full pipe would stop it
		close(s.drained)
	}()
	return s, nil
}

// Stop ends the server in good order and waits for it.
func (s *Server) Stop() error {
	if err := s.command.Process.Signal(os.Interrupt); err != nil {
		return fmt.Errorf("stop the server: %w", err)
	}
	<-s.drained
	return s.command.Wait()
}

// Usage returns what the server has used so far.
func (s *Server) Usage() (Usage, error) { return usageOf(s.command.Process.Pid) }

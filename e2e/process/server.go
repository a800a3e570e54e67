package process

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"sync"
	"syscall"
	"time"

	freshet "github.com/freshet/freshet"
)

// Options say how a server is started.
type Options struct {
	// Binary is the path of the command.
	Binary string
	// Data is the data folder.
	Data string
	// Addr is host:port to listen on; see FreeAddr.
	Addr string
	// Command is dev or serve; "" is dev.
	Command string
	// Args follow the others.
	Args []string
	// Wrap, if set, is a command that runs the server: it gets the server's
	// command line as its last arguments and must exec it.
	Wrap []string
}

// Server is a running process. It is killed or stopped once.
type Server struct {
	cmd     *exec.Cmd
	addr    string
	command string
	data    string
	output  output
	// ended is closed when the process has ended; err is then how.
	ended chan struct{}
	err   error
}

// Start starts a server. It may not be ready yet.
func Start(o Options) (*Server, error) {
	line := append(append([]string{}, o.Wrap...), o.Binary, cmp.Or(o.Command, "dev"), "--listen", o.Addr, "--data", o.Data)
	line = append(line, o.Args...)
	s := &Server{addr: o.Addr, command: o.Command, data: o.Data, ended: make(chan struct{})}
	s.cmd = exec.Command(line[0], line[1:]...)
	s.cmd.Stdout, s.cmd.Stderr = &s.output, &s.output
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	go func() {
		s.err = s.cmd.Wait()
		close(s.ended)
	}()
	return s, nil
}

// Endpoint is the URL that clients are pointed to.
func (s *Server) Endpoint() string {
	if s.command == "serve" {
		return "https://" + s.addr
	}
	return s.plain()
}

func (s *Server) plain() string { return "http://" + s.addr }

// CAFile is what clients that speak TLS must trust.
func (s *Server) CAFile() string { return freshet.CAFile(s.data) }

// RootCredentials is the file of the key that the first start of serve made.
func (s *Server) RootCredentials() string { return freshet.RootCredentialsFile(s.data) }

// PID is the process's id.
func (s *Server) PID() int { return s.cmd.Process.Pid }

// Output is what the process has printed so far.
func (s *Server) Output() string { return s.output.String() }

// Ready waits until the server says that it is ready.
func (s *Server) Ready(ctx context.Context) error {
	// Nothing tells from outside that a port is open but asking for it.
	ask := time.NewTicker(5 * time.Millisecond)
	defer ask.Stop()
	for {
		if s.answersOK(ctx) {
			return nil
		}
		select {
		case <-ask.C:
		case <-s.ended:
			return fmt.Errorf("the server ended before it was ready: %w\n%s", s.err, s.Output())
		case <-ctx.Done():
			return fmt.Errorf("the server is not ready: %w\n%s", ctx.Err(), s.Output())
		}
	}
}

func (s *Server) answersOK(ctx context.Context) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.plain()+"/_freshet/readyz", nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// Kill ends the process as kill -9 does and waits until it is gone. It is an
// error if the process had ended by itself.
func (s *Server) Kill() error {
	select {
	case <-s.ended:
		return fmt.Errorf("the server ended by itself: %w\n%s", s.err, s.Output())
	default:
	}
	if err := s.cmd.Process.Kill(); err != nil {
		return fmt.Errorf("kill: %w", err)
	}
	<-s.ended
	return nil
}

// Stop ends the process with SIGTERM, waits for it, and returns an error unless
// it ended well.
func (s *Server) Stop(ctx context.Context) error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop: %w", err)
	}
	select {
	case <-s.ended:
		if s.err != nil {
			return fmt.Errorf("after SIGTERM: %w\n%s", s.err, s.Output())
		}
		return nil
	case <-ctx.Done():
		return errors.Join(fmt.Errorf("still running after SIGTERM: %w", ctx.Err()), s.Kill())
	}
}

// FreeAddr returns an address of this machine on which nobody listens.
func FreeAddr() (string, error) {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// output keeps what a process prints. It may be read while it is written.
type output struct {
	mu struct {
		sync.Mutex
		bytes.Buffer
	}
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.mu.Buffer.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.mu.Buffer.String()
}

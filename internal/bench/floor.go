package bench

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// Floor is the floor server in a process of its own.
type Floor struct {
	Endpoint string
	command  *exec.Cmd
	input    io.WriteCloser
}

// StartFloor runs command, which must call ServeFloor on its standard input and
// output, and has it answer reply to everything. Stop ends it; so does the end of
// this process.
func StartFloor(ctx context.Context, command *exec.Cmd, reply []byte) (*Floor, error) {
	input, err := command.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start the floor: %w", err)
	}
	output, err := command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start the floor: %w", err)
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start the floor: %w", err)
	}
	f := &Floor{command: command, input: input}
	stop := context.AfterFunc(ctx, func() { _ = input.Close() }) // ends a floor that does not answer
	defer stop()
	if f.Endpoint, err = introduce(input, output, reply); err != nil {
		_ = f.Stop() // the first error tells more
		return nil, fmt.Errorf("start the floor: %w", err)
	}
	return f, nil
}

// introduce tells the floor what to answer, and hears where it listens.
func introduce(w io.Writer, r io.Reader, reply []byte) (endpoint string, err error) {
	if err := binary.Write(w, binary.BigEndian, uint32(len(reply))); err != nil {
		return "", err
	}
	if _, err := w.Write(reply); err != nil {
		return "", err
	}
	line, err := bufio.NewReader(r).ReadString('\n')
	return strings.TrimSpace(line), err
}

// Stop ends the floor's process and waits for it.
func (f *Floor) Stop() error {
	_ = f.input.Close() // the process ends when its input does
	return f.command.Wait()
}

// ServeFloor is the floor: net/http over HTTP/1.1 that discards the body of every
// request and answers one reply. It reads the reply from in (four bytes of
// length, then the bytes), writes its endpoint to out in a line, and serves
// until in ends.
func ServeFloor(in io.Reader, out io.Writer) error {
	var length uint32
	if err := binary.Read(in, binary.BigEndian, &length); err != nil {
		return fmt.Errorf("read the reply's length: %w", err)
	}
	reply := make([]byte, length)
	if _, err := io.ReadFull(in, reply); err != nil {
		return fmt.Errorf("read the reply: %w", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: floorHandler(reply), ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	if _, err := fmt.Fprintf(out, "http://%s\n", listener.Addr()); err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, in) // returns when whoever started us is gone
	_ = server.Close()
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func floorHandler(reply []byte) http.Handler {
	length := []string{strconv.Itoa(len(reply))}
	kind := []string{"application/x-amz-json-1.1"}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // a client that is gone is noticed by the write
		w.Header()["Content-Length"] = length
		w.Header()["Content-Type"] = kind
		_, _ = w.Write(reply)
	})
}

package bench

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// Floor is the floor server in a process of its own.
type Floor struct {
	endpoint  string
	authority []byte // PEM, nil without TLS
	command   *exec.Cmd
	input     io.WriteCloser
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
	if err := f.introduce(output, reply); err != nil {
		_ = f.Stop() // the first error tells more
		return nil, fmt.Errorf("start the floor: %w", err)
	}
	return f, nil
}

// OnFloor measures load on a floor that answers reply, over TLS if it is to be
// secure. freshet is the command that serves it.
func OnFloor(ctx context.Context, freshet string, secure bool, load Load, reply []byte) (r Result, err error) {
	command := exec.Command(freshet, "bench", "floor")
	if secure {
		command.Args = append(command.Args, "--tls")
	}
	floor, err := StartFloor(ctx, command, reply)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, floor.Stop()) }()
	target, err := floor.Target()
	if err != nil {
		return r, err
	}
	return load.Run(ctx, target)
}

// introduce tells the floor what to answer, and hears where it listens and whom to
// trust there.
func (f *Floor) introduce(r io.Reader, reply []byte) error {
	if err := binary.Write(f.input, binary.BigEndian, uint32(len(reply))); err != nil {
		return err
	}
	if _, err := f.input.Write(reply); err != nil {
		return err
	}
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		return err
	}
	endpoint, authority, secure := strings.Cut(strings.TrimSpace(line), " ")
	f.endpoint = endpoint
	if secure {
		der, err := base64.StdEncoding.DecodeString(authority)
		if err != nil {
			return err
		}
		f.authority = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	}
	return nil
}

// Target is the floor as what a load goes to.
func (f *Floor) Target() (Target, error) {
	t, err := NewTarget(f.endpoint, "us-east-1", Credentials{})
	if err != nil || f.authority == nil {
		return t, err
	}
	return t.Trusting(f.authority)
}

// Stop ends the floor's process and waits for it.
func (f *Floor) Stop() error {
	_ = f.input.Close() // the process ends when its input does
	return f.command.Wait()
}

// ServeFloor is the floor: net/http over HTTP/1.1 that discards the body of every
// request and answers one reply. It reads the reply from in (four bytes of
// length, then the bytes), writes its endpoint to out in a line, and serves
// until in ends. If it is to be secure it speaks TLS, and writes its certificate after
// the endpoint, in base64.
func ServeFloor(in io.Reader, out io.Writer, secure bool) error {
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
	line := "http://" + listener.Addr().String()
	if secure {
		certificate, err := floorCertificate()
		if err != nil {
			return err
		}
		listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{certificate}})
		line = "https://" + listener.Addr().String() + " " + base64.StdEncoding.EncodeToString(certificate.Certificate[0])
	}
	server := &http.Server{Handler: floorHandler(reply), ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	if _, err := fmt.Fprintln(out, line); err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, in) // returns when whoever started us is gone
	_ = server.Close()
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// floorCertificate makes a certificate that is its own authority.
func floorCertificate() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
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

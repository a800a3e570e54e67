package bench

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// Commit makes the account one that may have 50 consumers of a stream, and not 20.
func (t Target) Commit(ctx context.Context) error {
	_, err := t.call(ctx, "UpdateAccountSettings",
		map[string]any{"MinimumThroughputBillingCommitment": map[string]any{"Status": "ENABLED"}}, nil)
	return err
}

// register registers consumers with the stream and returns their ARNs. They are
// deleted with it.
func (s *Stream) register(ctx context.Context, consumers int) (arns []string, err error) {
	var summary struct {
		StreamDescriptionSummary struct{ StreamARN string }
	}
	if _, err := s.target.call(ctx, "DescribeStreamSummary", map[string]any{"StreamName": s.name}, &summary); err != nil {
		return nil, err
	}
	for i := range consumers {
		var out struct {
			Consumer struct{ ConsumerARN string }
		}
		in := map[string]any{"StreamARN": summary.StreamDescriptionSummary.StreamARN, "ConsumerName": fmt.Sprint("consumer-", i)}
		if _, err := s.target.call(ctx, "RegisterStreamConsumer", in, &out); err != nil {
			return nil, err
		}
		arns = append(arns, out.Consumer.ConsumerARN)
	}
	return arns, nil
}

// subscription is one call of SubscribeToShard, from LATEST on.
type subscription struct {
	body    io.ReadCloser
	r       *bufio.Reader
	message []byte // the last one, reused
}

// subscribe subscribes and reads the message that every stream of events begins
// with. The subscription ends with ctx.
func (t Target) subscribe(ctx context.Context, client *http.Client, consumer, shard string) (*subscription, error) {
	body, err := json.Marshal(map[string]any{"ConsumerARN": consumer, "ShardId": shard, "StartingPosition": map[string]any{"Type": "LATEST"}})
	if err != nil {
		return nil, err
	}
	r, err := t.sign(ctx, "SubscribeToShard", body)
	if err != nil {
		return nil, err
	}
	reply, err := client.Do(r) //nolint:bodyclose // close does, of the subscription
	if err != nil {
		return nil, fmt.Errorf("SubscribeToShard: %w", err)
	}
	s := &subscription{body: reply.Body, r: bufio.NewReaderSize(reply.Body, 4<<10)}
	if reply.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(reply.Body, 200)) // what can be had of it
		s.close()
		return nil, fmt.Errorf("SubscribeToShard: status %d: %s", reply.StatusCode, text)
	}
	if _, err := s.next(); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *subscription) close() { _ = s.body.Close() } // nothing is lost with it

// maxMessage is above any event.
const maxMessage = 32 << 20

// next returns the next message but for its prelude: headers, which say what it
// is, the payload and the checksum. It is valid until the next call.
func (s *subscription) next() ([]byte, error) {
	var prelude [12]byte
	if _, err := io.ReadFull(s.r, prelude[:]); err != nil {
		return nil, fmt.Errorf("read event: %w", err)
	}
	n := int(binary.BigEndian.Uint32(prelude[:])) - len(prelude)
	if n < 4 || n > maxMessage {
		return nil, fmt.Errorf("read event: a message of %d bytes", n)
	}
	if cap(s.message) < n {
		s.message = make([]byte, n)
	}
	s.message = s.message[:n]
	if _, err := io.ReadFull(s.r, s.message); err != nil {
		return nil, fmt.Errorf("read event: %w", err)
	}
	return s.message, nil
}

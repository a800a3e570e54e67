package streams

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/freshet/freshet/internal/meta"
	"github.com/freshet/freshet/internal/shardlog"
)

// tokens makes shard iterators, receipt handles and NextTokens, and reads its own back: they are
// encrypted and authenticated, so that one that was forged, edited, or is of
// another kind is known. The key lies in the store, so that they outlive the
// process.
//
// In base64, a token is as AWS's iterators look from outside (data-streams.md 8):
//
//	8 bytes kind, big endian │ 12 bytes nonce │ 16·k + 4 bytes content │ 16 bytes tag
//
// that is 8 bytes and then blocks of 16, 152 bytes at least. The content is
// padded with zeros.
//
// Nonces are random. After 2^32 tokens the chance that two had the same is one
// in 2^33; who met such a pair could make tokens of his own, and would gain
// places in streams, which every operation checks again.
type tokens struct{ aead cipher.AEAD }

// tokenKind is what a token is for.
type tokenKind uint64

const (
	iteratorToken      tokenKind = 1 // AWS's iterators begin with 1 as well
	listShardsToken    tokenKind = 2
	listStreamsToken   tokenKind = 3
	listConsumersToken tokenKind = 4
	mergeToken         tokenKind = 5
	listQueuesToken    tokenKind = 6
	receiptToken       tokenKind = 7
)

const (
	tokenKindSize    = 8
	tokenOverhead    = 12 + 16 // nonce and tag
	tokenMinimum     = 152 - tokenKindSize - tokenOverhead
	tokenKeyDocument = "streams/tokens"
)

func newTokens(key []byte) (*tokens, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("token key: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("token key: %w", err)
	}
	return &tokens{aead}, nil
}

// tokenKey is the document of the key.
type tokenKey struct {
	Key []byte `json:"key"` // 32 bytes, AES-256
}

// loadTokens reads the key from store, and makes one the first time.
func loadTokens(ctx context.Context, store meta.Store) (*tokens, error) {
	var k tokenKey
	_, err := store.Update(ctx, func(tx meta.Tx) error {
		doc, err := tx.Get(tokenKeyDocument)
		if err == nil {
			return json.Unmarshal(doc.Value, &k)
		}
		if !errors.Is(err, meta.ErrNotFound) {
			return err
		}
		k.Key = make([]byte, 32)
		rand.Read(k.Key) // never fails
		return put(tx, tokenKeyDocument, k)
	})
	if err != nil {
		return nil, fmt.Errorf("load token key: %w", err)
	}
	return newTokens(k.Key)
}

// seal makes a token. It uses content's spare capacity.
func (t *tokens) seal(kind tokenKind, content []byte) string {
	for len(content) < tokenMinimum || (len(content)+tokenOverhead)%16 != 0 {
		content = append(content, 0)
	}
	token := make([]byte, tokenKindSize, tokenKindSize+tokenOverhead+len(content))
	binary.BigEndian.PutUint64(token, uint64(kind))
	token = t.aead.Seal(token, nil, content, token)
	return base64.StdEncoding.EncodeToString(token)
}

// open returns the content of a token, and false if seal did not make it for
// kind.
func (t *tokens) open(kind tokenKind, token string) (content, bool) {
	raw, err := base64.StdEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) < tokenKindSize || strings.ContainsAny(token, "\r\n") {
		return content{}, false
	}
	if binary.BigEndian.Uint64(raw) != uint64(kind) {
		return content{}, false
	}
	plain, err := t.aead.Open(nil, nil, raw[tokenKindSize:], raw[:tokenKindSize])
	return content{rest: plain}, err == nil
}

// content reads what was appended to a token, in the same order. Once a read
// has met the end, short is set and all reads return zeros: such a token was
// made by another version of ours.
type content struct {
	rest  []byte
	short bool
}

func (c *content) take(n int) []byte {
	if c.short || len(c.rest) < n {
		c.short = true
		return make([]byte, n)
	}
	b := c.rest[:n]
	c.rest = c.rest[n:]
	return b
}

func (c *content) byte() byte                { return c.take(1)[0] }
func (c *content) uint32() uint32            { return binary.BigEndian.Uint32(c.take(4)) }
func (c *content) uint64() uint64            { return binary.BigEndian.Uint64(c.take(8)) }
func (c *content) millis() shardlog.Millis   { return shardlog.Millis(c.uint64()) }
func (c *content) stream() shardlog.StreamID { return shardlog.StreamID(c.take(16)) }
func (c *content) string() string            { return string(c.take(int(c.byte()))) }

// appendString appends s, of at most 255 bytes, with its length.
func appendString(dst []byte, s string) []byte {
	if len(s) > 255 {
		panic("streams: a name of more than 255 bytes in a token")
	}
	return append(append(dst, byte(len(s))), s...)
}

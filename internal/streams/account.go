package streams

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/limits"
	"github.com/freshet/freshet/internal/meta"
	"github.com/freshet/freshet/internal/shardlog"
)

// accountKey is an account in a region, in which its settings and limits hold.
type accountKey struct{ account, region string }

func (k streamKey) accountKey() accountKey { return accountKey{k.account, k.region} }

// document is where the store has the settings; most accounts have none.
func (k accountKey) document() string { return accountPrefix + k.account + "/" + k.region }

const accountPrefix = "streams/account/"

// account is the settings of an account in a region, in a snapshot and, as JSON,
// in the store. The zero value is that of an account that never changed any.
type account struct {
	Commitment commitment `json:"commitment"`
	// Limits is the profile of the account's calls, and of its streams that have
	// none of their own, as limits.ParseProfile reads it; "" for the server's.
	Limits string `json:"limits,omitempty"`
}

// commitment is the minimum throughput billing commitment, which unlocks what AWS
// calls On-demand Advantage: warm throughput, and more consumers. What it is
// besides is a bill, and of that there is none here.
type commitment struct {
	// Started is when the last one was enabled, 0 if none ever was.
	Started shardlog.Millis `json:"started,omitempty"`
	// Ends is when it ends or has ended, 0 while nobody has disabled it. It may
	// lie ahead: a commitment lasts for limits.CommitmentLeast at least.
	Ends shardlog.Millis `json:"ends,omitempty"`
}

// holds reports whether the commitment is there at now.
func (c commitment) holds(now shardlog.Millis) bool {
	return c.Started > 0 && (c.Ends == 0 || now < c.Ends)
}

func (c commitment) earliestEnd() shardlog.Millis {
	return c.Started + shardlog.Millis(limits.CommitmentLeast.Milliseconds())
}

// enabled returns c as it is when it is enabled at now: an end that lies ahead is
// cancelled (API, UpdateAccountSettings).
func (c commitment) enabled(now shardlog.Millis) commitment {
	if c.holds(now) {
		return commitment{Started: c.Started}
	}
	return commitment{Started: now}
}

// disabled returns c as it is when it is disabled at now: it ends then, or as soon
// as it may (API, UpdateAccountSettings).
func (c commitment) disabled(now shardlog.Millis) commitment {
	if c.Ends == 0 && c.Started > 0 {
		c.Ends = max(now, c.earliestEnd())
	}
	return c
}

// describe returns what c is at now. Which times AWS names in which status is not
// documented: we name those that there are.
func (c commitment) describe(now shardlog.Millis) *kinesis.MinimumThroughputBillingCommitmentOutput {
	out := &kinesis.MinimumThroughputBillingCommitmentOutput{Status: new(kinesis.MinimumThroughputBillingCommitmentOutputStatusDisabled)}
	if c.Started == 0 {
		return out
	}
	out.StartedAt = timeOf(c.Started)
	switch {
	case !c.holds(now):
		out.EndedAt = timeOf(c.Ends)
		return out
	case c.Ends > 0:
		*out.Status = kinesis.MinimumThroughputBillingCommitmentOutputStatusEnabledUntilEarliestAllowedEnd
	default:
		*out.Status = kinesis.MinimumThroughputBillingCommitmentOutputStatusEnabled
	}
	out.EarliestAllowedEndAt = timeOf(c.earliestEnd())
	return out
}

func timeOf(t shardlog.Millis) *time.Time { return new(t.Time().UTC()) }

// committed reports whether the account of key has On-demand Advantage now.
func (s *Service) committed(key accountKey) bool {
	return s.catalog.now().accounts[key].Commitment.holds(now())
}

// changeAccount makes of the settings of key what fn makes of them, and returns
// that. fn may be called again. As with change, once it has begun ctx is not looked
// at again.
func (c *catalog) changeAccount(ctx context.Context, key accountKey, fn func(account) account) (account, error) {
	leave, err := c.enter(ctx)
	if err != nil {
		return account{}, err
	}
	defer leave()
	ctx = context.WithoutCancel(ctx)
	key = accountKey{strings.Clone(key.account), strings.Clone(key.region)}
	var next account
	_, err = c.store.Update(ctx, func(tx meta.Tx) error {
		old, err := readAccount(tx, key)
		if err != nil {
			return err
		}
		if next = fn(old); next == old {
			return nil
		}
		return put(tx, key.document(), next)
	})
	if err != nil {
		// It may have been written all the same, and then it holds.
		return account{}, errors.Join(fmt.Errorf("write settings of account %s: %w", key.account, err), c.reloadAccount(ctx, key))
	}
	c.installAccount(key, next)
	return next, nil
}

// reloadAccount reads the settings of key again. The caller has the turn.
func (c *catalog) reloadAccount(ctx context.Context, key accountKey) error {
	var held account
	err := c.store.View(ctx, func(r meta.Reader) (err error) {
		held, err = readAccount(r, key)
		return err
	})
	if err != nil {
		return fmt.Errorf("reload settings of account %s: %w", key.account, err)
	}
	c.installAccount(key, held)
	return nil
}

func readAccount(r meta.Reader, key accountKey) (account, error) {
	doc, err := r.Get(key.document())
	if errors.Is(err, meta.ErrNotFound) {
		return account{}, nil
	}
	if err != nil {
		return account{}, err
	}
	return decodeAccount(doc)
}

func decodeAccount(doc meta.Document) (account, error) {
	var a account
	if err := json.Unmarshal(doc.Value, &a); err != nil {
		return account{}, fmt.Errorf("document %s: %w", doc.Key, err)
	}
	return a, nil
}

// readAccounts reads the settings of all accounts.
func readAccounts(r meta.Reader) (map[accountKey]account, error) {
	accounts := map[accountKey]account{}
	for doc, err := range r.Scan(accountPrefix, "") {
		if err != nil {
			return nil, err
		}
		name, region, found := strings.Cut(strings.TrimPrefix(doc.Key, accountPrefix), "/")
		if !found {
			return nil, fmt.Errorf("document %s: want account/region", doc.Key)
		}
		a, err := decodeAccount(doc)
		if err != nil {
			return nil, err
		}
		accounts[accountKey{name, region}] = a
	}
	return accounts, nil
}

package config

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	freshet "github.com/freshet/freshet"
	"github.com/freshet/freshet/internal/keys"
)

// value reads itself from text. The error of set is the rule that was broken; the
// caller names the key and what was given.
type value interface {
	set(s string) error
}

// many is a value that a YAML list may be given for.
type many interface {
	setAll(items []string) error
}

type text struct{ p *string }

func (v text) set(s string) error {
	if s == "" {
		return errors.New("must not be empty")
	}
	*v.p = s
	return nil
}

// secret may be anything; whoever uses it says what is wrong with it, without
// showing it. Empty is the default.
type secret struct{ p *string }

func (v secret) set(s string) error {
	*v.p = s
	return nil
}

// file is a file's name, or nothing.
type file struct{ p *string }

func (v file) set(s string) error { *v.p = s; return nil }

// hidden is a secret that shows itself nowhere, or nothing.
type hidden struct{ p *freshet.Secret }

func (v hidden) set(s string) error { *v.p = freshet.NewSecret(s); return nil }

// endpoint is the URL of who keeps keys, or nothing.
type endpoint struct{ p *string }

func (v endpoint) set(s string) error {
	if s != "" {
		if _, err := keys.ParseEndpoint(s); err != nil {
			return err
		}
	}
	*v.p = s
	return nil
}

// keyName is what a client may call a key, or nothing.
type keyName struct{ p *string }

func (v keyName) set(s string) error {
	if s == keys.DefaultAlias {
		return errors.New("must be another name of a key: this is the one that it says what to do with")
	}
	*v.p = s
	return nil
}

type boolean struct{ p *bool }

func (v boolean) set(s string) error {
	switch s {
	case "true", "1":
		*v.p = true
	case "false", "0":
		*v.p = false
	default:
		return errors.New("must be true or false")
	}
	return nil
}

// address is host:port, or off.
type address struct{ p *string }

func (v address) set(s string) error {
	if s != "off" {
		_, port, err := net.SplitHostPort(s)
		if err != nil {
			return errors.New("must be host:port, like 127.0.0.1:4566")
		}
		if _, err := strconv.ParseUint(port, 10, 16); err != nil {
			return errors.New("the port must be a number from 0 to 65535")
		}
	}
	*v.p = s
	return nil
}

// sampling is a share of events; the options say what is wrong with it.
type sampling struct{ p *string }

func (v sampling) set(s string) error {
	if s == "" {
		return errors.New("must be off, all, or a share like 1/1000")
	}
	*v.p = s
	return nil
}

// list is written as a YAML list, or in the environment with commas.
type list struct{ p *[]string }

func (v list) set(s string) error { return v.setAll(strings.Split(s, ",")) }

func (v list) setAll(items []string) error {
	var all []string
	for _, item := range items {
		if item = strings.TrimSpace(item); item != "" {
			all = append(all, item)
		}
	}
	*v.p = all
	return nil
}

// networks are addresses and networks of them, like 10.0.0.0/8, written like a
// list.
type networks struct{ p *[]netip.Prefix }

func (v networks) set(s string) error { return v.setAll(strings.Split(s, ",")) }

func (v networks) setAll(items []string) error {
	var all []netip.Prefix
	for _, item := range items {
		item = strings.TrimSpace(item)
		if item == "" {
			continue
		}
		network, err := netip.ParsePrefix(item)
		if addr, no := netip.ParseAddr(item); no == nil {
			network, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if err != nil || network != network.Masked() {
			return errors.New("must be addresses like 10.0.0.7 or networks like 10.0.0.0/8")
		}
		all = append(all, network)
	}
	*v.p = all
	return nil
}

// accountID is an account of AWS's form, or nothing.
type accountID struct{ p *string }

func (v accountID) set(s string) error {
	if s != "" && (len(s) != 12 || strings.Trim(s, "0123456789") != "") {
		return errors.New("must be 12 digits, in quotes if they begin with 0")
	}
	*v.p = s
	return nil
}

type durability struct{ p *freshet.Durability }

func (v durability) set(s string) error {
	d, err := freshet.ParseDurability(s)
	if err != nil {
		return err
	}
	*v.p = d
	return nil
}

type profile struct{ p *freshet.Limits }

func (v profile) set(s string) error {
	l, err := freshet.ParseLimits(s)
	if err != nil {
		return err
	}
	*v.p = l
	return nil
}

type bound int

const (
	positive bound = iota + 1
	notNegative
)

type duration struct {
	p     *time.Duration
	bound bound
}

func (v duration) set(s string) error {
	d, err := time.ParseDuration(s)
	switch {
	case err != nil:
		return errors.New("must be a duration like 250ms, 10s or 5m")
	case v.bound == positive && d <= 0:
		return errors.New("must be above 0")
	case d < 0:
		return errors.New("must not be negative")
	}
	*v.p = d
	return nil
}

// count is a whole number above 0.
type count struct{ p *int }

func (v count) set(s string) error {
	n, err := strconv.Atoi(s)
	if err != nil || n <= 0 {
		return errors.New("must be a whole number above 0")
	}
	*v.p = n
	return nil
}

// size is a number of bytes with a unit of 1024: 64KiB, 256MiB, 2GiB.
type size[T int | int64] struct {
	p   *T
	min int64
}

var units = []struct {
	suffix string
	shift  int
}{{"KiB", 10}, {"MiB", 20}, {"GiB", 30}, {"TiB", 40}, {"B", 0}, {"", 0}}

func (v size[T]) set(s string) error {
	n, err := parseSize(s)
	if err != nil {
		return err
	}
	if n < v.min {
		return fmt.Errorf("must be at least %s", formatSize(v.min))
	}
	if int64(T(n)) != n {
		return errors.New("is too large for this machine")
	}
	*v.p = T(n)
	return nil
}

func parseSize(s string) (int64, error) {
	for _, u := range units {
		digits, ok := strings.CutSuffix(s, u.suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
		if err != nil || n < 0 || n > math.MaxInt64>>u.shift {
			break
		}
		return n << u.shift, nil
	}
	return 0, errors.New("must be a number of bytes like 4096, 64KiB or 256MiB")
}

func formatSize(n int64) string {
	for i := 3; i >= 0; i-- {
		if u := units[i]; n >= 1<<u.shift && n%(1<<u.shift) == 0 {
			return fmt.Sprintf("%d%s", n>>u.shift, u.suffix)
		}
	}
	return fmt.Sprintf("%dB", n)
}

type level struct{ p *slog.Level }

func (v level) set(s string) error {
	if !slices.Contains([]string{"debug", "info", "warn", "error"}, s) {
		return errors.New("must be debug, info, warn or error")
	}
	return v.p.UnmarshalText([]byte(s))
}

type choice struct {
	p   *string
	all []string
}

func (v choice) set(s string) error {
	if !slices.Contains(v.all, s) {
		return fmt.Errorf("must be %s", strings.Join(v.all, " or "))
	}
	*v.p = s
	return nil
}

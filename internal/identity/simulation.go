package identity

import (
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// set makes s a request of which key, in lower case, has these values. The keys of
// aws: are the server's own: those that follow from a fact are given as that fact, and
// those of the principal are his.
func (s *simulation) set(key string, values []string) (err error) {
	if !strings.HasPrefix(key, "aws:") {
		if s.request.Keys == nil {
			s.request.Keys = map[string][]string{}
		}
		s.request.Keys[key] = values
		return nil
	}
	if key == "aws:tagkeys" {
		s.request.TagKeys = values
		return nil
	}
	if len(values) != 1 {
		return errInvalid("%s has one value", key)
	}
	value := values[0]
	switch key {
	case "aws:sourceip":
		s.facts.Source, err = netip.ParseAddr(value)
	case "aws:securetransport":
		s.facts.Secure, err = strconv.ParseBool(value)
	case "aws:useragent":
		s.facts.UserAgent = value
	case "aws:currenttime":
		s.facts.Time, err = time.Parse(time.RFC3339, value)
	case "aws:tokenissuetime":
		s.facts.TokenIssued, err = time.Parse(time.RFC3339, value)
	case "aws:requestedregion":
		s.region = value
	default:
		return s.setTag(key, value)
	}
	if err != nil {
		return errInvalid("%s cannot be %q", key, value)
	}
	return nil
}

// setTag sets a tag of the resource, or one that the request gives.
func (s *simulation) setTag(key, value string) error {
	prefix, tag, _ := strings.Cut(key, "/")
	tags := &s.request.Tags
	switch {
	case tag == "":
		return errInvalid("%s is not for the request to say", key)
	case prefix == "aws:resourcetag":
		tags = &s.request.Uses[0].Resource.Tags
	case prefix != "aws:requesttag":
		return errInvalid("%s is not for the request to say", key)
	}
	if *tags == nil {
		*tags = map[string]string{}
	}
	(*tags)[tag] = value
	return nil
}

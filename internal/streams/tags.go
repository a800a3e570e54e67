package streams

import (
	"context"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"github.com/freshet/freshet/internal/limits"
	"github.com/freshet/freshet/internal/shardlog"
)

// checkTags judges the tags that a stream at key, or a consumer of it, is created
// with.
func checkTags(key streamKey, tags map[string]string) error { return checkMoreTags(key, nil, tags) }

// checkMoreTags judges tags that a stream at key, or a consumer of it, is to have
// besides had: AWS accepts letters and digits of any script, blanks, and
// _ . / = + - @ ; the colon is what TagResource allows besides. The percent sign,
// which one of its messages allows, is refused by another (data-streams.md 15.1).
// Keys that begin with aws: are reserved for AWS, in whatever case.
//
// Unlike AWS, two tags mean something to the server, and must have a value that
// does: compressionTag and limitsTag.
func checkMoreTags(key streamKey, had, tags map[string]string) error {
	percent, reserved, count := false, "", len(had)
	for k, v := range tags {
		if !allInTags(k) || !allInTags(v) {
			return errTagCharacters()
		}
		percent = percent || strings.Contains(k, "%") || strings.Contains(v, "%")
		if len(k) >= len(reservedTags) && strings.EqualFold(k[:len(reservedTags)], reservedTags) {
			reserved = k
		}
		if _, overwritten := had[k]; !overwritten {
			count++
		}
	}
	switch {
	case percent:
		return errTagPercent(key)
	case reserved != "":
		return errTagReserved(key, reserved)
	case count > limits.TagsPerResource:
		return errTooManyTags(key, limits.TagsPerResource)
	}
	if value, ok := tags[compressionTag]; ok {
		if _, err := shardlog.ParseCompression(value); err != nil {
			return errTagCompression(value, err)
		}
	}
	if value, ok := tags[limitsTag]; ok {
		if _, err := limits.ParseProfile(value); err != nil {
			return errTagLimits(value, err)
		}
	}
	return nil
}

// reservedTags is how the keys of AWS's own tags begin.
const reservedTags = "aws:"

// checkTagKeys judges the keys of tags that are to be removed.
func checkTagKeys(key streamKey, keys []string) error {
	percent := false
	for _, k := range keys {
		if !allInTags(k) {
			return errTagCharacters()
		}
		percent = percent || strings.Contains(k, "%")
	}
	if percent {
		return errTagPercentRemoved(key)
	}
	return nil
}

func allInTags(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !inTags(r) })
}

func inTags(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || strings.ContainsRune(" _./=+-%@:", r)
}

// cloneTags copies tags with their bytes.
func cloneTags(tags map[string]string) map[string]string {
	if len(tags) == 0 {
		return nil
	}
	copied := make(map[string]string, len(tags))
	for k, v := range tags {
		copied[strings.Clone(k)] = strings.Clone(v)
	}
	return copied
}

// addTags gives r tags besides those that it has; one whose key it has is
// overwritten.
func (s *Service) addTags(ctx context.Context, r resource, more map[string]string) error {
	more = cloneTags(more)
	return s.amendResource(ctx, r, func(tags *map[string]string, _ *string) error {
		if err := checkMoreTags(r.stream.streamKey, *tags, more); err != nil {
			return err
		}
		all := maps.Clone(*tags)
		if all == nil {
			all = map[string]string{}
		}
		maps.Copy(all, more)
		*tags = all
		return nil
	})
}

// removeTags takes tags from r. A key that r has not is ignored.
func (s *Service) removeTags(ctx context.Context, r resource, keys []string) error {
	return s.amendResource(ctx, r, func(tags *map[string]string, _ *string) error {
		if err := checkTagKeys(r.stream.streamKey, keys); err != nil {
			return err
		}
		left := maps.Clone(*tags)
		maps.DeleteFunc(left, func(k, _ string) bool { return slices.Contains(keys, k) })
		if len(left) == 0 {
			left = nil
		}
		*tags = left
		return nil
	})
}

// tagList returns tags as AWS lists them, by key.
func tagList(tags map[string]string) []kinesis.Tag {
	list := make([]kinesis.Tag, 0, len(tags))
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		list = append(list, kinesis.Tag{Key: new(k), Value: new(tags[k])})
	}
	return list
}

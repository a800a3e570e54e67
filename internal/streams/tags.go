package streams

import (
	"strings"
	"unicode"

	"github.com/freshet/freshet/internal/limits"
	"github.com/freshet/freshet/internal/shardlog"
)

// checkTags judges tags that a stream at key is to have: AWS accepts letters
// and digits of any script, blanks, and _ . / = + - @ ; the colon is what
// TagResource allows besides. The percent sign, which one of its messages
// allows, is refused by another (data-streams.md 15.1).
//
// Unlike AWS, one tag means something to the server, and must have a value that
// does: compressionTag.
func checkTags(key streamKey, tags map[string]string) error {
	percent := false
	for k, v := range tags {
		text := k + v
		if strings.ContainsFunc(text, func(r rune) bool { return !inTags(r) }) {
			return errTagCharacters()
		}
		percent = percent || strings.Contains(text, "%")
	}
	if percent {
		return errTagPercent(key)
	}
	if len(tags) > limits.TagsPerResource {
		return errTooManyTags(key, limits.TagsPerResource)
	}
	if value, ok := tags[compressionTag]; ok {
		if _, err := shardlog.ParseCompression(value); err != nil {
			return errTagCompression(value, err)
		}
	}
	return nil
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

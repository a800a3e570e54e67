package identity

import (
	"encoding/json"
	"regexp"
	"strings"
)

// levels are what a grant may say, and the actions of Kinesis Data Streams that it allows
// on streams. Each also allows to list streams, which is of no stream.
var levels = map[string][]string{
	"read": {"kinesis:Describe*", "kinesis:List*", "kinesis:Get*", "kinesis:SubscribeToShard",
		"kinesis:RegisterStreamConsumer", "kinesis:DeregisterStreamConsumer"},
	"write": {"kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:ListShards", "kinesis:PutRecord", "kinesis:PutRecords"},
	"admin": {"kinesis:*"},
}

// CheckGrants reports what PutInlinePolicy would say is wrong with grants.
func CheckGrants(grants []string) error {
	_, err := grantsText("", grants)
	return err
}

// grantsText is the policy that grants mean, each of them level:pattern. Who may read a
// stream may have consumers of it.
func grantsText(account string, grants []string) (string, error) {
	type statement struct {
		Effect   string
		Action   []string
		Resource []string
	}
	document := struct {
		Version   string
		Statement []statement
	}{Version: "2012-10-17"}
	for _, g := range grants {
		level, pattern, _ := strings.Cut(g, ":")
		actions := levels[level]
		if actions == nil || !patternPattern.MatchString(pattern) {
			return "", errInvalid("%q is no grant: want read:, write: or admin: and the name of a stream, in which * and ? may be", g)
		}
		stream := "arn:aws:kinesis:*:" + account + ":stream/" + pattern
		document.Statement = append(document.Statement, statement{"Allow", actions, []string{stream, stream + "/*"}})
	}
	document.Statement = append(document.Statement, statement{"Allow", []string{"kinesis:ListStreams", "kinesis:DescribeLimits"}, []string{"*"}})
	text, err := json.Marshal(document)
	if err != nil {
		panic("BUG: identity: a policy cannot be written: " + err.Error())
	}
	return string(text), nil
}

// patternPattern is a stream's name with wildcards in it (API, CreateStream).
var patternPattern = regexp.MustCompile(`^[a-zA-Z0-9_.*?-]{1,128}$`)

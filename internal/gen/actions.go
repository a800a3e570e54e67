package main

import (
	"slices"

	"github.com/freshet/freshet/internal/gen/model"
)

// actionOf is the action that a policy names an operation by: the service's prefix in
// IAM, which is the name that its requests are signed for, and the operation's name
// (service authorization reference, which has no exception among the operations
// that are generated).
func actionOf(m *model.Model, operation string) string { return m.SigningName + ":" + operation }

// tagActions are the operations whose action must be allowed as well where a request
// gives tags to what it creates, by the operation that creates (service authorization
// reference, Kinesis Data Streams: API operations and their actions). That of
// CreateQueue is not documented yet.
var tagActions = map[string]string{
	"kinesis:CreateChannel":          "TagResource",
	"kinesis:CreateQueue":            "TagResource",
	"kinesis:CreateStream":           "AddTagsToStream",
	"kinesis:RegisterStreamConsumer": "TagResource",
}

// tagActionOf is the action that an operation needs besides its own if its input has
// tags, "" if it creates nothing with tags.
func tagActionOf(m *model.Model, operation string) string {
	tags := tagActions[actionOf(m, operation)]
	if tags == "" {
		return ""
	}
	if !slices.ContainsFunc(m.Operations, func(op model.Operation) bool { return op.Name == tags }) {
		panic("gen: no operation " + tags)
	}
	return actionOf(m, tags)
}

package vfs

// MarkNoSpace is markNoSpace and MarkLink is markLink, for the tests.
var (
	MarkNoSpace = markNoSpace
	MarkLink    = markLink
)

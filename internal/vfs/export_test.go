package vfs

// MarkNoSpace is markNoSpace, for the tests.
var MarkNoSpace = markNoSpace

// Package config reads how the server is to run: freshet.yaml, the environment
// and flags become freshet.Options.
//
// A Settings holds the options and how to log. A key is one line of a table: its
// name (section.key), the rule its value keeps, and the value, which reads
// itself from text. The same table serves the file, the environment
// (FRESHET_SECTION_KEY, and …_FILE for a file that holds the value) and the
// test that freshet.yaml, the annotated file of every key, says the defaults.
//
// Invariants:
//  1. A flag beats the environment, which beats the file, which beats the
//     default.
//  2. A key the table does not have is an error: in the file any, in the
//     environment one of a section of ours. What a cluster sets for a service of
//     our name, like FRESHET_SERVICE_HOST, is left alone.
//  3. Every error names the key, the value and the rule, and all errors of one
//     reading come together.
//  4. Nothing is opened before the whole configuration is right.
//
// Goroutines: none.
//
// Start reading at keys.go.
package config

// Command gen generates the packages below internal/awsapi from AWS's models.
//
// A service has a compact model in models/, which is committed, and a package of
// generated files: its Go structures (shapes), its operations, the constructors
// of its errors, and the schema, which describes the structures to codecs and
// validator. The page of the documents that tells of each operation is written from
// the sources and the tests (package reference).
//
//	go run ./internal/gen                  generate the packages and the page
//	go run ./internal/gen models WHEEL     extract the models from a wheel of botocore
//
// Invariants:
//  1. The packages depend on the models and on the tables of service.go alone.
//  2. What is committed is what would be generated; a test says if not.
//  3. The generated tables are static data: a program pays nothing for them at start.
//
// Goroutines: none.
//
// Start reading at main.go; service.go lists the services.
package main

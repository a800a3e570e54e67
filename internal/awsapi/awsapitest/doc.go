// Package awsapitest makes inputs of operations for tests, from their shapes.
//
// Input makes the least input that keeps to every constraint. Violations makes
// inputs that break exactly one constraint of the model each, one for every
// member and constraint there is, together with what AWS says of it. Misfits makes
// bodies that have a value of the wrong type, one for every member and type.
// CheckService holds a service's Go structures to its shapes.
//
// Goroutines: none.
//
// Start reading at violation.go.
package awsapitest

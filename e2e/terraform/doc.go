// Package terraform lets Terraform and its AWS provider keep streams on a server.
//
// stream.tf is what a user writes: streams in both modes, a consumer, a resource
// policy. The test applies it, sees that a plan is empty then, changes each
// attribute that can be changed, sees an empty plan again, and destroys it.
// production.tf is for freshet serve: nothing that the provider checks is skipped, it
// assumes a role, and the stream is encrypted.
//
// The test needs the tag e2e and terraform in the PATH; the provider comes from
// where `terraform init` finds it, which TF_CLI_ARGS_init=-plugin-dir=DIR can
// tell. In short mode it is left out.
//
// Goroutines: none; the server is a process, which the test stops and awaits.
//
// Start reading at terraform_test.go.
package terraform

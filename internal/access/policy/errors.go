package policy

import "fmt"

// Error says why a document is no policy: the text of IAM's
// MalformedPolicyDocument. IAM documents the code and not the texts; those that are
// known are its own.
type Error struct{ Message string }

func (e *Error) Error() string { return e.Message }

func malformed(format string, args ...any) error { return &Error{fmt.Sprintf(format, args...)} }

func errSyntax(what string) error        { return malformed("Syntax errors in policy: %s.", what) }
func errMissing(element string) error    { return malformed("Missing required field %s", element) }
func errProhibited(element string) error { return malformed("Has prohibited field %s", element) }
func errBoth(element string) error {
	return malformed("Statement/policy already has instance of %s or Not%s", element, element)
}
func errVersion(s string) error { return malformed("Invalid policy version: %q", s) }
func errEffect(s string) error  { return malformed("Invalid effect: %s", s) }
func errSids(s string) error {
	return malformed("Statement IDs (SID) in a single policy must be unique: %s", s)
}
func errSid(s string) error      { return malformed("Statement IDs (SID) must be alpha-numeric: %q", s) }
func errVariable(s string) error { return malformed("Invalid policy variable in %q", s) }
func errVendor(s string) error {
	return malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.: %q", s)
}
func errColons(s string) error {
	return malformed("Actions/Condition can contain only one colon: %q", s)
}
func errResource(s string) error { return malformed("Resource %s must be in ARN format or \"*\".", s) }
func errTrustAction(s string) error {
	return malformed("AssumeRole policy may only specify STS AssumeRole actions: %q", s)
}
func errPrincipal(kind, s string) error {
	return malformed("Invalid principal in policy: %q:%q", kind, s)
}
func errCondition(operator, value string, err error) error {
	return malformed("Invalid value %q of condition operator %s: %v", value, operator, err)
}
func errTooMany(what string, most int) error {
	return malformed("The policy has more than %d %s", most, what)
}
func errTooLong(most int) error {
	return malformed("The policy is longer than %d bytes", most)
}

package extapi

import "time"

// Policy is a managed policy. It has no versions.
type Policy struct {
	Name        string    `json:"name"`
	Path        string    `json:"path"`
	ARN         string    `json:"arn"`
	ID          string    `json:"id"`
	Created     time.Time `json:"created"`
	Updated     time.Time `json:"updated"`
	Description string    `json:"description,omitempty"`
	Document    string    `json:"document"`
	// AttachedTo are the ARNs of the users and the roles that have it, BoundaryOf of
	// those that it bounds.
	AttachedTo []string `json:"attachedTo"`
	BoundaryOf []string `json:"boundaryOf,omitempty"`
	// Warnings are what in the document is probably not what was meant.
	Warnings []string `json:"warnings,omitempty"`
}

// Policies are the managed policies of an account, by name.
type Policies struct {
	Policies []Policy `json:"policies"`
}

// CreatePolicyRequest makes a managed policy.
type CreatePolicyRequest struct {
	Account     string `json:"account,omitempty"`
	Name        string `json:"name"`
	Path        string `json:"path,omitempty"`
	Description string `json:"description,omitempty"`
	Document    string `json:"document"`
}

// GetPolicyRequest asks for a managed policy.
type GetPolicyRequest struct {
	Account string `json:"account,omitempty"`
	Policy  string `json:"policy"`
}

// ListPoliciesRequest asks for the managed policies of an account.
type ListPoliciesRequest struct {
	Account    string `json:"account,omitempty"`
	PathPrefix string `json:"pathPrefix,omitempty"`
}

// UpdatePolicyRequest gives a managed policy another document, at once for all that
// have it.
type UpdatePolicyRequest struct {
	Account  string `json:"account,omitempty"`
	Policy   string `json:"policy"`
	Document string `json:"document"`
}

// DeletePolicyRequest deletes a managed policy that nobody has.
type DeletePolicyRequest struct {
	Account string `json:"account,omitempty"`
	Policy  string `json:"policy"`
}

// AttachPolicyRequest attaches a managed policy to a user or a role of its account.
type AttachPolicyRequest struct {
	Account   string `json:"account,omitempty"`
	Principal string `json:"principal"`
	Policy    string `json:"policy"`
}

// DetachPolicyRequest takes it off again.
type DetachPolicyRequest struct {
	Account   string `json:"account,omitempty"`
	Principal string `json:"principal"`
	Policy    string `json:"policy"`
}

// PutInlinePolicyRequest gives a user or a role a policy of its own, in place of the one
// that has the name. Either Document says it, or Grants, each one of
//
//	read:PATTERN    describe, list and read streams whose names match
//	write:PATTERN   describe and put to them
//	admin:PATTERN   do everything with them
type PutInlinePolicyRequest struct {
	Account   string   `json:"account,omitempty"`
	Principal string   `json:"principal"`
	Name      string   `json:"name"`
	Document  string   `json:"document,omitempty"`
	Grants    []string `json:"grants,omitempty"`
}

// DeleteInlinePolicyRequest takes it away.
type DeleteInlinePolicyRequest struct {
	Account   string `json:"account,omitempty"`
	Principal string `json:"principal"`
	Name      string `json:"name"`
}

// SetBoundaryRequest sets what bounds a user or a role; an empty Policy takes the
// boundary away.
type SetBoundaryRequest struct {
	Account   string `json:"account,omitempty"`
	Principal string `json:"principal"`
	Policy    string `json:"policy,omitempty"`
}

// SetTagsRequest gives a user or a role these tags and no others.
type SetTagsRequest struct {
	Account   string            `json:"account,omitempty"`
	Principal string            `json:"principal"`
	Tags      map[string]string `json:"tags"`
}

// Permitted is a user or a role with what it has now.
type Permitted struct {
	ARN string `json:"arn"`
	Permissions
	// Warnings are those of the document that was given.
	Warnings []string `json:"warnings,omitempty"`
}

// SimulatePolicyRequest asks what would become of a request.
type SimulatePolicyRequest struct {
	Account string `json:"account,omitempty"`
	// Principal is a user or a role, or root.
	Principal string `json:"principal"`
	// Action is like kinesis:PutRecord, and Resource an ARN, or *. ResourcePolicy is
	// what is attached to the resource, if anything is.
	Action         string `json:"action"`
	Resource       string `json:"resource"`
	ResourcePolicy string `json:"resourcePolicy,omitempty"`
	// Context are what conditions ask for, by key, as in aws:SourceIp. What the
	// principal has (aws:username, its tags) is there already.
	Context map[string][]string `json:"context,omitempty"`
}

// Simulation is what would become of it, decided as requests are.
type Simulation struct {
	Allowed bool `json:"allowed"`
	// Decision is allowed, explicitDeny or implicitDeny, in IAM's words.
	Decision string `json:"decision"`
	// Layer is of what sort the policy is that decided, or that did not allow; Policy and
	// Statement say which it is, and are empty where nothing allows.
	Layer     string `json:"layer"`
	Policy    string `json:"policy,omitempty"`
	Statement string `json:"statement,omitempty"`
}

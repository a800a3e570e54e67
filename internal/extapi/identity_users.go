package extapi

import "time"

// Permissions are what a user and a role have alike.
type Permissions struct {
	// Attached are the ARNs of managed policies.
	Attached []string `json:"attached,omitempty"`
	// Inline are the documents of policies by their names.
	Inline map[string]string `json:"inline,omitempty"`
	// Boundary is the ARN of the managed policy that bounds all others.
	Boundary string            `json:"boundary,omitempty"`
	Tags     map[string]string `json:"tags,omitempty"`
}

// User is a user.
type User struct {
	Name    string    `json:"name"`
	Path    string    `json:"path"`
	ARN     string    `json:"arn"`
	ID      string    `json:"id"`
	Created time.Time `json:"created"`
	Permissions
	Keys []Key `json:"keys"`
}

// Users are the users of an account, by name.
type Users struct {
	Users []User `json:"users"`
}

// CreateUserRequest makes a user, who may do nothing yet and has no key.
type CreateUserRequest struct {
	Account string `json:"account,omitempty"`
	Name    string `json:"name"`
	// Path begins and ends with a slash; it is / by default.
	Path     string            `json:"path,omitempty"`
	Boundary string            `json:"boundary,omitempty"`
	Tags     map[string]string `json:"tags,omitempty"`
}

// GetUserRequest asks for a user.
type GetUserRequest struct {
	Account string `json:"account,omitempty"`
	Name    string `json:"name"`
}

// ListUsersRequest asks for the users of an account whose paths begin with a prefix.
type ListUsersRequest struct {
	Account    string `json:"account,omitempty"`
	PathPrefix string `json:"pathPrefix,omitempty"`
}

// DeleteUserRequest deletes a user that has no policies and no keys any more, or with
// all that if WithAll is set.
type DeleteUserRequest struct {
	Account string `json:"account,omitempty"`
	Name    string `json:"name"`
	WithAll bool   `json:"withAll,omitempty"`
}

// Role is a role.
type Role struct {
	Name        string    `json:"name"`
	Path        string    `json:"path"`
	ARN         string    `json:"arn"`
	ID          string    `json:"id"`
	Created     time.Time `json:"created"`
	Description string    `json:"description,omitempty"`
	// Trust says who may assume the role.
	Trust string `json:"trust"`
	// MaxSessionDuration is in seconds.
	MaxSessionDuration int `json:"maxSessionDuration"`
	Permissions
}

// Roles are the roles of an account, by name.
type Roles struct {
	Roles []Role `json:"roles"`
}

// CreateRoleRequest makes a role. MaxSessionDuration is an hour by default, and twelve
// at most.
type CreateRoleRequest struct {
	Account            string            `json:"account,omitempty"`
	Name               string            `json:"name"`
	Path               string            `json:"path,omitempty"`
	Description        string            `json:"description,omitempty"`
	Trust              string            `json:"trust"`
	MaxSessionDuration int               `json:"maxSessionDuration,omitempty"`
	Boundary           string            `json:"boundary,omitempty"`
	Tags               map[string]string `json:"tags,omitempty"`
}

// GetRoleRequest asks for a role.
type GetRoleRequest struct {
	Account string `json:"account,omitempty"`
	Name    string `json:"name"`
}

// ListRolesRequest asks for the roles of an account whose paths begin with a prefix.
type ListRolesRequest struct {
	Account    string `json:"account,omitempty"`
	PathPrefix string `json:"pathPrefix,omitempty"`
}

// UpdateRoleRequest changes what it gives of a role. Sessions that have begun go on.
type UpdateRoleRequest struct {
	Account            string  `json:"account,omitempty"`
	Name               string  `json:"name"`
	Description        *string `json:"description,omitempty"`
	Trust              *string `json:"trust,omitempty"`
	MaxSessionDuration *int    `json:"maxSessionDuration,omitempty"`
}

// DeleteRoleRequest deletes a role that has no policies any more, or with them if
// WithAll is set. Its sessions end.
type DeleteRoleRequest struct {
	Account string `json:"account,omitempty"`
	Name    string `json:"name"`
	WithAll bool   `json:"withAll,omitempty"`
}

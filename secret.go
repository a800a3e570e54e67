package freshet

import "github.com/freshet/freshet/internal/access"

// Secret is a string that shows itself in no log, error or dump.
type Secret = access.Secret

// NewSecret hides value.
func NewSecret(value string) Secret { return access.NewSecret(value) }

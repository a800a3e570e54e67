package identity

import (
	"slices"

	"github.com/freshet/freshet/internal/limits"
)

func (p *permissions) has(arn string) bool {
	_, found := slices.BinarySearch(p.Attached, arn)
	return found
}

// attach adds a managed policy, which may be there already.
func (p *permissions) attach(arn string) error {
	at, found := slices.BinarySearch(p.Attached, arn)
	if found {
		return nil
	}
	if len(p.Attached) >= limits.AttachedPolicies {
		return errLimit("Cannot exceed quota for PoliciesPerPrincipal: %d", limits.AttachedPolicies)
	}
	p.Attached = slices.Insert(p.Attached, at, arn)
	return nil
}

// detach takes a managed policy off that must be there.
func (p *permissions) detach(arn string) error {
	at, found := slices.BinarySearch(p.Attached, arn)
	if !found {
		return errNoSuchEntity("Policy %s was not found.", arn)
	}
	p.Attached = slices.Delete(p.Attached, at, at+1)
	return nil
}

// putInline adds an inline policy or takes the place of one.
func (p *permissions) putInline(name, text string, most int) error {
	if p.Inline == nil {
		p.Inline = map[string]string{}
	}
	p.Inline[name] = text
	size := 0
	for _, text := range p.Inline {
		size += sizeOf(text)
	}
	if size > most {
		return errLimit("Maximum policy size of %d bytes exceeded", most)
	}
	return nil
}

// free refuses to delete what still has policies, unless with them.
func (p *permissions) free(withAll bool) error {
	switch {
	case withAll:
		return nil
	case len(p.Attached) > 0:
		return errConflict("Cannot delete entity, must detach all policies first.")
	case len(p.Inline) > 0:
		return errConflict("Cannot delete entity, must delete policies first.")
	}
	return nil
}

// inlineLimit bounds all inline policies of h together.
func (h holder) inlineLimit() int {
	if h.user != nil {
		return limits.UserInlinePolicySize
	}
	return limits.RoleInlinePolicySize
}

package desk

import (
	"fmt"
	"slices"
)

// Role is what an operator is there for.
type Role string

// The roles.
const (
	Staff         Role = "staff"
	Lead          Role = "lead"
	Administrator Role = "administrator"
)

// Roles returns every role.
func Roles() []Role { return []Role{Staff, Lead, Administrator} }

// ParseRole accepts the names of the roles and nothing else.
func ParseRole(s string) (Role, error) {
	if r := Role(s); slices.Contains(Roles(), r) {
		return r, nil
	}
	return "", fmt.Errorf("%q is no role: write one of %q", s, Roles())
}

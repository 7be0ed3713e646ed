// Package desk is the domain of those who work at a desk: who they are, what proves
// it, and what they may do. It is pure: it keeps nothing, reads no clock and knows no
// machine.
package desk

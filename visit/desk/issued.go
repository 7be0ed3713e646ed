package desk

import (
	"fmt"
	"slices"
)

// SecondReason is why a person who has a code of today gets another one.
type SecondReason string

// The reasons. Only the first two are for the same claim type.
const (
	Referral     SecondReason = "referral"      // they go to another unit, which asks for a code of its own
	AfterVoid    SecondReason = "after-void"    // the code before is not to be used
	OtherService SecondReason = "other-service" // care of another claim type
)

// SecondReasons returns every reason.
func SecondReasons() []SecondReason { return []SecondReason{Referral, AfterVoid, OtherService} }

// ParseSecondReason accepts the names of the reasons and nothing else.
func ParseSecondReason(s string) (SecondReason, error) { return reasonNamed(s, SecondReasons()) }

// SameService reports whether the second code is for the claim type of the first.
func (r SecondReason) SameService() bool { return r != OtherService }

// VoidReason is why a code is not to be used.
type VoidReason string

// The reasons.
const (
	WrongPerson    VoidReason = "wrong-person"     // another person was authenticated
	WrongClaimType VoidReason = "wrong-claim-type" // the care is of another
	NotTreated     VoidReason = "not-treated"      // the patient has left before
	Double         VoidReason = "double"           // there is another code of the same care
)

// VoidReasons returns every reason.
func VoidReasons() []VoidReason {
	return []VoidReason{WrongPerson, WrongClaimType, NotTreated, Double}
}

// ParseVoidReason accepts the names of the reasons and nothing else.
func ParseVoidReason(s string) (VoidReason, error) { return reasonNamed(s, VoidReasons()) }

func reasonNamed[R ~string](s string, all []R) (R, error) {
	if r := R(s); slices.Contains(all, r) {
		return r, nil
	}
	// It is not said again: somebody may have typed the HN in this place.
	return "", fmt.Errorf("that is no reason: write one of %q", all)
}

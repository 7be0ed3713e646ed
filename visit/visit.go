package visit

import (
	"errors"
	"time"
)

// Visit is one person's coming for service on one service date at one unit. It
// holds what NHSO needs and nothing more.
type Visit struct {
	ID          ID
	HCode       string // the unit
	ServiceDate Date
	PID         PID
	HN          HN // zero: nobody has said it
	Name        Name
	Sex         Sex
	Birth       PartialDate
	Address     Address
	Phone       Phone
	PhoneOwner  PhoneOwner
	ClaimType   ClaimType
	Method      Method
	Attestation Attestation // who or what vouches; zero for a visit by card
	Right       Right
	CreatedAt   time.Time // when the patient confirmed
}

// Sex as it stands on the card and in NHSO's requests: "1" male, "2" female.
type Sex string

// The values of Sex. Anything else on a card is SexUnknown.
const (
	SexUnknown Sex = ""
	SexMale    Sex = "1"
	SexFemale  Sex = "2"
)

// Errors that Validate reports, each naming what is missing.
var (
	ErrNoPID         = errors.New("the visit has no PID")
	ErrNoPhone       = errors.New("the visit has no phone")
	ErrNoClaimType   = errors.New("the visit has no claim type")
	ErrNoMethod      = errors.New("the visit has no proof of identity")
	ErrNoServiceDate = errors.New("the visit has no service date")
	ErrNoUnit        = errors.New("the visit has no unit code")
	ErrNoCertifier   = errors.New("the visit has no certifier, or no relation")
	ErrSelfCertified = errors.New("the patient cannot be the certifier")
	ErrNoPhoto       = errors.New("the visit has no photo")
)

// Validate tells everything that the visit lacks. By LINE the patient gives NHSO
// the phone, and NHSO makes the code: such a visit is kept, and never submitted.
func (v Visit) Validate() error {
	var errs []error
	if _, err := ParseID(string(v.ID)); err != nil {
		errs = append(errs, err)
	}
	for _, c := range []struct {
		missing bool
		err     error
	}{
		{v.HCode == "", ErrNoUnit},
		{v.ServiceDate.IsZero(), ErrNoServiceDate},
		{v.PID.IsZero(), ErrNoPID},
		{v.Phone.IsZero() && v.Method != MethodLine, ErrNoPhone},
		{v.ClaimType.Code == "", ErrNoClaimType},
		{v.Method == "", ErrNoMethod},
		{v.Method == MethodCertifier && (v.Attestation.Certifier.IsZero() || v.Attestation.Relation == ""), ErrNoCertifier},
		{!v.PID.IsZero() && v.Attestation.Certifier == v.PID, ErrSelfCertified},
		{v.Method == MethodPhoto && !v.Attestation.Photo, ErrNoPhoto},
	} {
		if c.missing {
			errs = append(errs, c.err)
		}
	}
	return errors.Join(errs...)
}

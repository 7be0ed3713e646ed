package visit

import (
	"errors"
	"regexp"
	"time"
)

// ClaimType is a kind of service that NHSO pays for, for example PG0060001
// "general treatment". Which ones exist changes over time and by person: they
// are data from NHSO, never code.
type ClaimType struct {
	Code string `json:"code"`
	Name string `json:"name"` // Thai, as NHSO gives it; may be empty
}

// AuthenCode is the claim code, without which a visit is not paid for: two
// letters and digits, PP for an authentication, EP for a closed visit.
type AuthenCode string

// ErrAuthenCode says that a text does not have the form of an authen code.
var ErrAuthenCode = errors.New("an authen code is two capital letters and 8 to 12 digits")

var authenCodeForm = regexp.MustCompile(`^[A-Z]{2}[0-9]{8,12}$`)

// ParseAuthenCode accepts two capital letters and 8 to 12 digits. Codes seen in
// the field have PP or EP and 10 digits; the rule is lenient because NHSO has
// published none.
func ParseAuthenCode(s string) (AuthenCode, error) {
	if !authenCodeForm.MatchString(s) {
		return "", ErrAuthenCode
	}
	return AuthenCode(s), nil
}

// Grouped returns the code in groups that can be read aloud: PP 1200 000 001.
func (c AuthenCode) Grouped() string {
	if _, err := ParseAuthenCode(string(c)); err != nil || len(c) != 12 {
		return string(c)
	}
	return string(c[:2] + " " + c[2:6] + " " + c[6:9] + " " + c[9:])
}

// Authentication is one code that NHSO has given to a person on a day, at whichever
// unit.
type Authentication struct {
	Code      AuthenCode
	ClaimType ClaimType
	Hospital  Hospital  // the unit that asked for it
	At        time.Time // zero: NHSO tells the day alone
}

// Fits reports whether the code is of the unit and the claim type of a visit.
func (a Authentication) Fits(v Visit) bool {
	return a.Hospital.HCode == v.HCode && a.ClaimType.Code == v.ClaimType.Code
}

package testzone

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"authenkiosk/visit"
)

// Person is one member of the made-up population. Its JSON form is that of
// GET and PUT /testzone/persons.
type Person struct {
	PID        string         `json:"pid"` // 13 digits, the first a 9
	Title      string         `json:"title"`
	FirstName  string         `json:"firstName"`
	LastName   string         `json:"lastName"`
	Sex        visit.Sex      `json:"sex"`    // "1" male, "2" female
	Birth      string         `json:"birth"`  // YYYY-MM-DD of the Common Era; 00 for an unknown month or day
	Nation     string         `json:"nation"` // "099" is Thai
	DeathDate  string         `json:"deathDate,omitempty"`
	Main       visit.Coded    `json:"main"` // no id: no right
	Sub        visit.Coded    `json:"sub"`
	HospMain   visit.Hospital `json:"hospMain"`
	HospMainOp visit.Hospital `json:"hospMainOp"`
	HospSub    visit.Hospital `json:"hospSub"`
	PaidModel  string         `json:"paidModel,omitempty"`
	ClaimTypes []string       `json:"claimTypes"` // what can be submitted; empty: nothing
	DoneToday  visit.Hospital `json:"doneToday"`  // where there is a code of today, every day anew
	Note       string         `json:"note,omitempty"`
}

func (p Person) hasRight() bool { return p.Main.ID != "" && p.DeathDate == "" }

func (p Person) offers(claimType string) bool {
	for _, c := range p.ClaimTypes {
		if c == claimType && p.hasRight() {
			return true
		}
	}
	return false
}

// fullName is the name as check-authen-status gives it.
func (p Person) fullName() string { return strings.TrimSpace(p.FirstName + " " + p.LastName) }

// birthParts returns year, month and day; unknown parts are 0.
func (p Person) birthParts() (year, month, day int) {
	parts := strings.Split(p.Birth, "-")
	if len(parts) != 3 {
		return 0, 0, 0
	}
	year, _ = strconv.Atoi(parts[0])
	month, _ = strconv.Atoi(parts[1])
	day, _ = strconv.Atoi(parts[2])
	return year, month, day
}

// Errors that keep a person out of the test zone.
var (
	ErrNotSynthetic = errors.New("only made-up persons: the PID must begin with 9")
	ErrFull         = errors.New("the population is full")
)

// Validate tells everything that is wrong with a person.
func (p Person) Validate() error {
	var errs []error
	if _, err := visit.ParsePID(p.PID); err != nil {
		errs = append(errs, fmt.Errorf("pid: %w", err))
	} else if p.PID[0] != '9' {
		errs = append(errs, fmt.Errorf("pid: %w", ErrNotSynthetic))
	}
	if p.Sex != visit.SexUnknown && p.Sex != visit.SexMale && p.Sex != visit.SexFemale {
		errs = append(errs, errors.New(`sex: "1", "2" or nothing`))
	}
	if !validBirth(p.Birth) {
		errs = append(errs, errors.New("birth: YYYY-MM-DD of the Common Era, 00 for an unknown month or day, or nothing"))
	}
	if _, err := visit.ParseDate(p.DeathDate); p.DeathDate != "" && err != nil {
		errs = append(errs, errors.New("deathDate: YYYY-MM-DD or nothing"))
	}
	for _, c := range p.ClaimTypes {
		if claimTypeName(c) == "" {
			errs = append(errs, fmt.Errorf("claimTypes: %q is not known here", c))
		}
	}
	for _, t := range []string{
		p.Title, p.FirstName, p.LastName, p.Nation, p.Main.ID, p.Main.Name, p.Sub.ID, p.Sub.Name,
		p.HospMain.HCode, p.HospMain.Name, p.HospMainOp.HCode, p.HospMainOp.Name, p.HospSub.HCode, p.HospSub.Name,
		p.PaidModel, p.DoneToday.HCode, p.DoneToday.Name, p.Note,
	} {
		if utf8.RuneCountInString(t) > maxTextRunes {
			errs = append(errs, fmt.Errorf("a text is longer than %d characters", maxTextRunes))
			break
		}
	}
	return errors.Join(errs...)
}

func validBirth(s string) bool {
	if s == "" {
		return true
	}
	y, m, d := Person{Birth: s}.birthParts()
	return len(s) == len("2005-03-20") && y >= 1850 && y < 2400 && m >= 0 && m <= 12 && d >= 0 && d <= 31
}

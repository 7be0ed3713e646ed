package desk

// Reason is why an item is closed without a code.
type Reason string

// The reasons. For the first two nobody pays by NHSO, so that no code is due; the others
// are care that will not be paid for.
const (
	Foreigner     Reason = "foreigner"      // a person without a right of NHSO
	OwnMoney      Reason = "own-money"      // the patient pays, or somebody who is not NHSO
	NoRight       Reason = "no-right"       // NHSO has no right for this person
	PatientLeft   Reason = "patient-left"   // nobody was there who could prove who it is
	DayMissed     Reason = "day-missed"     // the day is over, and NHSO has no code of it
	CodeElsewhere Reason = "code-elsewhere" // another unit or another visit has the code of that care
	Mistaken      Reason = "mistaken"       // there was no such visit
)

// Reasons returns every reason.
func Reasons() []Reason {
	return []Reason{Foreigner, OwnMoney, NoRight, PatientLeft, DayMissed, CodeElsewhere, Mistaken}
}

// ParseReason accepts the names of the reasons and nothing else.
func ParseReason(s string) (Reason, error) { return reasonNamed(s, Reasons()) }

// NotDue reports whether no authen is due, so that nothing is lost. It needs CloseNotDue;
// any other reason gives the item up.
func (r Reason) NotDue() bool { return r == Foreigner || r == OwnMoney }

// Action is what an operator must be allowed to close an item for that reason.
func (r Reason) Action() Action {
	if r.NotDue() {
		return CloseNotDue
	}
	return GiveUp
}

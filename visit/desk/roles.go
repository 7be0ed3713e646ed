package desk

import (
	"fmt"
	"slices"
)

// Role is what an operator is there for.
type Role string

// The roles. None contains another: a person who does the work of two has two names.
const (
	Staff         Role = "staff"         // at the desk, with the patient in front of them
	Lead          Role = "lead"          // answers for the work of a desk
	Administrator Role = "administrator" // looks after machines and operators, and treats no patients
)

// Roles returns every role.
func Roles() []Role { return []Role{Staff, Lead, Administrator} }

// ParseRole accepts the names of the roles and nothing else.
func ParseRole(s string) (Role, error) {
	if r := Role(s); slices.Contains(Roles(), r) {
		return r, nil
	}
	return "", fmt.Errorf("that is no role: write one of %q", Roles()) // it is not said again: it may be a name
}

// Action is something that an operator asks for.
type Action string

// The actions.
const (
	ListVisits  Action = "list-visits"  // visits and work, numbers and names masked
	SeeNumbers  Action = "see-numbers"  // how many are done, waiting, refused
	SeeDevices  Action = "see-devices"  // readers, printers, the way to NHSO
	AnswerCall  Action = "answer-call"  // a patient at a kiosk calls for help
	ShowVisit   Action = "show-visit"   // one visit with number, name and phone in full
	ShowNames   Action = "show-names"   // a list with names and numbers in full
	ExportNames Action = "export-names" // the same as a file or on paper

	NewVisit     Action = "new-visit"     // of a person who stands at the desk
	CheckRight   Action = "check-right"   // of a person without a visit; nothing is kept
	AskNHSO      Action = "ask-nhso"      // whether there is a code
	CopyPID      Action = "copy-pid"      // for a page of NHSO
	Hold         Action = "hold"          // take an item, so that nothing is sent for it
	Release      Action = "release"       // give back what one holds
	ReleaseOther Action = "release-other" // give back what another holds
	Complete     Action = "complete"      // a new visit with a card, for an item
	Settle       Action = "settle"        // close an item with a code that NHSO confirms
	GiveUp       Action = "give-up"       // close an item without a code
	CloseNotDue  Action = "close-not-due" // close a visit for which no authen is due
	Reopen       Action = "reopen"        // bring a closed item back to the list
	OpenItem     Action = "open-item"     // an item with HN and reason alone
	SecondCode   Action = "second-code"   // for a person who has one of today
	Void         Action = "void"          // mark a code as not to be used
	Reprint      Action = "reprint"

	Redeliver    Action = "redeliver"     // offer again what a receiver has refused
	DropDelivery Action = "drop-delivery" // stop offering it
	ErasePerson  Action = "erase-person"  // at the person's request
	VerifyAudit  Action = "verify-audit"  // and see its mark
	ExportAudit  Action = "export-audit"  //
	SetOperators Action = "set-operators" // add, reset, list
	LetIn        Action = "let-in"        // a station or a browser, and turn it out again
	SetMachine   Action = "set-machine"   // change the settings of a machine
)

// rights is the table of who may do what. Every role is decided in every row.
//
// Three rules stand behind it: whoever has the patient in front of them does everything
// for that patient; whoever answers for the desk undoes what another has begun, and takes
// data out of the program; whoever looks after machines sees nobody in full and
// changes no visit.
var rights = []struct {
	action                     Action
	staff, lead, administrator bool
}{
	{ListVisits, true, true, true},    // masked, it says whether a machine does its work
	{SeeNumbers, true, true, true},    // nobody can be recognized in them
	{SeeDevices, true, true, true},    // who sees a fault first should be able to tell it
	{AnswerCall, true, true, false},   // the patient wants somebody of the desk
	{ShowVisit, true, true, false},    // the patient is asked for name and phone; a machine needs neither
	{ShowNames, true, true, false},    // patients are called by name
	{ExportNames, false, true, false}, // what leaves the program is out of its care: one person answers for it

	{NewVisit, true, true, false},      // as patients do by themselves at a kiosk
	{CheckRight, true, true, false},    // before a visit is made at all
	{AskNHSO, true, true, false},       // it changes no visit, and tells whether a person was treated
	{CopyPID, true, true, false},       // pages of NHSO ask for it
	{Hold, true, true, false},          // the first step of every solution
	{Release, true, true, false},       // whoever took it can give it back
	{ReleaseOther, false, true, false}, // the holder may be at work: somebody decides that they are not
	{Complete, true, true, false},      // the card is on the table
	{Settle, true, true, false},        // NHSO's answer decides, not the operator
	{GiveUp, true, true, false},        // with a reason, and it can be opened again
	{CloseNotDue, true, true, false},   // the same
	{Reopen, true, true, false},        // it brings back work, and sends nothing
	{OpenItem, true, true, false},      // the unconscious and the newborn come to the desk first
	{SecondCode, true, true, false},    // with a reason; referrals come every morning
	{Void, true, true, false},          // a note; NHSO's record stays as it is
	{Reprint, true, true, false},       // counted and marked on the slip

	{Redeliver, false, true, true},     // the receiver was mended by those who look after it
	{DropDelivery, false, true, true},  // the hospital's software stays without that visit
	{ErasePerson, false, true, false},  // the law gives it to the person; it cannot be undone
	{VerifyAudit, false, true, true},   // it shows nobody, and tells whether somebody meddled
	{ExportAudit, false, true, true},   // it names visits and operators, no patients
	{SetOperators, false, false, true}, // who could make a lead could be one
	{LetIn, false, false, true},        // a machine that is let in acts for its operators
	{SetMachine, false, false, true},   // the unit, its token and its devices; they show no patient
}

// Allowed reports whether an operator of that role may do that. What is not in the table
// is allowed to nobody.
func Allowed(r Role, a Action) bool {
	for _, row := range rights {
		if row.action != a {
			continue
		}
		switch r {
		case Staff:
			return row.staff
		case Lead:
			return row.lead
		case Administrator:
			return row.administrator
		}
	}
	return false
}

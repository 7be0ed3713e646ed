package desk

import (
	"slices"

	"authenkiosk/visit"
)

// Step is something that can bring an item to its end. Its name keys the words of
// screens.
type Step string

// The steps.
const (
	Wait        Step = "wait"               // the program does it by itself
	ReadCard    Step = "read-card"          // the patient's card once more, at the desk
	OfficerCard Step = "officer-card"       // the card of a guardian, caregiver or officer vouches
	NewAuthen   Step = "new-authen"         // copy the PID, open NHSO's New Authen, ask NHSO until the code is there
	EnterCode   Step = "enter-code"         // a code from elsewhere; it counts when NHSO confirms it
	Ask         Step = "ask-nhso"           // whether there is a code
	CallAdmin   Step = "call-administrator" // the way to NHSO itself has to be mended
	Close       Step = "close"              // for a Reason
	PrintAgain  Step = "print-again"        // the slip
	BringBack   Step = "bring-back"         // to the list
)

// Steps returns every step.
func Steps() []Step {
	return []Step{Wait, ReadCard, OfficerCard, NewAuthen, EnterCode, Ask, CallAdmin, Close, PrintAgain, BringBack}
}

// MakesCode reports whether the step has NHSO make a code, which it does on the day of
// service alone.
func (s Step) MakesCode() bool { return s == ReadCard || s == OfficerCard || s == NewAuthen }

// Next is what is to be known of an item before anything is done: what happened, until
// when it can be solved, and what solves it, the best first.
type Next struct {
	Kind  Kind
	Limit Limit
	Steps []Step
}

// row is what a problem of a visit means on the day of service.
type row struct {
	kind  Kind
	steps []Step
}

var (
	// again is for those who can be asked for more.
	again = []Step{ReadCard, OfficerCard, NewAuthen, EnterCode, Ask, Close}
	// patientOnly is for what this way to NHSO takes from the patient's card alone.
	patientOnly = []Step{ReadCard, NewAuthen, EnterCode, Ask, Close}
	// byNHSO is for what NHSO decides by itself: another card changes nothing.
	byNHSO = []Step{NewAuthen, EnterCode, Ask, Close}
	// unknown is for whom NHSO cannot be asked.
	unknown = []Step{ReadCard, OfficerCard, Close}
	// there is for codes that exist.
	there = []Step{Ask, EnterCode, Close}
	// mend is for a way to NHSO that is closed, also to questions.
	mend = []Step{CallAdmin, NewAuthen, EnterCode, Ask, Close}
	// later is for every day after: nothing makes a code any more.
	later = []Step{Ask, EnterCode, Close}
)

// problems has what each problem means for a visit that was refused or is with the staff.
// Problems of devices, and those in which a kiosk makes no visit, are on no record of this
// version; one that finds itself there all the same can be solved like any other.
//
//exhaustive:enforce
var problems = map[visit.Problem]row{
	visit.NoProblem:         {Other, again},            // written by a version that knows more
	visit.ServiceDatePassed: {MissedDay, again},        // on its own day: a clock was set back
	visit.ClockWrong:        {Misdated, again},         // as a new visit of the day that is
	visit.UpstreamCannot:    {NoAPI, patientOnly},      // photo or certifier; only the card goes by this way
	visit.CardNeeded:        {CardNeeded, patientOnly}, // the installed agent asks for it
	visit.Draft:             {Draft, again},            // nothing was tried yet
	visit.StaffChecks:       {Other, again},            // the number was typed: a card proves it
	visit.NHSORefusedVisit:  {Refused, again},          // NHSO's words say why
	visit.NoRight:           {Refused, byNHSO},         // NHSO's own page shows more than its services
	visit.PersonDeceased:    {Refused, byNHSO},         // the register is wrong, or the number
	visit.NoNumber:          {Refused, byNHSO},         // NHSO knows no such number
	visit.CodeExists:        {Other, there},            // asking brings it
	visit.ServiceAtDesk:     {Other, byNHSO},           // the service is chosen on NHSO's page
	visit.CertifierSame:     {Other, again},            // another person vouches
	visit.CertifierTooYoung: {Other, again},            // the same
	visit.NHSOUnreachable:   {Other, again},            // the way is there again, or NHSO's page is
	visit.NHSOTooMany:       {Other, again},            // the same
	visit.NHSORefusedToken:  {Other, mend},             // the unit's token is of no use

	visit.ReaderMissing: {Other, again}, visit.CardMute: {Other, again}, visit.CardNotThai: {Other, again},
	visit.CardUnreadable: {Other, again}, visit.CardRemovedEarly: {Other, again}, visit.CardBusy: {Other, again},
	visit.CardExpired: {Other, again}, visit.CardServiceRefuses: {Other, again}, visit.CameraUnavailable: {Other, again},
	visit.PrinterUnavailable: {Other, again}, visit.PrinterNoPaper: {Other, again}, visit.PrinterCoverOpen: {Other, again},
	visit.NotSaved: {Other, again}, visit.ConfigWrong: {Other, again}, visit.DataInUse: {Other, again}, visit.DataUnusable: {Other, again},
}

// Next says what can be done about an item today.
func (i Item) Next(today visit.Date) Next {
	over := i.ServiceDate.Before(today)
	switch i.State {
	case visit.StateDone:
		return Next{NoWork, NoLimit, []Step{PrintAgain}}
	case visit.StateDropped:
		return Next{NoWork, WhileKept, []Step{BringBack}}
	case visit.StateInflight:
		// Anything else could make a second code.
		return Next{Unclear, WhileKept, []Step{Wait, Ask}}
	case visit.StatePending:
		if over {
			return Next{MissedDay, WhileKept, later}
		}
		return Next{Queued, EndOfDay, slices.Concat([]Step{Wait}, again)}
	}
	switch {
	case i.Unknown && over:
		return Next{Unknown, WhileKept, []Step{Close}}
	case i.Unknown:
		return Next{Unknown, EndOfDay, unknown}
	}
	known, ok := problems[i.Problem]
	if !ok {
		known = problems[visit.NoProblem]
	}
	switch {
	case known.kind == Misdated: // it has no day that could be over
		return Next{Misdated, WhileKept, known.steps}
	case !over:
		return Next{known.kind, EndOfDay, known.steps}
	case known.kind == Other: // whatever it was, the day has decided
		return Next{MissedDay, WhileKept, later}
	}
	return Next{known.kind, WhileKept, later}
}

package flow

import (
	"strings"
	"testing"
	"unsafe"

	"authenkiosk/visit"
)

// leftOut is everything that the walk does not tell apart, and why it need not:
// two worlds that differ in this alone go the same way. What is not listed here
// tells them apart.
var leftOut = []struct {
	path, why string
	fold      func(*world, *Session)
}{
	{"m.Way.Unit", "the configuration never changes; checkStep holds every step against that", func(w *world, _ *Session) { w.m.Unit = Unit{} }},
	{"m.Prefs", "no step looks at them: see TestSettingsAreAMachineOfTheirOwn", func(w *world, _ *Session) { w.m.Prefs = Prefs{} }},
	{"m.Help", "no step looks at it: see TestSettingsAreAMachineOfTheirOwn", func(w *world, _ *Session) { w.m.Help = false }},
	{"desk.Item", "no step looks at it: see followItems", func(w *world, _ *Session) { w.desk.Item = "" }},
	{"desk.ItemOf", "no step looks at it: see followItems", func(w *world, _ *Session) { w.desk.ItemOf = "" }},
	{"desk.Second", "its steps are followed in every scene: see followItems", func(w *world, _ *Session) { w.desk.Second = Second{} }},
	{"desk.NotSaved", "it is only shown", func(w *world, _ *Session) { w.desk.NotSaved = "" }},
	{"m.Coming", "no step looks at it: see TestSettingsAreAMachineOfTheirOwn", func(w *world, _ *Session) { w.m.Coming = false }},
	{"m.Waiting", "which card it is makes no difference, only that one waits", func(w *world, _ *Session) {
		if !w.m.Waiting.IsZero() {
			w.m.Waiting = insertions[0]
		}
	}},
	{"m.Way.Session.Insertion", "which card it is makes no difference, only that there is one", func(_ *world, x *Session) {
		if !x.Insertion.IsZero() {
			x.Insertion = insertions[0]
		}
	}},
	{"m.Way.Session.Certifier.Insertion", "which card vouches makes no difference, only in which reader it is", func(_ *world, x *Session) {
		if i := x.Certifier.Insertion; !i.IsZero() {
			x.Certifier.Insertion = insertions[1].into(i.Role)
		}
	}},
	{"m.Way.Session.Person", "who it is goes into the visit as it is; whether the age is known decides who may vouch, where somebody does", func(w *world, x *Session) {
		p := Person{}
		if x.identified() {
			p.PID = same.PID
			if w.atDesk() && x.Method == visit.MethodCard { // who may vouch with the phone that is theirs
				p.PID = x.Person.PID
			}
		}
		if !x.Person.Birth.IsZero() && x.Method == visit.MethodCertifier {
			p.Birth = same.Birth
		}
		x.Person = p
	}},
	{"m.Way.Session.Certifier.Person", "before the number of the patient is known it is only shown: the card is read again", func(w *world, x *Session) {
		if w.m.State == PIDEntry {
			x.Certifier.Person = Person{}
		}
	}},
	{"m.Way.Session.Phone", "which number it is goes into the visit as it is, only that there is one decides", func(_ *world, x *Session) {
		if !x.Phone.IsZero() {
			x.Phone = somePhone
		}
	}},
	{"m.Way.Session.PhoneTyped", "whether the card's owner typed it decides what waits for that card; of another proof it is only shown", func(_ *world, x *Session) {
		x.PhoneTyped = x.PhoneTyped && x.Method == visit.MethodCard
	}},
	{"m.Way.Session.PhoneOwner", "it is only shown, and goes into the visit as it is", func(_ *world, x *Session) { x.PhoneOwner = "" }},
	{"m.Way.Session.Slow", "it is only shown", func(_ *world, x *Session) { x.Slow = false }},
	{"m.Way.Session.Message", "it is only shown and printed", func(_ *world, x *Session) { x.Message = "" }},
	{"m.Way.Session.Code", "it is only shown and printed", func(_ *world, x *Session) { x.Code = "" }},
	{"m.Way.Session.IssuedAt", "it is only shown and printed", func(_ *world, x *Session) { x.IssuedAt = began }},
	{"m.Way.Session.Photo.Hint", "it is only shown", func(_ *world, x *Session) { x.Photo.Hint = 0 }},
	{"m.Way.Session.Slips", "it only names the last slip", func(_ *world, x *Session) { x.Slips = 0 }},
	{"m.Way.Session.Failures", "it only makes the next question later", func(_ *world, x *Session) { x.Failures = 0 }},
	{"m.Way.Session.Polls", "after the first answer it only makes the next question later", func(_ *world, x *Session) { x.Polls = min(x.Polls, 1) }},
	{"m.Way.Session.AskedOf", "but on the LINE screen it is only printed", func(w *world, x *Session) {
		if w.m.State != Line {
			x.AskedOf = visit.Date{}
		}
	}},
	{"m.Way.Session.Visit", "the rest of the visit follows from the session; checkSave holds it against that", func(_ *world, x *Session) {
		x.Visit = visit.Visit{ServiceDate: x.Visit.ServiceDate, ClaimType: x.Visit.ClaimType}
	}},
	{"m.Way.Session.Print", "a slip of which nobody knows is treated as one that was not asked for", func(_ *world, x *Session) {
		if x.Print == PrintUnclear {
			x.Print = NotPrinted
		}
	}},
	{"m.Way.Session.Problem", "but of a card that is asked for it is only shown and printed, and of one that cannot vouch it only counts that there is one", func(w *world, x *Session) {
		switch s := w.m.State; {
		case s == CertifierCard && x.Problem != visit.NoProblem:
			x.Problem = visit.CardUnreadable
		case s != CertifierCard && s != CardFault && s != PIDEntry:
			x.Problem = visit.NoProblem
		}
	}},
	{"m.Way.Session.Photo", "once it can be reviewed only its worth counts, and how many were taken while it may be taken again", func(w *world, x *Session) {
		switch {
		case x.Photo.Accepted:
			x.Photo = Photo{Accepted: true, GatePassed: x.Photo.GatePassed}
		case w.m.State == PhotoReview:
			x.Photo = Photo{GatePassed: x.Photo.GatePassed, Tries: x.Photo.Tries}
		}
	}},
	{"m.Way.Session.Right", "once all is answered it goes into the visit as it is", func(w *world, x *Session) {
		weighed := w.m.State.decided() || w.m.State == AlreadyHere || w.m.State == AlreadyElsewhere
		if weighed && x.Method != visit.MethodCertifier { // whose card may go, and all is weighed again
			x.Right, x.RightState, x.DoneState = visit.Right{}, Answered, Answered
		}
	}},
	{"m.Left", "it is only shown", func(w *world, _ *Session) { w.m.Left = false }},
	{"m.Way.Session.Photo.Failed", "it is only shown", func(_ *world, x *Session) { x.Photo.Failed = false }},
	{"m.Way.Session.Kept", "which number it is makes no difference, only whose it is, and whether it is whole", func(w *world, x *Session) {
		if x.Kept != (Kept{}) {
			of := same.PID
			if w.atDesk() {
				of = x.Kept.PID
			}
			x.Kept = Kept{PID: of, Input: x.Kept.Input, Phone: x.Kept.Phone}
			if !x.Kept.Phone.IsZero() {
				x.Kept.Phone = somePhone
			}
		}
	}},
	{"m.Way.Today", "which day it is makes no difference, only whether it is that of the visit, and of the question to LINE", func(w *world, x *Session) {
		for _, of := range []*visit.Date{&x.Visit.ServiceDate, &x.AskedOf} {
			switch *of {
			case visit.Date{}:
			case w.m.Today:
				*of = today
			default:
				*of = tomorrow
			}
		}
		w.m.Today = today
	}},
	{"m.Way.Devices.Printer", "it only counts whether there is a printer, and whether it is down", func(w *world, _ *Session) {
		if p := w.m.Devices.Printer; p != visit.DeviceAbsent && p != visit.DeviceDown {
			w.m.Devices.Printer = visit.DeviceReady
		}
	}},
	{"m.Way.Devices", "it only counts whether no visit can be taken, not why", func(w *world, _ *Session) {
		if d := &w.m.Devices; d.ClosedBecause() != visit.NoProblem {
			d.Storage, d.Clock, d.NHSOProblem = visit.DeviceDown, 0, 0
		}
	}},
	{"m.CardHere", "it only counts while the patient may go back to the choice of ways", func(w *world, x *Session) {
		again := x.Method == visit.MethodCertifier && whenCardIsOut[w.m.State] == asksAgain
		w.m.CardHere = w.m.CardHere && (w.m.State.beforeProof() || again)
	}},
	{"m.Way.Session", "a confirmed visit is what was made of the session, and of that only the day and the proof decide, and whether a number waits for the card", func(w *world, x *Session) {
		if s := w.m.State; s == Sending || s == Result || s == Queued {
			sent := Session{
				Insertion: x.Insertion, Method: x.Method, Person: Person{PID: x.Person.PID},
				Certifier: Certifier{Insertion: x.Certifier.Insertion, Relation: x.Certifier.Relation},
				Visit:     visit.Visit{ServiceDate: x.Visit.ServiceDate}, Phase: x.Phase, Print: x.Print, Reprints: x.Reprints,
			}
			if x.Phase == Saving {
				sent.PhoneTyped, sent.PhoneInput = x.PhoneTyped, x.PhoneInput
			}
			w.keepVouching(x, &sent)
			*x = sent
		}
	}},
	{"m.Way.Session", "once a visit is at NHSO or waits, its day is only shown and printed", func(w *world, x *Session) {
		if s := w.m.State; s == Result || s == Queued {
			x.Visit = visit.Visit{}
		}
	}},
	{"m.Way.Session", "screens that send to the desk only show what is known", func(w *world, x *Session) {
		s := w.m.State
		if s != Desk && s != NoRight {
			return
		}
		shown := Session{
			Insertion: x.Insertion, Method: x.Method, Person: Person{PID: x.Person.PID}, Kept: x.Kept, Print: x.Print,
			Certifier: Certifier{Insertion: x.Certifier.Insertion, Relation: x.Certifier.Relation},
		}
		w.keepVouching(x, &shown)
		*x = shown
	}},
}

// atDesk reports whether it is the world of a station.
func (w *world) atDesk() bool { return w.desk.Is }

// keepVouching keeps what the next patient has of a session whose card vouches for them.
func (w *world) keepVouching(x, kept *Session) {
	if !w.atDesk() {
		return
	}
	kept.Phone, kept.PhoneTyped = x.Phone, x.PhoneTyped
	if x.Method == visit.MethodCertifier {
		kept.Certifier.Person.PID = x.Certifier.Person.PID
	}
}

// fold puts one value in the place of all that lead the same way.
func (w *world) fold() {
	for i := range leftOut {
		leftOut[i].fold(w, &w.m.Session)
	}
}

func TestTheWalkLeavesOutNothingButWhatIsListed(t *testing.T) {
	used := map[string]bool{}
	for i := range worldLeaves {
		l := &worldLeaves[i]
		for _, s := range States() {
			w := world{m: Model{Way: Way{State: s}}}
			base := w.key()
			if l.path == "m.Way.State" {
				continue
			}
			put(unsafe.Pointer(&w), l)
			if w.key() != base {
				continue
			}
			listed := false
			for _, o := range leftOut {
				if l.path == o.path || strings.HasPrefix(l.path, o.path+".") {
					listed, used[o.path] = true, true
				}
			}
			if !listed {
				t.Errorf("%v: %s is left out and not listed", s, l.path)
			}
		}
	}
}

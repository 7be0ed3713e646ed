package kiosk

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// patient stands at a kiosk whose screen and flow work on each other, as they do in
// the program; what comes from devices and NHSO is told to the flow.
type patient struct {
	t    *testing.T
	k    *Kiosk
	m    flow.Model
	now  time.Time
	taps int
}

func atKiosk(t *testing.T, size fyne.Size) *patient {
	p := &patient{t: t, m: welcomeModel(), now: noon}
	p.m.Unit.ClaimTypes, p.m.Unit.Upstream = sampleClaims()[:1], []visit.Method{visit.MethodCard}
	o := sampleOptions()
	o.Send, o.Now, o.Settle = p.tell, func() time.Time { return p.now }, 0
	p.k = shown(t, o, p.m, size)
	return p
}

// tell is what the program does with whatever happens.
func (p *patient) tell(e flow.Event) {
	p.m, _ = flow.Step(p.m, e)
	p.k.Show(p.m)
}

// tap puts a finger where the screen has that button now.
func (p *patient) tap(name string) {
	p.t.Helper()
	p.now = p.now.Add(time.Second)
	touchIt(find(p.t, p.k, name))
	p.taps++
}

// insert puts a card in and lets NHSO answer.
func (p *patient) insert(known visit.Phone) {
	x := fullSession(p.t)
	n := x.Insertion.Number
	p.tell(flow.CardInserted{Insertion: x.Insertion})
	p.tell(flow.CardIdentified{Number: n, Person: x.Person})
	p.tell(flow.CardRead{Number: n, Expiry: visit.PartialDate{Lifelong: true}})
	if !known.IsZero() {
		p.tell(flow.PhoneKnown{Number: n, Phone: known, Owner: visit.PhoneOfPatient})
	}
	p.tell(flow.RightFound{Number: n, Right: x.Right})
	p.tell(flow.StatusFound{Number: n})
}

func TestAKnownPhoneTakesOneTapOnTheScreenAndANewOneEleven(t *testing.T) {
	for _, size := range panels {
		known := atKiosk(t, size)
		known.insert(fullSession(t).Phone)
		known.tap("confirm")

		anew := atKiosk(t, size)
		anew.insert(visit.Phone{})
		for _, d := range samplePhone {
			anew.tap("digit-" + string(d))
		}
		anew.tap("confirm")

		for _, c := range []struct {
			name string
			p    *patient
			want int
		}{{"a known phone", known, 1}, {"a new one", anew, 11}} {
			if c.p.m.State != flow.Sending || c.p.m.Session.Phone.Digits() != samplePhone {
				t.Errorf("%v, %s: %v with %q", size, c.name, c.p.m.State, c.p.m.Session.Phone)
			}
			if c.p.taps != c.want {
				t.Errorf("%v, %s: %d taps", size, c.name, c.p.taps)
			}
		}
	}
}

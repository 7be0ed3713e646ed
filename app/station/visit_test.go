package station

import (
	"errors"
	"testing"
	"time"

	"authenkiosk/app/config"
	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/desk"
	"authenkiosk/desk/session"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
	"authenkiosk/visit/flow"
)

func TestAVisitIsMadeAtTheDeskUnderTheNameOfItsOperator(t *testing.T) {
	d := newDesk(t)
	d.start()
	token, o := d.operator(rules.Staff)
	by := desk.OperatorAt(d.Machine, o)
	d.upToConfirm(virtualcard.Adult())
	d.Send(flow.TapConfirm{})
	d.until("slip", func(m flow.Station) bool { return m.State == flow.Result && m.Session.Print == flow.Printed })
	id := d.last.Session.Insertion.VisitID
	r, err := d.Store.Visit(id)
	if err != nil || r.State != visit.StateDone || r.Code != d.last.Session.Code {
		t.Fatalf("the visit is %s with %s: %v", r.State, r.Code, err)
	}
	events, err := d.Store.AuditOf(id)
	if err != nil || events[0].Name != "visit-saved" || events[0].Handle != d.Store.OperatorHandle(by.Name) {
		t.Errorf("the audit begins with %+v: %v", events[0], err)
	}

	n, err := d.Counter().Reprint(t.Context(), by, id)
	if err != nil || n != 1 {
		t.Errorf("reprint %d: %v", n, err)
	}
	if err := d.paper.Wait(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Counter().Reprint(t.Context(), by, "01900000-0000-7000-8000-000000000001"); !errors.Is(err, desk.NotFound) {
		t.Errorf("of no visit: %v", err)
	}

	d.SignOut(token)
	d.until("end of the session", func(m flow.Station) bool { return m.State == flow.Welcome && m.By == "" })
	d.remove()
	d.insert(virtualcard.Officer())
	d.eventually("card", func() bool { return d.Cards.Insertion() != 0 })
	d.Send(flow.DayChanged{Today: visit.Date{Year: 2030, Month: 1, Day: 1}}) // behind the card
	d.until("day", func(m flow.Station) bool { return m.Today.Year == 2030 })
	if d.last.State != flow.Welcome {
		t.Errorf("nobody is signed in, and the desk is at %v", d.last.State)
	}
}

func TestTheNumberOfAnEarlierVisitIsOfferedAsTheConfigurationSays(t *testing.T) {
	d := newDesk(t)
	d.start(func(c *config.Config) { c.Kiosk.RememberPhoneDays = 30 })
	d.operator(rules.Staff)
	now := time.Now().Add(-24 * time.Hour)
	p := virtualcard.Adult()
	v := visitOf(t, p, 1)
	v.ServiceDate, v.CreatedAt = visit.ServiceDateOf(now), now
	if err := errors.Join(d.Store.Save(v, now), d.Store.Begin(v.ID, now), d.Store.Done(v.ID, "PP1200000009", now)); err != nil {
		t.Fatal(err)
	}
	d.Send(flow.PageShown{Shown: true})
	d.insert(p)
	d.at(flow.Confirm)
	if got := d.last.Session.Phone.Digits(); got != typedPhone {
		t.Errorf("the number is %q", got)
	}
}

func TestWhoseSessionIsOverMakesNoVisit(t *testing.T) {
	d := newDesk(t)
	d.start()
	_, o := d.operator(rules.Lead)
	d.upToConfirm(virtualcard.Adult())
	pin, err := rules.NewPIN("731946")
	if err == nil {
		err = d.Store.ResetOperator(o.ID, pin) // the session of somebody who got another PIN is over
	}
	if err != nil {
		t.Fatal(err)
	}
	d.Send(flow.TapConfirm{})
	d.at(flow.Desk)
	if n, err := d.Store.Counts(visit.ServiceDateOf(time.Now())); d.last.Session.Problem != visit.NotSaved || err != nil || n.Pending+n.DoneToday+n.Staff != 0 {
		t.Errorf("%v, %+v: %v", d.last.Session.Problem, n, err)
	}
}

func TestWhoLooksAfterMachinesMakesNoVisits(t *testing.T) {
	d := newDesk(t)
	d.start()
	token, _ := d.operator(rules.Administrator)
	d.Send(flow.PageShown{Shown: true})
	d.insert(virtualcard.Adult())
	d.eventually("card", func() bool { return d.Cards.Insertion() != 0 })
	d.Send(flow.DayChanged{Today: visit.Date{Year: 2030, Month: 1, Day: 1}})
	d.until("day", func(m flow.Station) bool { return m.Today.Year == 2030 })
	if d.last.By != "" || d.last.State != flow.Welcome {
		t.Errorf("%q is at %v", d.last.By, d.last.State)
	}
	d.SignOut(token)
	if _, err := d.Of(token); !errors.Is(err, session.ErrOver) {
		t.Error(err)
	}
}

func TestTheCardOfAGuardianServesTheChildWithOneReader(t *testing.T) {
	d := newDesk(t)
	d.start()
	d.operator(rules.Staff)
	guardian, child := virtualcard.Adult(), virtualcard.Population()[2]
	d.upToConfirm(guardian)
	d.Send(flow.TapVouches{})
	d.at(flow.PIDEntry)
	d.digits(child.PID.Digits())
	d.at(flow.RelationChoice)
	d.Send(flow.TapRelation{Relation: visit.RelationParent})
	d.at(flow.Confirm)
	d.Send(flow.TapConfirm{})
	d.at(flow.Result)
	r, err := d.Store.Visit(d.last.Session.Insertion.VisitID)
	if v := r.Visit; err != nil || v.PID != child.PID || v.Attestation.Certifier != guardian.PID || v.Phone.Digits() != typedPhone || v.PhoneOwner != visit.PhoneOfRelative {
		t.Errorf("%v %v: %v", v.PID, v.Attestation, err)
	}
}

func TestAPatientWithoutACardIsProvedByTheCameraOfTheDesk(t *testing.T) {
	d := newDesk(t)
	frames := make(chan struct{}, 1)
	d.before = func() {
		d.Frames(func() {
			select {
			case frames <- struct{}{}:
			default:
			}
		})
	}
	d.start()
	_, o := d.operator(rules.Staff)
	p := virtualcard.Adult()
	d.Send(flow.PageShown{Shown: true})
	d.until("camera", func(m flow.Station) bool { return m.Offers(visit.MethodPhoto) })
	d.Send(flow.TapMethod{Method: visit.MethodPhoto})
	d.at(flow.PIDEntry)
	d.digits(p.PID.Digits())
	d.at(flow.PhotoAim)
	<-frames
	d.eventually("picture", func() bool { picture, _ := d.Preview(); return picture != nil })
	// A machine that stands still now and then may never see the face steady: the shutter
	// takes the picture as it is.
	d.until("photo", func(m flow.Station) bool {
		if x := m.Session.Photo; m.State == flow.PhotoAim && x.Camera == visit.DeviceReady && x.Countdown == 0 && !x.Taking {
			d.Send(flow.TapShutter{})
		}
		return m.State == flow.PhotoReview
	})
	d.Send(flow.TapUsePhoto{})
	d.at(flow.PhoneEntry)
	d.digits(typedPhone)
	d.at(flow.Confirm)
	d.Send(flow.TapConfirm{})
	d.until("end", func(m flow.Station) bool { return m.State == flow.Result || m.State == flow.Desk })
	id := d.last.Session.Visit.ID
	r, err := d.Store.Visit(id)
	photo, bad := d.Store.Photo(id)
	if err = errors.Join(err, bad); err != nil || len(photo) == 0 || r.Visit.Method != visit.MethodPhoto {
		t.Errorf("%s, %d bytes: %v", r.Visit.Method, len(photo), err)
	}
	events, err := d.Store.AuditOf(id)
	if by := desk.OperatorAt(d.Machine, o).Name; err != nil || events[0].Handle != d.Store.OperatorHandle(by) {
		t.Errorf("the audit begins with %+v: %v", events[0], err)
	}
}

// visitOf is a visit of today of a person.
func visitOf(t *testing.T, p virtualcard.Person, n byte) visit.Visit {
	t.Helper()
	phone, err := visit.ParsePhone(typedPhone)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	return visit.Visit{
		ID: visit.ID("01900000-0000-7000-8000-00000000000" + string('0'+n)), HCode: config.Default().Unit.HCode, ServiceDate: visit.ServiceDateOf(now), PID: p.PID,
		Name: p.Name, Sex: p.Sex, Phone: phone, PhoneOwner: visit.PhoneOfPatient, ClaimType: visit.ClaimType{Code: "PG0060001"}, Method: visit.MethodCard, CreatedAt: now,
	}
}

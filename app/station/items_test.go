package station

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"

	"authenkiosk/app"
	"authenkiosk/app/config"
	"authenkiosk/app/headless"
	"authenkiosk/app/pairings"
	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/desk"
	"authenkiosk/desk/session"
	"authenkiosk/nhso/testzone"
	"authenkiosk/storage"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
	"authenkiosk/visit/flow"
)

func TestAnItemOfThisMachineIsCompletedWithTheCardOfItsPatientAlone(t *testing.T) {
	d := newDesk(t)
	d.start()
	_, o := d.operator(rules.Staff)
	by := desk.OperatorAt(d.Machine, o)
	p := virtualcard.Adult()
	item := visitOf(t, p, 1)
	if err := errors.Join(d.Visits.SaveForStaff(item, visit.Draft, time.Now()), d.Desk.Hold(t.Context(), by, item.ID)); err != nil {
		t.Fatal(err)
	}

	d.Send(flow.TapItem{Item: item.ID}) // the page does not know whose it is
	d.upToConfirm(virtualcard.Population()[1])
	d.Send(flow.TapConfirm{})
	d.at(flow.Desk)
	if r, err := d.Store.Visit(item.ID); d.last.NotSaved != OtherPerson || d.last.Session.Problem != visit.NotSaved || err != nil || r.Hold.Completion != "" {
		t.Errorf("the card of somebody else: %v, %+v, %v", d.last.Session.Problem, r.Hold, err)
	}
	d.Send(flow.TapClose{})
	d.remove()
	d.until("taken card", func(m flow.Station) bool { return !m.CardIn })

	d.Send(flow.TapItem{Item: item.ID, Of: p.PID.Masked()})
	d.upToConfirm(p)
	d.Send(flow.TapConfirm{})
	d.at(flow.Result)
	r, err := d.Store.Visit(item.ID)
	if err != nil || r.State != visit.StateDone || r.Code != d.last.Session.Code || r.SettledBy != d.last.Session.Insertion.VisitID || r.ClosedBy != by.Name {
		t.Errorf("the item is %s with %s by %q: %v", r.State, r.Code, r.ClosedBy, err)
	}
}

// Somebody began before midnight, or has left the page open.
func TestAnItemWhoseDayIsOverGetsNoCodeOfAnotherDay(t *testing.T) {
	d := newDesk(t)
	d.start()
	_, o := d.operator(rules.Staff)
	p := virtualcard.Adult()
	item := visitOf(t, p, 1)
	yesterday := time.Now().AddDate(0, 0, -1)
	item.ServiceDate, item.CreatedAt = visit.ServiceDateOf(yesterday), yesterday
	if err := errors.Join(d.Visits.SaveForStaff(item, visit.Draft, yesterday), d.Desk.Hold(t.Context(), desk.OperatorAt(d.Machine, o), item.ID)); err != nil {
		t.Fatal(err)
	}
	d.Send(flow.TapItem{Item: item.ID, Of: p.PID.Masked()})
	d.upToConfirm(p)
	d.Send(flow.TapConfirm{})
	d.until("end", func(m flow.Station) bool { return m.State == flow.Desk || m.State == flow.Result })
	r, err := d.Store.Visit(item.ID)
	if d.last.Session.Problem != visit.NotSaved || err != nil || r.Code != "" || r.Hold.Completion != "" {
		t.Errorf("%v with problem %v; the item has %q, %+v, %v", d.last.State, d.last.Session.Problem, r.Code, r.Hold, err)
	}
}

// other is another machine with an item that somebody of this desk holds.
type other struct {
	*headless.Headless
	zone *testzone.Zone // at which its visits are sent
	item visit.Visit
	url  string
}

var pairingCode = regexp.MustCompile(`[0-9]{4}-[0-9]{4}`)

// pairedWith starts another machine, which has let the desk in.
func (d *counterDesk) pairedWith() *other {
	d.t.Helper()
	zone, err := testzone.New(testzone.Options{})
	if err != nil {
		d.t.Fatal(err)
	}
	c := config.Default()
	c.Agent.Enabled, c.Agent.Listen = true, "127.0.0.1:0"
	h, err := headless.New(app.Options{Config: c, Data: d.t.TempDir(), Log: slog.New(slog.DiscardHandler), Demo: worldOf(zone), Settling: soon})
	if err != nil {
		d.t.Fatal(err)
	}
	address, err := h.Listen()
	if err != nil {
		d.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := h.Run(ctx); err != nil {
			d.t.Error(err)
		}
	})
	d.t.Cleanup(func() { stop(); running.Wait() })
	o := &other{Headless: h, zone: zone, item: visitOf(d.t, virtualcard.Adult(), 1), url: "http://" + address.String()}
	pin, err := rules.NewPIN(typedPIN)
	var shown bytes.Buffer
	if err = errors.Join(err, h.Visits.SaveForStaff(o.item, visit.Draft, time.Now()), h.Agent.Pair(&shown)); err != nil {
		d.t.Fatal(err)
	}
	name, _ := rules.ParseOperatorName("สมศรี " + string(rules.Staff)) // as at the desk
	_, err = h.Store.AddOperator(name, rules.Staff, pin)
	paired, bad := pairings.Pair(d.t.Context(), visit.ZoneDemo, o.url, "", pairingCode.FindString(shown.String()), "desk-1")
	if err = errors.Join(err, bad); err != nil {
		d.t.Fatal(err)
	}
	secrets := storage.OpenSecrets(filepath.Join(d.data, string(visit.ZoneDemo)))
	if err := pairings.NewBook(secrets, visit.ZoneDemo).Keep(paired); err != nil {
		d.t.Fatal(err)
	}
	return o
}

// Every moment at which the program of the desk can end.
func TestAnItemOfAnotherMachineIsCompletedHereWhateverEndsMeanwhile(t *testing.T) {
	const submitting = "/nhsoendpoint/api/AuthenCode"
	for _, c := range []struct {
		name string
		sees flow.State // what the operator sees last; Welcome: no visit was saved
		ends bool       // the program, before the owner has heard the end
		done bool       // the item, in the end
	}{
		{"nothing ends", flow.Result, false, true},
		{"the desk ends while its visit waits for NHSO", flow.Queued, true, true},
		{"the desk ends before it has saved the visit", flow.Welcome, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t)
			o := d.pairedWith()
			paired := func(c *config.Config) { c.Desk.URLs = []string{o.url} }
			d.start(paired)
			token, _ := d.operator(rules.Staff)
			at := d.Others[0]
			var who desk.Operator
			d.eventually("sign-in over there", func() (in bool) {
				operator, err := at.Who(token)
				who = operator
				return err == nil
			})
			if err := at.Desk.Hold(t.Context(), who, o.item.ID); err != nil {
				t.Fatal(err)
			}
			now := time.Now().Add(time.Second).UnixMilli() // what is older than its pairing a station does not know
			made := visit.ID(fmt.Sprintf("%08x-%04x-7000-8000-000000000002", now>>16, now&0xffff))
			if c.sees == flow.Welcome {
				if err := at.Desk.Complete(t.Context(), who, o.item.ID, made); err != nil { // the owner has said yes
					t.Fatal(err)
				}
			} else {
				if c.ends {
					if err := d.zone.SetFault(testzone.Fault{Path: submitting, Kind: testzone.FaultDown}); err != nil {
						t.Fatal(err)
					}
				}
				d.Send(flow.TapItem{Item: o.item.ID, Of: o.item.PID.Masked()})
				d.upToConfirm(virtualcard.Adult())
				d.Send(flow.TapConfirm{})
				d.at(c.sees)
				made = d.last.Session.Insertion.VisitID
			}
			if c.ends {
				if _, err := o.Desk.Release(t.Context(), who, o.item.ID); !errors.Is(err, desk.InFlight) {
					t.Errorf("while the desk may have made it: %v", err)
				}
				d.end()
				d.zone.ClearFaults()
				d.start(paired) // nobody signs in
			}
			if !c.done {
				d.eventually("free item", func() bool {
					r, err := o.Store.Visit(o.item.ID)
					return err == nil && r.Held() && r.Hold.Completion == ""
				})
				if _, err := o.Desk.Release(t.Context(), who, o.item.ID); err != nil {
					t.Error(err)
				}
				return
			}
			d.eventually("end of the item", func() bool {
				r, err := o.Store.Visit(o.item.ID)
				return err == nil && r.State == visit.StateDone
			})
			mine, err := d.Store.Visit(made)
			theirs, bad := o.Store.Visit(o.item.ID)
			if err = errors.Join(err, bad); err != nil || mine.Code == "" || mine.Code != theirs.Code || theirs.SettledBy != made || theirs.ClosedBy != who.Name {
				t.Errorf("%s here, %s there by %q: %v", mine.Code, theirs.Code, theirs.ClosedBy, err)
			}
			codes := slices.DeleteFunc(d.zone.Codes(), func(c testzone.Code) bool { return c.PID != o.item.PID.Digits() })
			if len(codes) != 1 {
				t.Errorf("%d codes were made", len(codes))
			}
		})
	}
}

func TestASecondCodeIsMadeForItsPersonAlone(t *testing.T) {
	d := newDesk(t)
	d.start()
	_, o := d.operator(rules.Staff)
	by := desk.OperatorAt(d.Machine, o)
	p := virtualcard.Adult()
	d.upToConfirm(p)
	d.Send(flow.TapConfirm{})
	d.at(flow.Result)
	first := d.last.Session
	d.remove()
	d.until("taken card", func(m flow.Station) bool { return !m.CardIn })

	a, err := d.Desk.SecondCode(t.Context(), by, first.Insertion.VisitID, rules.Referral)
	if err != nil || len(a.Codes) != 1 || a.Codes[0].Code != first.Code {
		t.Fatalf("there are %+v: %v", a.Codes, err)
	}
	second := flow.Second{Of: first.Insertion.VisitID, Why: string(rules.Referral), Claim: first.ClaimType.Code, Besides: []visit.AuthenCode{first.Code}}
	stranger := virtualcard.Population()[1]
	d.Send(flow.TapSecond{Second: second, Of: stranger.PID.Masked()}) // as if the numbers were alike
	d.upToConfirm(stranger)
	d.Send(flow.TapConfirm{})
	d.at(flow.Desk)
	if d.last.NotSaved != OtherPerson {
		t.Errorf("the card of somebody else: %q", d.last.NotSaved)
	}
	d.Send(flow.TapClose{})
	d.remove()
	d.until("taken card", func(m flow.Station) bool { return !m.CardIn })

	// NHSO gives no second one of the same claim type here: the first is not taken for it.
	d.Send(flow.TapSecond{Second: second, Of: p.PID.Masked()})
	d.upToConfirm(p)
	d.Send(flow.TapConfirm{})
	d.at(flow.Desk)
	r, err := d.Store.Visit(d.last.Session.Insertion.VisitID)
	if err != nil || r.State != visit.StateRefused || r.Code != "" || r.Second.Of != second.Of || r.Second.Why != rules.Referral || r.Second.By != by.Name {
		t.Errorf("it is %s with %q, %+v: %v", r.State, r.Code, r.Second, err)
	}
	d.Send(flow.TapClose{})
	d.remove()
	d.until("taken card", func(m flow.Station) bool { return !m.CardIn })

	second.Why, second.Other = string(rules.OtherService), true
	d.Send(flow.TapSecond{Second: second, Of: p.PID.Masked()})
	d.insert(p)
	d.at(flow.ClaimTypeChoice)
	d.Send(flow.TapClaimType{Code: d.last.Session.Offered[0].Code})
	d.at(flow.PhoneEntry)
	d.digits(typedPhone)
	d.at(flow.Confirm)
	d.Send(flow.TapConfirm{})
	d.at(flow.Result)
	r, err = d.Store.Visit(d.last.Session.Insertion.VisitID)
	if err != nil || r.Code == first.Code || r.Second.Why != rules.OtherService || len(r.Second.Besides) > 0 || r.Visit.ClaimType.Code == first.ClaimType.Code {
		t.Errorf("%s besides %s, %+v: %v", r.Code, first.Code, r.Second, err)
	}
}

// The patient was told at a kiosk that the code follows, and comes to the desk: the request of the
// kiosk may be at work at NHSO, or leave when NHSO is there again.
func TestNoVisitIsMadeHereForAPatientWhoseVisitWaitsAtAnotherMachine(t *testing.T) {
	d := newDesk(t)
	o := d.pairedWith()
	if err := o.zone.SetFault(testzone.Fault{Kind: testzone.FaultDown}); err != nil {
		t.Fatal(err)
	}
	p := virtualcard.Adult()
	waits := visitOf(t, p, 3)
	if err := errors.Join(o.Visits.Drop(o.item.ID, time.Now()), o.Visits.Save(waits, time.Now())); err != nil {
		t.Fatal(err)
	}
	d.start(func(c *config.Config) { c.Desk.URLs = []string{o.url} })
	token, _ := d.operator(rules.Staff)
	d.eventually("sign-in over there", func() bool { _, err := d.Others[0].Who(token); return err == nil })
	try := func(want string) {
		t.Helper()
		d.upToConfirm(p)
		d.Send(flow.TapConfirm{})
		d.until("end", func(m flow.Station) bool { return m.State == flow.Desk || m.State == flow.Result })
		_, err := d.Store.Visit(d.last.Session.Insertion.VisitID)
		if d.last.NotSaved != want || !errors.Is(err, storage.ErrNotFound) {
			t.Fatalf("it is %v, %q, saved: %v", d.last.State, d.last.NotSaved, err)
		}
		d.Send(flow.TapClose{})
		d.remove()
		d.until("taken card", func(m flow.Station) bool { return !m.CardIn })
	}
	try(WaitsElsewhere)
	if err := d.freeForPrograms(t.Context(), waits); !errors.Is(err, errWaits) {
		t.Errorf("a program of the hospital may ask for a code: %v", err)
	}
	if err := o.Store.Begin(waits.ID, time.Now()); err != nil {
		t.Fatal(err)
	}
	try(WaitsElsewhere)
	if err := o.Store.Done(waits.ID, "PP1200000999", time.Now()); err != nil { // which NHSO does not show yet
		t.Fatal(err)
	}
	try(string(desk.NotOpen))
	d.SignOut(token)
	if err := d.freeForPrograms(t.Context(), waits); err != nil {
		t.Errorf("nobody is signed in who could ask: %v", err)
	}
}

// Nor for an item that this machine has of the patient, as a draft of hospital software, nor for a
// second code.
func TestNothingIsCompletedHereBesideAVisitThatWaitsAtAnotherMachine(t *testing.T) {
	d := newDesk(t)
	o := d.pairedWith()
	if err := o.zone.SetFault(testzone.Fault{Kind: testzone.FaultDown}); err != nil {
		t.Fatal(err)
	}
	p := virtualcard.Adult()
	item, first, waits := visitOf(t, p, 4), visitOf(t, p, 5), visitOf(t, p, 3)
	if err := errors.Join(o.Visits.Drop(o.item.ID, time.Now()), o.Visits.Save(waits, time.Now()), o.Store.Begin(waits.ID, time.Now())); err != nil {
		t.Fatal(err)
	}
	d.start(func(c *config.Config) { c.Desk.URLs = []string{o.url} })
	token, who := d.operator(rules.Staff)
	d.eventually("sign-in over there", func() bool { _, err := d.Others[0].Who(token); return err == nil })
	try := func(begin flow.Event, want string) {
		t.Helper()
		d.Send(begin)
		d.upToConfirm(p)
		d.Send(flow.TapConfirm{})
		d.until("end", func(m flow.Station) bool { return m.State == flow.Desk || m.State == flow.Result })
		_, err := d.Store.Visit(d.last.Session.Insertion.VisitID)
		if d.last.NotSaved != want || errors.Is(err, storage.ErrNotFound) != (want != "") {
			t.Errorf("%T: it is %v, %q, saved: %v", begin, d.last.State, d.last.NotSaved, err)
		}
		d.Send(flow.TapClose{})
		d.remove()
		d.until("taken card", func(m flow.Station) bool { return !m.CardIn })
	}
	by := desk.OperatorAt(d.Machine, who)
	if err := errors.Join(d.Store.SaveForStaff(item, visit.Draft, time.Now()), d.Desk.Hold(t.Context(), by, item.ID)); err != nil {
		t.Fatal(err)
	}
	completes := flow.TapItem{Item: item.ID, Of: p.PID.Masked()}
	try(completes, WaitsElsewhere)
	if err := o.Store.Done(waits.ID, "PP1200000999", time.Now()); err != nil { // which NHSO does not show yet
		t.Fatal(err)
	}
	try(completes, string(desk.NotOpen))

	err := errors.Join(d.Desk.Close(t.Context(), by, item.ID, rules.DayMissed),
		d.Store.SaveDone(first, "", "PP1200000998", time.Now(), time.Now())) // at once: what waits is sent
	if err != nil {
		t.Fatal(err)
	}
	second := flow.Second{Of: first.ID, Why: string(rules.Referral), Claim: first.ClaimType.Code, Besides: []visit.AuthenCode{"PP1200000998"}}
	try(flow.TapSecond{Second: second, Of: p.PID.Masked()}, string(desk.NotOpen))
	second.Besides = append(second.Besides, "PP1200000999") // once NHSO shows it
	try(flow.TapSecond{Second: second, Of: p.PID.Masked()}, "")
}

func TestASecondCodeIsMadeHereForACodeOfAnotherMachine(t *testing.T) {
	d := newDesk(t)
	o := d.pairedWith()
	v := visitOf(t, virtualcard.Adult(), 3)
	if err := o.Store.SaveDone(v, "", "PP1200000999", time.Now(), time.Now()); err != nil {
		t.Fatal(err)
	}
	d.start(func(c *config.Config) { c.Desk.URLs = []string{o.url} })
	token, _ := d.operator(rules.Staff)
	d.eventually("sign-in over there", func() bool { _, err := d.Others[0].Who(token); return err == nil })
	second := flow.Second{Of: v.ID, Why: string(rules.Referral), Claim: v.ClaimType.Code, Besides: []visit.AuthenCode{"PP1200000999"}}
	d.Send(flow.TapSecond{Second: second, Of: v.PID.Masked()})
	d.upToConfirm(virtualcard.Adult())
	d.Send(flow.TapConfirm{})
	d.at(flow.Result)
	if r, err := d.Store.Visit(d.last.Session.Insertion.VisitID); err != nil || r.Second.Of != v.ID || r.State != visit.StateDone || len(r.Second.Besides) != 1 {
		t.Errorf("it is %s for %+v: %v", r.State, r.Second, err)
	}
}

func TestWhatStandsAgainstAVisitIsNamedForTheScreen(t *testing.T) {
	for _, c := range []struct {
		err error
		why string
	}{
		{nil, ""},
		{errors.New("the disk is full"), ""},
		{errOtherPerson, OtherPerson},
		{errWaits, WaitsElsewhere},
		{session.ErrOver, string(desk.NotSignedIn)},
		{storage.ErrNotHeld, string(desk.NotHeld)},
		{&storage.HeldError{}, string(desk.Held)},
		{&storage.TransitionError{}, string(desk.NotOpen)},
		{&desk.Error{Code: desk.Unreachable}, string(desk.Unreachable)},
		{&desk.Error{Code: desk.Failed}, ""},
	} {
		if got := whyNot(c.err); got != c.why {
			t.Errorf("%v is %q, want %q", c.err, got, c.why)
		}
	}
}

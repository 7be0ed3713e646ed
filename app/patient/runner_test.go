package patient

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/app/wait"
	"authenkiosk/outbox"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// bench is a runner on fakes, with everything that was done to them.
type bench struct {
	mu     sync.Mutex
	log    []string
	saved  []visit.Visit
	models []flow.Model

	readErr  error
	saveTime time.Duration
	saveErr  error
	outcome  outbox.Outcome
	asked    int                    // how often NHSO was asked for codes
	codes    []visit.Authentication // its answer from the second time on

	photo []byte
	seen  func(flow.Event)
}

func (b *bench) did(what string) {
	b.mu.Lock()
	b.log = append(b.log, what)
	b.mu.Unlock()
}

func (b *bench) count(what string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for _, l := range b.log {
		if l == what {
			n++
		}
	}
	return n
}

func (b *bench) Read(ctx context.Context, _ uint64, identified func(flow.Person)) (flow.CardRead, error) {
	b.did("read")
	if b.readErr != nil {
		return flow.CardRead{}, b.readErr
	}
	pid, _ := visit.ParsePID("9000000000004")
	identified(flow.Person{PID: pid, Name: visit.Name{First: "ทดสอบ"}})
	if !wait.For(ctx, 100*time.Millisecond) {
		return flow.CardRead{}, ctx.Err()
	}
	return flow.CardRead{}, nil
}

func (b *bench) ProblemOf(error) visit.Problem { return visit.CardUnreadable }

func (b *bench) ExpectCertifier(expected bool) {
	if expected {
		b.did("expect certifier")
	}
}

func (b *bench) Right(context.Context, visit.PID, visit.Date) (flow.RightFound, error) {
	return flow.RightFound{Right: visit.Right{Main: visit.Coded{ID: "UCS"}}}, nil
}

func (b *bench) Status(context.Context, visit.PID, visit.Date) ([]visit.Authentication, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.asked++; b.asked == 1 {
		return nil, nil
	}
	return b.codes, nil
}

func (b *bench) Save(v visit.Visit, _ time.Time) error {
	time.Sleep(b.saveTime)
	b.did("save")
	b.mu.Lock()
	defer b.mu.Unlock()
	b.saved = append(b.saved, v)
	return b.saveErr
}

func (b *bench) SaveWithPhoto(v visit.Visit, jpeg []byte, at time.Time) error {
	if len(jpeg) == 0 {
		return errors.New("an empty photo")
	}
	b.did("photo")
	return b.Save(v, at)
}

func (b *bench) SaveDone(v visit.Visit, _ string, code visit.AuthenCode, _, at time.Time) error {
	b.did("done " + string(code))
	return b.Save(v, at)
}

func (b *bench) Drop(visit.ID, time.Time) error                 { b.did("drop"); return nil }
func (b *bench) Staff(visit.ID, visit.Problem, time.Time) error { b.did("staff"); return nil }

func (b *bench) RememberedPhone(visit.PID, time.Time) (visit.Phone, visit.PhoneOwner, bool) {
	p, _ := visit.ParsePhone("0800001234")
	return p, visit.PhoneOfPatient, true
}

func (b *bench) Submit(context.Context, visit.ID) outbox.Outcome {
	time.Sleep(300 * time.Millisecond)
	b.did("submit")
	return b.outcome
}

func (b *bench) Print(e flow.PrintSlip, send func(flow.Event)) {
	b.did([]string{"print code", "print queued", "print desk"}[e.Kind])
	send(flow.SlipPrinted{Number: e.Number, Nth: e.Nth})
}

func wayOf(m flow.Model) flow.Way { return m.Way }

// play runs a runner in its own time while f drives it, and returns the last
// model.
func (b *bench) play(t *testing.T, f func(r *Runner[flow.Model])) flow.Model {
	t.Helper()
	model := flow.Model{Way: flow.Way{
		Unit: flow.Unit{
			HCode: "99999", ClaimTypes: []visit.ClaimType{{Code: "PG0060001"}}, DefaultClaimType: "PG0060001",
			Methods: visit.Methods(), LineQR: "qr",
			Upstream: []visit.Method{visit.MethodCard, visit.MethodPhoto, visit.MethodCertifier},
			Certify:  flow.Certify{Relations: []visit.Relation{visit.RelationParent}},
		},
		Today: visit.ServiceDateOf(time.Now()),
	}}
	r := NewRunner(Options[flow.Model]{
		Ports: Ports{Card: b, Camera: b, NHSO: b, Store: b, Keep: ByPatient(b), Outbox: b, Printer: b, RememberPhone: time.Hour},
		Model: model, Step: flow.Step, Way: wayOf, Log: slog.New(slog.DiscardHandler),
		Show: func(m flow.Model) {
			b.mu.Lock()
			b.models = append(b.models, m)
			b.mu.Unlock()
		},
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		r.Run(ctx)
		close(ended)
	}()
	f(r)
	synctest.Wait()
	m := r.Snapshot()
	cancel()
	<-ended
	return m
}

var insertion = flow.Insertion{Number: 7, VisitID: "01900000-0000-7000-8000-000000000007"}

// Start, Take, Stop, Photo and Forget are the camera's.
func (b *bench) Start(number uint64, send func(flow.Event)) {
	b.did("camera on")
	send(flow.CameraChanged{Number: number, State: visit.DeviceReady})
	b.seen = send
}

func (b *bench) Take(number uint64) {
	b.photo = []byte{0xFF, 0xD8, byte(number)}
	b.seen(flow.PhotoTaken{Number: number, Hint: flow.PhotoGood, Card: true})
}

func (b *bench) Again(uint64)  {}
func (b *bench) Stop()         { b.did("camera off") }
func (b *bench) Photo() []byte { return b.photo }
func (b *bench) Forget()       { b.photo = nil }

// confirmed drives a session up to the confirmation.
func confirmed(r *Runner[flow.Model]) {
	r.Send(flow.CardInserted{Insertion: insertion})
	time.Sleep(time.Second)
	r.Send(flow.TapConfirm{})
}

func TestARunnerBringsAVisitFromTheCardToTheSlip(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bench{outcome: outbox.Outcome{Kind: outbox.Done, Code: "PP1200000001", IssuedAt: time.Now()}}
		m := b.play(t, func(r *Runner[flow.Model]) {
			confirmed(r)
			time.Sleep(time.Second)
		})
		if m.State != flow.Result || m.Session.Code != "PP1200000001" || m.Session.Print != flow.Printed {
			t.Errorf("state %v, code %q, print %v", m.State, m.Session.Code, m.Session.Print)
		}
		if b.count("save") != 1 || b.count("submit") != 1 || b.count("print code") != 1 {
			t.Errorf("done: %v", b.log)
		}
		if len(b.saved) != 1 || b.saved[0].ID != insertion.VisitID || b.saved[0].CreatedAt.IsZero() {
			t.Errorf("saved: %d visits", len(b.saved))
		}
	})
}

func TestAVisitWhoseCardIsPulledWhileItIsSavedIsTakenBackAfterwards(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bench{saveTime: 2 * time.Second}
		b.play(t, func(r *Runner[flow.Model]) {
			confirmed(r)
			time.Sleep(time.Second)
			r.Send(flow.CardRemoved{})
			time.Sleep(5 * time.Second)
		})
		if b.count("submit") != 0 || b.count("drop") != 1 || b.log[len(b.log)-1] != "drop" {
			t.Errorf("done: %v", b.log)
		}
	})
}

func TestAVisitThatCannotBeSavedIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bench{saveErr: errors.New("no room")}
		m := b.play(t, func(r *Runner[flow.Model]) {
			confirmed(r)
			time.Sleep(time.Second)
		})
		if m.State != flow.Desk || m.Session.Problem != visit.NotSaved || b.count("submit") != 0 {
			t.Errorf("state %v, problem %v, done %v", m.State, m.Session.Problem, b.log)
		}
	})
}

// digits types a number.
func digits(r *Runner[flow.Model], number string) {
	for _, d := range []byte(number) {
		r.Send(flow.TapDigit{Digit: d})
	}
}

// photographed is a patient without a card up to the confirm screen.
func photographed(r *Runner[flow.Model]) {
	r.Send(flow.TapNoCard{CardHere: true})
	r.Send(flow.TapMethod{Method: visit.MethodPhoto})
	digits(r, "9000000000004")
	time.Sleep(time.Second)
	r.Send(flow.TapShutter{})
	time.Sleep(5 * time.Second)
	r.Send(flow.TapUsePhoto{})
	digits(r, "0800001234")
}

func TestAPatientWithoutACardIsProvedByAPhotoThatIsKeptWithTheVisit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bench{outcome: outbox.Outcome{Kind: outbox.Done, Code: "PP1200000001", IssuedAt: time.Now()}}
		m := b.play(t, func(r *Runner[flow.Model]) {
			photographed(r)
			r.Send(flow.TapConfirm{})
			time.Sleep(time.Second)
		})
		if m.State != flow.Result || b.count("photo") != 1 || b.count("submit") != 1 || b.count("camera off") != 1 {
			t.Fatalf("state %v, done %v", m.State, b.log)
		}
		if v := b.saved[0]; v.Method != visit.MethodPhoto || !v.Attestation.Photo || v.ID == "" || v.Phone.Digits() != "0800001234" {
			t.Errorf("saved %v %v", v.Method, v.Attestation)
		}
	})
}

func TestAPhotoThatIsGoneIsNoProof(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bench{}
		m := b.play(t, func(r *Runner[flow.Model]) {
			photographed(r)
			synctest.Wait()
			b.Forget()
			r.Send(flow.TapConfirm{})
			time.Sleep(time.Second)
		})
		if m.State != flow.Desk || m.Session.Problem != visit.NotSaved || b.count("submit") != 0 {
			t.Errorf("state %v, done %v", m.State, b.log)
		}
	})
}

func TestAGuardianVouchesWithTheirOwnCard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bench{outcome: outbox.Outcome{Kind: outbox.Done, Code: "PP1200000001", IssuedAt: time.Now()}}
		m := b.play(t, func(r *Runner[flow.Model]) {
			r.Send(flow.TapNoCard{CardHere: true})
			r.Send(flow.TapMethod{Method: visit.MethodCertifier})
			digits(r, "9000000000012")
			r.Send(flow.CardInserted{Insertion: insertion})
			time.Sleep(time.Second)
			digits(r, "0800001234")
			r.Send(flow.TapConfirm{})
			time.Sleep(time.Second)
		})
		if m.State != flow.Result || b.count("expect certifier") != 1 {
			t.Fatalf("state %v, done %v", m.State, b.log)
		}
		if v := b.saved[0]; v.PID.Digits() != "9000000000012" || v.Attestation.Certifier.Digits() != "9000000000004" ||
			v.Attestation.Relation != visit.RelationParent || v.PhoneOwner != visit.PhoneOfRelative {
			t.Errorf("saved %v %v", v.Method, v.PhoneOwner)
		}
	})
}

func TestACodeThatThePhoneAskedForIsKeptAndNothingIsSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bench{codes: []visit.Authentication{{
			Code: "PP1200000001", ClaimType: visit.ClaimType{Code: "PG0130001"}, Hospital: visit.Hospital{HCode: "99999"}, At: time.Now().Add(time.Minute),
		}}}
		m := b.play(t, func(r *Runner[flow.Model]) {
			r.Send(flow.TapNoCard{CardHere: true})
			r.Send(flow.TapMethod{Method: visit.MethodLine})
			digits(r, "9000000000012")
			time.Sleep(10 * time.Second)
		})
		if m.State != flow.Result || b.count("done PP1200000001") != 1 || b.count("submit") != 0 || b.count("print code") != 1 {
			t.Fatalf("state %v, done %v", m.State, b.log)
		}
		if v := b.saved[0]; v.Method != visit.MethodLine || v.PID.Digits() != "9000000000012" || v.ID != m.Session.Insertion.VisitID ||
			v.ClaimType.Code != "PG0130001" || v.CreatedAt.IsZero() || v.Validate() != nil {
			t.Errorf("saved %v: %v", v.Method, v.Validate())
		}
	})
}

func TestSilenceEndsASessionAfterTheWarning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bench{}
		m := b.play(t, func(r *Runner[flow.Model]) {
			r.Send(flow.CardInserted{Insertion: insertion})
			time.Sleep(flow.IdleAfter + 2*time.Second)
			synctest.Wait()
			if m := r.Snapshot(); !m.Warning || m.State != flow.Confirm {
				t.Errorf("state %v, warning %v", m.State, m.Warning)
			}
			r.Send(flow.TapMoreTime{})
			time.Sleep(flow.IdleAfter - time.Second)
			synctest.Wait()
			if r.Snapshot().Warning {
				t.Error("the warning comes again too early: an old timer is still running")
			}
			time.Sleep(flow.WipeAfter + 2*time.Second)
		})
		if m.State != flow.TakeCard || !m.Session.Insertion.IsZero() {
			t.Errorf("state %v", m.State)
		}
	})
}

func TestTheEndOfTheProgramWaitsForARequestThatHasLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bench{}
		b.play(t, func(r *Runner[flow.Model]) {
			confirmed(r)
			time.Sleep(50 * time.Millisecond) // the request is on its way
		})
		if b.count("submit") != 1 {
			t.Errorf("done: %v", b.log)
		}
	})
}

func TestAnUnreadableCardIsAFaultAndACalledOffReadingIsNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bench{readErr: errors.New("no data")}
		m := b.play(t, func(r *Runner[flow.Model]) {
			r.Send(flow.CardInserted{Insertion: insertion})
			time.Sleep(time.Second)
		})
		if m.State != flow.CardFault || m.Session.Problem != visit.CardUnreadable {
			t.Errorf("state %v, problem %v", m.State, m.Session.Problem)
		}
		b = &bench{}
		m = b.play(t, func(r *Runner[flow.Model]) {
			r.Send(flow.CardInserted{Insertion: insertion})
			time.Sleep(50 * time.Millisecond)
			r.Send(flow.TapClose{})
			time.Sleep(time.Second)
		})
		if m.State != flow.TakeCard {
			t.Errorf("state %v", m.State)
		}
	})
}

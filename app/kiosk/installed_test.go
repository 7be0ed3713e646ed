package kiosk

import (
	"log/slog"
	"testing"
	"time"

	"authenkiosk/app/config"
	"authenkiosk/nhso"
	"authenkiosk/nhso/testzone"
	"authenkiosk/storage"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// playInstalled has a test drive a kiosk whose codes come from an agent that is
// installed beside it, here played by the test zone with the cards of the dock.
func playInstalled(t *testing.T, drive func(t *testing.T, w *wire)) {
	t.Helper()
	playWire(t, slog.New(slog.DiscardHandler), func(_ string, c *config.Config) { c.NHSO.Upstream = config.UpstreamAgent }, drive)
}

// posts counts the requests of confirm-save that reached the agent.
func (w *wire) posts() (n int) {
	for _, r := range w.zone.Requests() {
		if r.Path == testzone.AgentConfirmPath {
			n++
		}
	}
	return n
}

// fault makes the agent, or NHSO behind it, fail.
func (w *wire) fault(f testzone.Fault) {
	w.t.Helper()
	if err := w.zone.SetFault(f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *wire) stateOf(id visit.ID) storage.Record {
	w.t.Helper()
	r, err := w.kiosk.Store.Visit(id)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

func TestTheKioskGetsItsCodeFromAnInstalledAgent(t *testing.T) {
	playInstalled(t, func(t *testing.T, w *wire) {
		w.confirm()
		m := w.until("code", onScreen(flow.Result))
		if r := w.stateOf(m.Session.Insertion.VisitID); r.State != visit.StateDone || r.Code != m.Session.Code || w.posts() != 1 {
			t.Errorf("%v after %d posts", r.State, w.posts())
		}
		for _, r := range w.zone.Requests() {
			if r.Path == testzone.AgentPreferPath {
				t.Error("the agent was asked for the unit's token")
			}
		}
	})
}

func TestAPersonWithACodeOfTodayIsNotPostedAgain(t *testing.T) {
	playInstalled(t, func(t *testing.T, w *wire) {
		w.until("ready reader", func(m flow.Model) bool { return m.Devices.Reader == visit.DeviceReady })
		if err := w.dock.InsertCard("here"); err != nil {
			t.Fatal(err)
		}
		w.until("the code of today", onScreen(flow.AlreadyHere))
		if w.posts() != 0 {
			t.Errorf("%d posts", w.posts())
		}
	})
}

// TestACodeThatIsMadeElsewhereMeanwhileIsFoundBeforeThePost has the code made between the
// look at today's codes and the confirmation.
func TestACodeThatIsMadeElsewhereMeanwhileIsFoundBeforeThePost(t *testing.T) {
	playInstalled(t, func(t *testing.T, w *wire) {
		w.phone()
		other, err := nhso.NewAgent(nhso.AgentOptions{URL: w.kiosk.Demo.AgentURL, DialContext: w.kiosk.Demo.AgentDial, AnyAddress: true})
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		other.CardInside(1)
		read, err := other.Read(t.Context(), 1, false)
		if err != nil {
			t.Fatal(err)
		}
		phone, err := visit.ParsePhone(typedPhone)
		if err != nil {
			t.Fatal(err)
		}
		receipt, err := other.ConfirmSave(t.Context(), nhso.Confirmation{
			PID: read.PID, ClaimType: w.last.Session.ClaimType.Code, Phone: phone, Correlation: read.Correlation, HCode: "99999",
		})
		if err != nil {
			t.Fatal(err)
		}
		w.kiosk.Send(flow.TapConfirm{})
		m := w.until("code", onScreen(flow.Result))
		if m.Session.Code != receipt.Code || w.posts() != 1 { // the one above
			t.Errorf("another code than the first, after %d posts", w.posts())
		}
	})
}

// TestATimeOutIsNeverPostedAgain counts what leaves: an answer that does not come
// is settled by a look, and nothing is posted a second time.
func TestATimeOutIsNeverPostedAgain(t *testing.T) {
	playInstalled(t, func(t *testing.T, w *wire) {
		w.phone()
		w.fault(testzone.Fault{Path: submitPath, Kind: "cut", Count: 1}) // the code is made, its answer is lost
		w.kiosk.Send(flow.TapConfirm{})
		m := w.until("code", onScreen(flow.Result))
		if r := w.stateOf(m.Session.Insertion.VisitID); r.State != visit.StateDone || w.posts() != 1 {
			t.Errorf("%v after %d posts", r.State, w.posts())
		}
	})
}

func TestAQueuedVisitWhoseCardIsPulledBecomesWorkForTheStaffAtOnce(t *testing.T) {
	for name, fault := range map[string]testzone.Fault{
		"the agent is down":     {Path: "/api/", Kind: "down"},
		"the post is not taken": {Path: testzone.AgentConfirmPath, Kind: "429"},
	} {
		t.Run(name, func(t *testing.T) {
			playInstalled(t, func(t *testing.T, w *wire) {
				w.phone()
				before := w.posts()
				w.fault(fault)
				if fault.Kind == "down" {
					w.line.listener.Close()
				}
				w.kiosk.Send(flow.TapConfirm{})
				m := w.until("end of the visit", func(m flow.Model) bool { return m.State == flow.Queued || m.State == flow.Desk })
				id := m.Session.Insertion.VisitID
				w.dock.RemoveCard()
				eventually(t, func() bool { return w.stateOf(id).State == visit.StateStaff })
				if r := w.stateOf(id); r.Problem != visit.CardNeeded {
					t.Errorf("the staff are told %v", r.Problem)
				}
				w.zone.ClearFaults()
				time.Sleep(time.Minute) // nothing may be sent for a person who has gone
				if n := w.posts() - before; n > 2 || len(w.codesMade()) != 0 {
					t.Errorf("%d posts, codes %v", n, w.codesMade())
				}
			})
		})
	}
}

// codesMade are the codes that the zone did not have from the beginning.
func (w *wire) codesMade() (made []string) {
	for _, c := range w.zone.Codes() {
		if c.PID == "9000000000004" {
			made = append(made, string(c.Code))
		}
	}
	return made
}

func TestACardThatIsPulledBeforeTheConfirmationPostsNothing(t *testing.T) {
	playInstalled(t, func(t *testing.T, w *wire) {
		w.phone()
		w.dock.RemoveCard()
		w.until("welcome screen", onScreen(flow.Welcome))
		if w.posts() != 0 || len(w.codesMade()) != 0 {
			t.Errorf("%d posts", w.posts())
		}
		if n, err := w.kiosk.Store.Counts(visit.ServiceDateOf(time.Now())); err != nil || n.Pending != 0 {
			t.Errorf("%+v %v", n, err)
		}
	})
}

func TestAVisitThatStaysUnclearUntilTheCardIsGoneGoesToTheStaffAfterTheSettleTime(t *testing.T) {
	playInstalled(t, func(t *testing.T, w *wire) {
		w.phone()
		w.fault(testzone.Fault{Path: testzone.AgentConfirmPath, Kind: "500", Count: 1})
		w.kiosk.Send(flow.TapConfirm{})
		m := w.until("queue", onScreen(flow.Queued))
		w.dock.RemoveCard()
		id := m.Session.Insertion.VisitID
		if r := w.stateOf(id); r.State != visit.StateInflight {
			t.Errorf("%v before the settle time", r.State)
		}
		eventually(t, func() bool { return w.stateOf(id).State == visit.StateStaff })
		if r := w.stateOf(id); r.Problem != visit.CardNeeded || w.posts() != 1 {
			t.Errorf("%v after %d posts", r.Problem, w.posts())
		}
	})
}

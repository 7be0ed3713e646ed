package headless

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"authenkiosk/agent"
	"authenkiosk/desk"
	"authenkiosk/desk/remote"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

// atDesk signs an operator in at a station that has been let in.
func (h *clinic) atDesk(ctx context.Context, station, name string, role rules.Role) (*remote.Client, desk.Operator) {
	h.t.Helper()
	pin, err := rules.NewPIN("804725")
	if err != nil {
		h.t.Fatal(err)
	}
	id, err := h.core.Store.AddOperator(visit.Name{First: name}, role, pin)
	if err != nil {
		h.t.Fatal(err)
	}
	alone := &http.Transport{DisableKeepAlives: true}
	c := remote.NewClient(h.url, h.client(station, []agent.Scope{agent.ScopeDesk}), &http.Client{Transport: alone, Timeout: longest})
	var o desk.Operator
	eventually(h.t, func() bool { // the agent hears of a new token in its time
		o, err = c.SignIn(ctx, id, pin)
		return err == nil
	})
	return c, o
}

func TestTwoStationsShareTheVisitsOfAMachineAndOneOfThemHoldsOne(t *testing.T) {
	h := newHospital(t, false, slog.New(slog.DiscardHandler), nil)
	ctx, now := t.Context(), time.Now()
	phone, err := visit.ParsePhone("0800001234")
	if err != nil {
		t.Fatal(err)
	}
	v := visit.Visit{
		ID: "01900000-0000-7000-8000-00000000a001", HCode: "99999", ServiceDate: visit.ServiceDateOf(now), PID: mustPID(t, "9000000000004"),
		Name: visit.Name{First: "ทดสอบ", Last: "ระบบ"}, Phone: phone, ClaimType: visit.ClaimType{Code: "PG0060001"}, Method: visit.MethodCard, CreatedAt: now,
	}
	if err := h.core.Store.SaveForStaff(v, visit.Draft, now); err != nil {
		t.Fatal(err)
	}
	one, anna := h.atDesk(ctx, "desk-1", "anna", rules.Staff)
	two, ben := h.atDesk(ctx, "desk-2", "ben", rules.Staff)
	if err := one.Hold(ctx, anna, v.ID); err != nil {
		t.Fatal(err)
	}
	var held *desk.Error
	if err := two.Hold(ctx, ben, v.ID); !errors.As(err, &held) || held.Code != desk.Held || held.By != "desk-1/anna" {
		t.Errorf("the second station: %v", err)
	}
	if err := one.Settle(ctx, anna, v.ID, "PP1200000009"); !errors.Is(err, desk.NotConfirmed) {
		t.Errorf("a code that NHSO does not have: %v", err)
	}
	if a, err := one.Release(ctx, anna, v.ID); err != nil || len(a.Codes) != 0 {
		t.Errorf("released with %v, %v", a.Codes, err)
	}
	made := visit.ID("01900000-0000-7000-8000-00000000a002")
	if err := errors.Join(one.Hold(ctx, anna, v.ID), one.Complete(ctx, anna, v.ID, made)); err != nil {
		t.Errorf("completed at the station: %v", err)
	}
	if _, err := one.Release(ctx, anna, v.ID); !errors.Is(err, desk.InFlight) {
		t.Errorf("released meanwhile: %v", err)
	}
	if err := two.Completed(ctx, "desk-1", desk.Completion{Item: v.ID, Made: made}); !errors.Is(err, desk.Held) {
		t.Errorf("another station speaks for it: %v", err)
	}
	if list, err := one.Completions(ctx, ""); err != nil || len(list) != 1 || one.Completed(ctx, "", list[0]) != nil {
		t.Errorf("%v, %v", list, err)
	}
	if _, err := one.Release(ctx, anna, v.ID); err != nil {
		t.Errorf("released afterwards: %v", err)
	}
	if r, err := one.CheckRight(ctx, anna, v.PID); err != nil || r.Right.IsZero() {
		t.Errorf("%+v, %v", r.ClaimTypes, err)
	}
	p, err := two.Work(ctx, ben)
	if err != nil || len(p.Items) != 1 || p.Items[0].HeldBy != "" || p.Items[0].Kind != rules.Draft || p.Items[0].Problem != visit.Draft {
		t.Errorf("%+v, %v", p.Items, err)
	}
}

func TestEveryCallOfTheDeskNeedsItsScopeAndAnOperator(t *testing.T) {
	h := newHospital(t, false, slog.New(slog.DiscardHandler), nil)
	others := h.client("without", []agent.Scope{agent.ScopeReadCard, agent.ScopeSubmit, agent.ScopeCodes, agent.ScopeEvents})
	for _, name := range remote.Calls() {
		if status, got := h.ask(others, http.MethodPost, remote.Root+name, "{}"); status != http.StatusForbidden || got["code"] != nil {
			t.Errorf("%s without the scope: %d %v", name, status, got)
		}
		want := "not-signed-in"
		switch name {
		case "sign-in":
			want = "bad-request" // there is no PIN
		case "sign-out", "calls", "completions":
			continue // it ends what is not there; and the others need the token alone
		case "completed":
			want = "bad-request" // there is no visit
		}
		if _, got := h.ask(h.token, http.MethodPost, remote.Root+name, "{}"); got["code"] != want {
			t.Errorf("%s without an operator: %v", name, got)
		}
	}
}

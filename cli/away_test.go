package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"authenkiosk/visit"
)

var pairingCode = regexp.MustCompile(`[0-9]{4}-[0-9]{4}`)

// pairedWith has a station, whose data directory it returns, let in by a clinic.
func (h *runningClinic) pairedWith(t *testing.T, name string) string {
	t.Helper()
	station := t.TempDir()
	code := pairingCode.FindString(call(t, "", "pair", "-data", h.data).out)
	if got := call(t, code+"\n", "pair", h.url, "-name", name, "-data", station); got.status != exitOK || !strings.Contains(got.out, "under the name "+name) ||
		!strings.Contains(got.out, h.url+`"]`) {
		t.Fatalf("%+v", got)
	}
	return station
}

func TestWorkOfAnotherMachineIsSeenAndEndedByThePairing(t *testing.T) {
	h := newClinic(t, nil)
	visits := staffWork(t, h.store, time.Now())
	number, other := visits[0].ID.Number(), visits[1].ID.Number()
	staff := string(addOperator(t, h.data, "staff"))
	station := h.pairedWith(t, "desk-9")
	for _, c := range []struct {
		words, pin string
		status     int
		want       string
		held       bool
	}{
		{"list", "", exitError, "sign in with -as", false},
		{"list -as " + staff, nextPIN, exitError, "PIN is wrong", false},
		{"list -as nobody", onePIN, exitError, "the operator or the PIN is wrong", false},
		{"list -as " + staff, onePIN, exitOK, "2 open, 0 erased", false},
		{"list -as " + staff + " -month 2026-11", onePIN, exitError, "on the machine that has the visits", false},
		{"list -json -as " + staff, onePIN, exitOK, `"reason": "service-date-passed"`, false},
		{"list -names -as " + staff, onePIN, exitOK, somePID, false},
		{"show " + number + " -as " + staff, onePIN, exitOK, "can be solved by", false},
		{"show " + number + " -names -as " + staff, onePIN, exitOK, "0800001234", false},
		{"hold " + number + " -as " + staff, onePIN, exitOK, "is held by desk-9/สมหญิงใจดี staff: nothing is sent", true},
		{"hold " + other + " -as " + staff, onePIN, exitError, "somebody else holds the visit: desk-1/somebody since", true},
		{"settle " + number + " PP1200000009 -as " + staff, onePIN, exitError, "NHSO has no such code", true},
		{"release " + number + " -as " + staff, onePIN, exitOK, "is given back", false},
		{"hold " + number + " -as " + staff, onePIN, exitOK, "is held", true},
		{"drop " + number + " -reason own-money -as " + staff, onePIN, exitOK, "is closed: own-money", false},
	} {
		got := call(t, c.pin+"\n", append(append([]string{"work"}, strings.Fields(c.words)...), "-at", h.url, "-data", station)...)
		if got.status != c.status || !strings.Contains(got.out+got.err, c.want) {
			t.Errorf("%s: %+v, want %q", c.words, got, c.want)
		}
		if r, err := h.store.Visit(visits[0].ID); err != nil || r.Held() != c.held {
			t.Errorf("%s: held %v, %v", c.words, r.Held(), err)
		}
	}
	if r, err := h.store.Visit(visits[0].ID); err != nil || r.State != visit.StateDropped || r.ClosedBy != "desk-9/สมหญิงใจดี staff" {
		t.Errorf("%s by %s, %v", r.State, r.ClosedBy, err)
	}
	h.end()
	got := call(t, onePIN+"\n", "work", "hold", other, "-as", staff, "-at", h.url, "-data", station)
	if got.status != exitError || !strings.Contains(got.err, "cannot be reached") || !strings.Contains(got.err, "only NHSO can be asked") {
		t.Errorf("without the other machine: %+v", got)
	}
}

func TestAStationThatIsRemovedOrForgetsIsNotLetInAnyMore(t *testing.T) {
	h := newClinic(t, nil)
	staff := string(addOperator(t, h.data, "staff"))
	station := h.pairedWith(t, "desk-9")
	list := func(want string) {
		t.Helper()
		soon(t, func() bool { // the agent hears of it in its time
			got := call(t, onePIN+"\n", "work", "list", "-as", staff, "-at", h.url, "-data", station)
			return strings.Contains(got.out+got.err, want)
		})
	}
	list("0 open")
	if got := call(t, "", "client", "remove", "desk-9", "-data", h.data); got.status != exitOK {
		t.Fatalf("%+v", got)
	}
	list("not let in there any more: pair again")
	for range 2 {
		got := call(t, "", "pair", "forget", h.url, "-data", station)
		if _, err := os.Stat(filepath.Join(station, "demo", "secrets")); err != nil {
			t.Fatal(err)
		}
		if again := strings.Contains(got.err, "not paired with that one"); again == (got.status == exitOK) {
			t.Errorf("%+v", got)
		}
	}
	list("not paired with that one")
}

func TestWhatIsWrongWithAPairingIsSaidBeforeACodeIsSent(t *testing.T) {
	h := newClinic(t, nil)
	code := pairingCode.FindString(call(t, "", "pair", "-data", h.data).out)
	for _, c := range []struct {
		words, want string
		status      int
	}{
		{"http://kiosk-1:8189", "allowed is https://", exitError},
		{"https://kiosk-1", "allowed is https://", exitError},
		{"forget", "write: pair, on the machine", exitError},
		{"forget it now", "write: pair, on the machine", exitError},
		{"https://127.0.0.1:1", "reach https://127.0.0.1:1", exitError},
		{h.url + " -fingerprint AB", "nothing was sent", exitError},
		{h.url + " -name ชื่อ", "letters", exitError},
		{h.url + " -name desk-9", "", exitOK}, // the code is still good
	} {
		got := call(t, code+"\n", append(append([]string{"pair"}, strings.Fields(c.words)...), "-data", t.TempDir())...)
		if got.status != c.status || !strings.Contains(got.err, c.want) {
			t.Errorf("%q: %+v", c.words, got)
		}
	}
}

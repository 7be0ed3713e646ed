package desktest

import (
	"encoding/json"
	"errors"
	"strings"

	"authenkiosk/desk"
	"authenkiosk/visit"
)

// answer has a patient call for help, and an operator go there.
func (w world) answer(o desk.Operator) error {
	w.kiosk.CallHelp("confirm")
	list, err := w.Calls(w.t.Context())
	w.must(err)
	if len(list) != 1 {
		w.t.Fatalf("%d calls", len(list))
	}
	return w.Coming(w.t.Context(), o, list[0].ID)
}

func devices(w world) {
	list, err := w.Devices(w.t.Context(), tech)
	w.must(err)
	if len(list) < 1 || list[0] != Lights()[0] {
		w.t.Errorf("%+v", list)
	}
}

func help(w world) {
	ctx := w.t.Context()
	if list, err := w.Calls(ctx); err != nil || len(list) != 0 {
		w.t.Errorf("at first: %+v, %v", list, err)
	}
	at := w.hears("", 1)[0].Place
	w.kiosk.CallHelp("confirm")
	w.kiosk.CallHelp("confirm") // it waits already
	list, err := w.Calls(ctx)
	w.must(err)
	if len(list) != 1 || list[0].Machine != Machine || list[0].Screen != "confirm" || list[0].Since.IsZero() {
		w.t.Fatalf("%+v", list)
	}
	if text, _ := json.Marshal(list); strings.Contains(string(text), "visit") || strings.Contains(string(text), "pid") {
		w.t.Errorf("it says more than where: %s", text)
	}
	call := list[0].ID
	w.want(w.Coming(ctx, anna, ""), desk.NotFound, "no call")
	w.want(w.Coming(ctx, anna, "0"), desk.NotFound, "another call")
	w.want(w.Coming(ctx, tech, call), desk.NotAllowed, "an administrator")
	w.want(w.Coming(ctx, anna, call), "", "the first")
	w.want(w.Coming(ctx, anna, call), "", "the first again")
	err = w.Coming(ctx, ben, call)
	w.want(err, desk.Held, "the second")
	var told *desk.Error
	if !errors.As(err, &told) || told.By != anna.Name || told.Since.IsZero() {
		w.t.Errorf("%v does not say who goes", err)
	}
	if list, err := w.Calls(ctx); err != nil || len(list) != 0 {
		w.t.Errorf("when somebody goes: %+v, %v", list, err)
	}
	if n := w.audited("call-answered", "ok"); n != 1 {
		w.t.Errorf("the audit has it %d times", n)
	}
	w.kiosk.CallHelp("welcome")
	if again, err := w.Calls(ctx); err != nil || len(again) != 1 || again[0].ID == call {
		w.t.Errorf("the next call: %+v, %v", again, err)
	}
	for _, c := range w.hears(at, 3) {
		if c.What != desk.ChangedCall || c.Visit != visit.ID("") {
			w.t.Errorf("%+v", c)
		}
	}
}

package cli

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"authenkiosk/agent/webhook"
	"authenkiosk/app/config"
	"authenkiosk/app/hospital"
	"authenkiosk/storage"
	"authenkiosk/storage/storagetest"
	"authenkiosk/visit"
)

const refusedVisit = visit.ID("01900000-0000-7000-8000-000000000001")

// refusedOnce has a store in which a visit was refused by webhook his.
func refusedOnce(t *testing.T, data string) {
	t.Helper()
	store, err := storage.Open(data, storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	storagetest.Done(t, store, time.Now())
	c, err := store.Change(refusedVisit)
	if err != nil {
		t.Fatal(err)
	}
	a := hospital.NewAside(store, slog.New(slog.DiscardHandler))
	for _, tries := range []int{5, 1} {
		if err := a.SetAside("webhook/his", hospital.ChangeOf(c), "the receiver answers 422", tries); err != nil {
			t.Fatal(err)
		}
	}
	if due, err := a.Due("webhook/his", time.Now().Add(-time.Hour)); err != nil || len(due) != 0 {
		t.Errorf("%d due within the hour, %v", len(due), err)
	}
	if due, err := a.Due("webhook/his", time.Now().Add(time.Second)); err != nil || len(due) != 1 {
		t.Errorf("%d due after it, %v", len(due), err)
	}
	if err := hospital.NewPlaces(store).SetCursor("webhook/his", c.Seq); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestTheStaffSeesWhatWasRefusedAndHasItDeliveredAgain goes the way of the staff, while
// the program runs.
func TestTheStaffSeesWhatWasRefusedAndHasItDeliveredAgain(t *testing.T) {
	var got atomic.Int32
	his := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if body, err := io.ReadAll(r.Body); err != nil || !strings.Contains(string(body), string(refusedVisit)) {
			t.Errorf("%s, %v", body, err)
		}
		got.Add(1)
	}))
	defer his.Close()
	var c config.Config
	var data string
	h := newClinic(t, func(given *config.Config, h *runningClinic) {
		given.Webhooks = []config.Webhook{{Name: "his", URL: his.URL}}
		data = filepath.Join(h.data, string(visit.ZoneDemo))
		if err := storage.OpenSecrets(data).Set(visit.ZoneDemo, hospital.WebhookSecret+"his", webhook.NewSecret()); err != nil {
			t.Fatal(err)
		}
		refusedOnce(t, data)
		c = *given
	})
	list := func() string {
		t.Helper()
		got := call(t, "", "undelivered", "list", "-data", h.data)
		if got.status != exitOK || strings.Contains(got.out, somePID) || strings.Contains(got.out, "ทดสอบ") {
			t.Fatalf("%+v", got)
		}
		return got.out
	}
	soon(t, func() bool {
		_, status := h.ask(h.token, http.MethodGet, "/api/v1/status", "")
		return fmt.Sprint(status["receivers"]) == "[map[name:webhook/his set_aside:1 state:ready]]"
	})
	if text := list(); !strings.Contains(text, string(refusedVisit)) || !strings.Contains(text, "done   6      ") || !strings.Contains(text, "the receiver answers 422") {
		t.Errorf("the list is\n%s", text)
	}
	if all := fmt.Sprint(agentFindings(t.Context(), c, data)); !strings.Contains(all, "warning IT HAS REFUSED 1 VISITS") || !strings.Contains(all, "undelivered again webhook-his") {
		t.Error(all)
	}
	if got := call(t, "", "undelivered", "again", "webhook/his", "-data", h.data); got.status != exitOK || !strings.Contains(got.out, "1 visits") {
		t.Errorf("%+v", got)
	}
	soon(t, func() bool { return got.Load() == 1 && !strings.Contains(list(), string(refusedVisit)) })
	if all := fmt.Sprint(agentFindings(t.Context(), c, data)); strings.Contains(all, "REFUSED") {
		t.Error(all)
	}
}

func TestTheStaffEndsADelivery(t *testing.T) {
	data := t.TempDir()
	refusedOnce(t, filepath.Join(data, string(visit.ZoneDemo)))
	for _, c := range []struct {
		args   []string
		status int
		words  string
	}{
		{[]string{"drop"}, exitError, "undelivered list"},
		{[]string{"list", "all"}, exitError, "undelivered list"},
		{[]string{"drop", "webhook-his", "one"}, exitError, "the visit"},
		{[]string{"drop", "webhook-lab"}, exitError, "nothing of webhook-lab is set aside"},
		{[]string{"again", "webhook-lab"}, exitError, "nothing of webhook-lab is set aside"},
		{[]string{"drop", "webhook-his", string(refusedVisit)}, exitOK, "1 visits"},
		{[]string{"again"}, exitOK, "0 visits"},
	} {
		got := call(t, "", append(append([]string{"undelivered"}, c.args...), "-data", data)...)
		if got.status != c.status || !strings.Contains(got.out+got.err, c.words) {
			t.Errorf("%v: %+v", c.args, got)
		}
	}
}

// TestAVisitThatWasRefusedOutlivesTheNight is about the place of the receiver, which is
// beyond the visit.
func TestAVisitThatWasRefusedOutlivesTheNight(t *testing.T) {
	data := t.TempDir()
	refusedOnce(t, data)
	store, err := storage.Open(data, storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	keep := storage.Keep{Confirmed: true, Days: 1, PhotoDays: 1, StaffDays: 30, Delivered: 1 << 40}
	done, err := store.Expire(time.Now().AddDate(0, 0, 3), keep)
	if err != nil || done.Visits != 0 || done.Waiting != 1 {
		t.Errorf("%+v, %v", done, err)
	}
}

package remote

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"authenkiosk/desk"
	"authenkiosk/desk/desktest"
	"authenkiosk/desk/local"
	"authenkiosk/desk/session"
	"authenkiosk/storage"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

// serve serves a desk, whose stations are named by their tokens.
func serve(t *testing.T, d desk.Desk, s Sessions, machine func(*http.Request) string) string {
	t.Helper()
	server := httptest.NewServer(&Handler{Desk: d, Sessions: s, Machine: machine, Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(server.Close)
	return server.URL
}

func byToken(r *http.Request) string {
	return strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
}

// everybody are sessions whose token says who it is.
type everybody struct{ Sessions }

func (everybody) Of(token, machine string) (rules.Operator, error) {
	p := strings.Split(token, "|")
	if p[0] != machine {
		return rules.Operator{}, session.ErrOver
	}
	return rules.Operator{ID: rules.OperatorID(p[2]), Name: visit.Name{First: p[1]}, Role: rules.Role(p[3])}, nil
}

func TestADeskOverTheNetworkKeepsToTheSuite(t *testing.T) {
	desktest.Run(t, func(t *testing.T, o desktest.Owner) desk.Desk {
		d := local.New(local.Options{
			Store: o.Store, HCode: "99999", NHSO: o.NHSO, Rights: o.NHSO, KeepDays: 30, Now: o.Clock.Now,
			Machine: desktest.Machine, Lights: desktest.Lights,
		})
		o.Kiosk.CallHelp = d.CallHelp
		station := func(r *http.Request) string {
			if name, _, signedIn := strings.Cut(r.Header.Get(SessionHeader), "|"); signedIn {
				return name
			}
			return byToken(r)
		}
		c := NewClient(serve(t, d, everybody{}, station), "", &http.Client{Transport: &http.Transport{DisableKeepAlives: true}})
		c.session = func(o desk.Operator) string {
			return strings.Join([]string{strings.ReplaceAll(o.Name, "/", "|"), string(o.ID), string(o.Role)}, "|")
		}
		return stations{c}
	})
}

// stations are the clients of several, each with its token.
type stations struct{ *Client }

func (s stations) at(station string) *Client {
	return NewClient(strings.TrimSuffix(s.url, Root), station, s.http)
}

func (s stations) Completions(ctx context.Context, station string) ([]desk.Completion, error) {
	return s.at(station).Completions(ctx, station)
}

func (s stations) Completed(ctx context.Context, station string, c desk.Completion) error {
	return s.at(station).Completed(ctx, station, c)
}

func pinOf(t *testing.T, digits string) rules.PIN {
	t.Helper()
	pin, err := rules.ParsePIN(digits)
	if err != nil {
		t.Fatal(err)
	}
	return pin
}

func TestAnOperatorSignsInAtOneStationAndIsNobodyAtAnother(t *testing.T) {
	s, err := storage.Open(t.TempDir(), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	right, wrong := pinOf(t, "804725"), pinOf(t, "731946")
	id, err := s.AddOperator(visit.Name{First: "anna/b"}, rules.Staff, right)
	if err != nil {
		t.Fatal(err)
	}
	url := serve(t, local.New(local.Options{Store: s, Now: new(desktest.Clock).Now}), session.New(s), byToken)
	h, ctx := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, t.Context()
	c, other := NewClient(url+"/", "desk-1", h), NewClient(url, "desk-2", h)
	_, err = c.SignIn(ctx, id, wrong)
	want(t, "a wrong PIN", err, desk.WrongPIN)
	_, err = c.SignIn(ctx, "00000000000000a1", right)
	want(t, "nobody", err, desk.WrongPIN)
	_, err = c.SignInAs(ctx, "somebody", right)
	want(t, "nobody of that name", err, desk.WrongPIN)
	o, err := c.SignInAs(ctx, " anna/b", right)
	if err != nil || o != (desk.Operator{ID: id, Name: "desk-1/anna-b", Role: rules.Staff}) {
		t.Fatalf("%+v, %v", o, err)
	}
	want(t, "signed in", second(c.Work(ctx, o)), "")
	want(t, "not signed in here", second(other.Work(ctx, o)), desk.NotSignedIn)
	other.sessions[id] = c.sessions[id]
	want(t, "with the session of another station", second(other.Work(ctx, o)), desk.NotSignedIn)
	// Who somebody is, and what they may do, is decided by the owner.
	lead := o
	lead.Role, lead.Name = rules.Lead, "desk-9/boss"
	want(t, "with a role of their own making", second(c.Reveal(ctx, lead, rules.ExportNames, desktest.Visit(1, desktest.Noon).ID)), desk.NotAllowed)
	token := c.sessions[id]
	want(t, "to sign out", c.SignOut(ctx, id), "")
	c.sessions[id] = token
	want(t, "after signing out", second(c.Work(ctx, o)), desk.NotSignedIn)
	o, err = c.SignInAs(ctx, string(id), right) // it takes the wrong ones back
	want(t, "by id", err, "")
	want(t, "to sign out again", c.SignOut(ctx, o.ID), "")
	for range rules.FreeTries {
		_, err = c.SignIn(ctx, id, wrong)
	}
	want(t, "the last free try", err, desk.WrongPIN)
	_, err = c.SignIn(ctx, id, right)
	want(t, "locked", err, desk.Locked)
}

func TestWhatIsNoAnswerOfADeskHasFailed(t *testing.T) {
	o := desk.Operator{ID: "00000000000000a1", Name: "desk-1/anna", Role: rules.Staff}
	for name, answer := range map[string]http.HandlerFunc{
		"the guard": func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, `{"error":"the token is wrong"}`, http.StatusUnauthorized)
		},
		"another guard": func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, `{"error":"ask for another name"}`, http.StatusMisdirectedRequest)
		},
		"a proxy":      func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "<html>", http.StatusBadGateway) },
		"half":         func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"items":[`) },
		"nothing":      func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"another form": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `[]`) },
	} {
		server := httptest.NewServer(answer)
		c := NewClient(server.URL, "", &http.Client{Transport: &http.Transport{DisableKeepAlives: true}})
		c.sessions[o.ID] = "1"
		code := desk.Failed
		if strings.Contains(name, "guard") { // it lets nothing through
			code = desk.Unreachable
		}
		err := second(c.Work(t.Context(), o))
		if want(t, name, err, code); errors.Is(err, ErrNotLetIn) != (name == "the guard") {
			t.Errorf("%s: %v", name, err)
		}
		server.Close()
	}
}

// TestAnAnswerAboutOthersThanThoseWhoWereAskedForHasFailed asks who two visits are of.
func TestAnAnswerAboutOthersThanThoseWhoWereAskedForHasFailed(t *testing.T) {
	o := desk.Operator{ID: "00000000000000a1", Name: "desk-1/anna", Role: rules.Lead}
	first, second := desktest.Visit(1, desktest.Noon).ID, desktest.Visit(2, desktest.Noon).ID
	of := func(ids ...visit.ID) string {
		list := []map[string]any{}
		for _, id := range ids {
			list = append(list, map[string]any{"id": id, "pid": "9000000000004"})
		}
		text, err := json.Marshal(list)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for name, c := range map[string]struct {
		answer string
		good   bool
	}{
		"of both":       {of(first, second), true},
		"nobody":        {of(), false},
		"null":          {"null", false},
		"one of them":   {of(second), false},
		"another order": {of(second, first), false},
		"one more":      {of(first, second, first), false},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, c.answer) }))
		client := NewClient(server.URL, "", &http.Client{Transport: &http.Transport{DisableKeepAlives: true}})
		client.sessions[o.ID] = "1"
		list, err := client.Reveal(t.Context(), o, rules.ShowNames, first, second)
		if c.good && (err != nil || len(list) != 2) {
			t.Errorf("%s: %v, %v", name, list, err)
		}
		if !c.good {
			want(t, name, err, desk.Failed)
		}
		server.Close()
	}
}

func TestACallTooManyWaitsAndIsDoneOnce(t *testing.T) {
	o := desk.Operator{ID: "00000000000000a1", Name: "desk-1/anna", Role: rules.Staff}
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1) == 1 {
			http.Error(w, `{"error":"too many requests; wait a second"}`, http.StatusTooManyRequests)
			return
		}
		_, _ = io.WriteString(w, "{}")
	}))
	defer server.Close()
	c := NewClient(server.URL, "", &http.Client{Transport: &http.Transport{DisableKeepAlives: true}})
	c.sessions[o.ID] = "1"
	want(t, "a call too many", c.Hold(t.Context(), o, desktest.Visit(1, desktest.Noon).ID), "")
	if asked.Load() != 2 {
		t.Errorf("it was asked %d times", asked.Load())
	}
}

func TestAnOwnerWhoIsNotThereIsUnreachableAndALostAnswerIsNot(t *testing.T) {
	o := desk.Operator{ID: "00000000000000a1", Name: "desk-1/anna", Role: rules.Staff}
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	c := NewClient(server.URL, "", &http.Client{Transport: &http.Transport{DisableKeepAlives: true}})
	c.sessions[o.ID] = "1"
	err := c.Hold(t.Context(), o, desktest.Visit(1, desktest.Noon).ID)
	if want(t, "a lost answer", err, desk.Failed); errors.Is(err, desk.Unreachable) {
		t.Errorf("%v: it may have been done", err)
	}
	server.Close()
	want(t, "nobody there", c.Hold(t.Context(), o, desktest.Visit(1, desktest.Noon).ID), desk.Unreachable)
}

func TestAFailureWithinTheOwnerIsNotToldToStations(t *testing.T) {
	s, err := storage.Open(t.TempDir(), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	c := NewClient(serve(t, local.New(local.Options{Store: s}), everybody{}, func(*http.Request) string { return "desk-1" }), "", http.DefaultClient)
	c.session = func(desk.Operator) string { return "desk-1|anna|00000000000000a1|staff" }
	_, err = c.Work(t.Context(), desk.Operator{ID: "00000000000000a1", Name: "desk-1/anna"})
	if want(t, "a closed store", err, desk.Failed); strings.Contains(err.Error(), storage.ErrClosed.Error()) {
		t.Errorf("%v", err)
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestEveryCodeHasWordsAndAStatus(t *testing.T) {
	for _, c := range desk.Codes() {
		if c.Error() == string(c) || statusOf(c) < 400 {
			t.Errorf("%s: %q, %d", string(c), c.Error(), statusOf(c))
		}
	}
}

func want(t *testing.T, what string, err error, code desk.Code) {
	t.Helper()
	if code == "" && err != nil || code != "" && !errors.Is(err, code) {
		t.Errorf("%s: %v, want %q", what, err, string(code))
	}
}

func second[T any](_ T, err error) error { return err }

package headless

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"authenkiosk/agent"
	"authenkiosk/agent/agenttest"
	"authenkiosk/agent/webhook"
	"authenkiosk/app"
	"authenkiosk/app/config"
	"authenkiosk/app/demo"
	"authenkiosk/app/hospital"
	"authenkiosk/app/kiosk"
	"authenkiosk/app/privatelog"
	"authenkiosk/app/records"
	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/certtest"
	"authenkiosk/logtest"
	"authenkiosk/nhso"
	"authenkiosk/nhso/testzone"
	"authenkiosk/outbox"
	"authenkiosk/storage"
	"authenkiosk/storage/storagetest"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// clinic is the whole running program, with its agent, and a test zone whose
// control moves its cards.
type clinic struct {
	t       *testing.T
	zone    *testzone.Zone
	demo    *demo.World
	control string // of the zone
	data    string
	url     string // of the agent
	token   string
	core    *app.Core
	kiosk   *kiosk.Kiosk      // nil: headless
	screen  func() flow.Model // of the kiosk
	end     func()
}

// newHospital starts the program, as a kiosk or without a screen.
func newHospital(t *testing.T, asKiosk bool, log *slog.Logger, change func(*config.Config, *clinic)) *clinic {
	t.Helper()
	return newHospitalWith(t, testzone.Options{}, asKiosk, log, change)
}

// newHospitalWith is newHospital with another NHSO.
func newHospitalWith(t *testing.T, nhsoIs testzone.Options, asKiosk bool, log *slog.Logger, change func(*config.Config, *clinic)) *clinic {
	t.Helper()
	zone, err := testzone.New(nhsoIs)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	pipe := testzone.Pipe()
	h := &clinic{t: t, zone: zone, data: t.TempDir(), control: "http://" + l.Addr().String()}
	h.demo = &demo.World{
		Readers: virtualcard.NewService(demo.PatientReader), Zone: zone, URL: demo.SimulatorURL, Dial: pipe.DialContext,
		Listeners: []net.Listener{pipe, l},
	}
	c := config.Default()
	c.Agent.Enabled, c.Agent.Listen = true, "127.0.0.1:0"
	if change != nil {
		change(&c, h)
	}
	h.token = h.client("his", agent.Scopes())
	o := app.Options{
		Config: c, Data: h.data, Log: log, Demo: h.demo,
		Timeouts: nhso.Timeouts{Query: longest, Submit: longest, Connect: longest},
		Settling: outbox.Times{SettleTime: 2 * time.Second, Patience: time.Second},
	}
	var run func(context.Context) error
	if asKiosk {
		var last atomic.Pointer[flow.Model]
		last.Store(&flow.Model{})
		h.screen = func() flow.Model { return *last.Load() }
		if h.kiosk, err = kiosk.New(kiosk.Options{Options: o}); err != nil {
			t.Fatal(err)
		}
		h.core = h.kiosk.Core
		run = func(ctx context.Context) error {
			following := make(chan struct{})
			go func() { defer close(following); h.demo.FollowDesk(ctx) }()
			defer func() { <-following }()
			return h.kiosk.Run(ctx, func(m flow.Model) { last.Store(&m) })
		}
	} else {
		headless, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		h.core, run = headless.Core, headless.Run
	}
	if err := h.core.Agent.Listen(); err != nil {
		t.Fatal(err)
	}
	h.url = "http://" + h.core.Agent.Addr().String()
	h.core.Agent.Listener = unhurried{h.core.Agent.Listener}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- run(ctx) }()
	h.end = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(h.end)
	eventually(t, func() bool { return h.readerIs(visit.DeviceReady) })
	return h
}

// unhurried gives everybody who connects two minutes more than the server would, so
// that a machine that stands still ends no connection.
type unhurried struct{ net.Listener }

func (u unhurried) Accept() (net.Conn, error) {
	c, err := u.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return unhurriedConn{c}, nil
}

type unhurriedConn struct{ net.Conn }

// twoMinutesOn leaves a time alone that means none, or at once.
func twoMinutesOn(at time.Time) time.Time {
	if time.Since(at) > 24*time.Hour {
		return at
	}
	return at.Add(longest)
}

func (u unhurriedConn) SetDeadline(at time.Time) error { return u.Conn.SetDeadline(twoMinutesOn(at)) }

func (u unhurriedConn) SetReadDeadline(at time.Time) error {
	return u.Conn.SetReadDeadline(twoMinutesOn(at))
}

func (u unhurriedConn) SetWriteDeadline(at time.Time) error {
	return u.Conn.SetWriteDeadline(twoMinutesOn(at))
}

// client makes a program of the hospital and returns its token.
func (h *clinic) client(name string, scopes []agent.Scope) string {
	h.t.Helper()
	if h.core != nil {
		token, err := agent.AddClient(&records.Clients{Store: h.core.Store}, name, scopes, time.Now())
		if err != nil {
			h.t.Fatal(err)
		}
		return token
	}
	token, err := addClient(filepath.Join(h.data, string(visit.ZoneDemo)), name, scopes)
	if err != nil {
		h.t.Fatal(err)
	}
	return token
}

func (h *clinic) ask(token, method, path, body string) (int, map[string]any) {
	h.t.Helper()
	for limit := time.Now().Add(longest); time.Now().Before(limit); {
		r, err := http.NewRequestWithContext(h.t.Context(), method, h.url+path, strings.NewReader(body))
		if err != nil {
			h.t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", "application/json")
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		resp, err := client.Do(r)
		if err != nil {
			h.t.Fatal(err)
		}
		data, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil {
			h.t.Fatal(err)
		}
		if resp.StatusCode == http.StatusTooManyRequests {
			time.Sleep(100 * time.Millisecond)
			continue
		}
		got := map[string]any{}
		_ = json.Unmarshal(data, &got) // lists are not looked into
		if zone := resp.Header.Get("X-AuthenKiosk-Zone"); zone != string(visit.ZoneDemo) {
			h.t.Errorf("%s %s names the zone %q", method, path, zone)
		}
		return resp.StatusCode, got
	}
	h.t.Fatal("too many requests, again and again")
	return 0, nil
}

// insert lays a card on the zone's desk and waits until the agent sees it.
func (h *clinic) insert(pid string) {
	h.t.Helper()
	if err := h.zone.Desk().Insert(pid); err != nil {
		h.t.Fatal(err)
	}
	eventually(h.t, h.core.Cards.HasPatient)
}

func (h *clinic) remove() {
	h.t.Helper()
	h.zone.Desk().Remove()
	eventually(h.t, func() bool { return !h.core.Cards.HasPatient() })
}

const adultPID = "9000000000004"

// confirm asks for a code as programs of the field do.
func (h *clinic) confirm(pid, phone string) (int, map[string]any) {
	h.t.Helper()
	status, card := h.ask(h.token, http.MethodGet, "/api/smartcard/read", "")
	if status != http.StatusOK {
		h.t.Fatalf("read: %d %v", status, card)
	}
	return h.ask(h.token, http.MethodPost, "/api/nhso-service/confirm-save",
		fmt.Sprintf(`{"pid":%q,"claimType":"PG0060001","mobile":%q,"correlationId":%q}`, pid, phone, card["correlationId"]))
}

// TestTheWholeProgramConforms holds the running program, from its virtual reader
// to the test zone, against what programs of the field rely on.
func TestTheWholeProgramConforms(t *testing.T) {
	for name, asKiosk := range map[string]bool{"without a screen": false, "beside a kiosk": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // the guard's rates make it slow
			h := newHospital(t, asKiosk, slog.New(slog.DiscardHandler), nil)
			agenttest.Run(t, agenttest.Target{
				URL: h.url, Header: http.Header{"Authorization": {"Bearer " + h.token}},
				MaskedToken: true, Drafts: true, Outlives: !asKiosk, ClaimTypes: codesOf(t, h.core.Config), Control: agenttest.Zone(h.control),
			})
		})
	}
}

// codesOf are the claim types that programs are offered.
func codesOf(t *testing.T, c config.Config) (codes []string) {
	t.Helper()
	types, err := app.ProgramTypes(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range types {
		codes = append(codes, c.Code)
	}
	return codes
}

func TestAProgramGetsACodeThroughTheSameStoreAndOutbox(t *testing.T) {
	h := newHospital(t, false, slog.New(slog.DiscardHandler), nil)
	h.insert(adultPID)
	status, got := h.confirm(adultPID, "0800001234")
	if status != http.StatusOK || got["claimCode"] == "" {
		t.Fatalf("%d %v", status, got)
	}
	r, err := h.core.Store.FindCode(visit.AuthenCode(got["claimCode"].(string)))
	if err != nil || r.State != visit.StateDone || r.Visit.Method != visit.MethodCard || r.Visit.Phone.Digits() != "0800001234" {
		t.Errorf("the store has %v, %v", r.State, err)
	}
	for _, phone := range []string{"", "0000000000", "0800000000", "12"} {
		if status, got := h.confirm(adultPID, phone); status != http.StatusBadRequest {
			t.Errorf("phone %q: %d %v", phone, status, got)
		}
	}
	if codes := len(h.zone.Codes()); codes != 3 { // two persons of the zone have one from the beginning
		t.Errorf("%d codes", codes)
	}
}

func TestAnUnclearSubmissionIsSettledAndItsCodeIsTheLatest(t *testing.T) {
	h := newHospital(t, false, slog.New(slog.DiscardHandler), nil)
	h.insert(adultPID)
	// Until the program was told, however long that takes.
	if err := h.zone.SetFault(testzone.Fault{Path: submitPath, Kind: "500"}); err != nil {
		t.Fatal(err)
	}
	if status, got := h.confirm(adultPID, "0800001234"); status != http.StatusInternalServerError || !strings.Contains(fmt.Sprint(got), "Unclear") {
		t.Fatalf("%d %v", status, got)
	}
	if status, got := h.confirm(adultPID, "0800001234"); status == http.StatusOK {
		t.Fatalf("a second post made a second visit: %v", got)
	}
	h.zone.ClearFaults()
	latest := ""
	eventually(t, func() bool {
		_, got := h.ask(h.token, http.MethodGet, "/api/nhso-service/latest-authen-code/"+adultPID, "")
		latest, _ = got["claimCode"].(string)
		return latest != ""
	})
	sent, visits := 0, map[string]bool{}
	for _, r := range h.zone.Requests() {
		if strings.HasSuffix(r.Path, submitPath) {
			sent++
			visits[r.TransID] = true
		}
	}
	same, err := h.core.Store.Find(mustPID(t, adultPID), visit.ServiceDateOf(time.Now()))
	if err != nil || len(same) != 1 || len(visits) != 1 || sent < 2 || same[0].State != visit.StateDone {
		t.Errorf("%d visits, %d were sent, %d requests, %v; want one visit that was sent again after the settle time", len(same), len(visits), sent, err)
	}
}

func mustPID(t *testing.T, digits string) visit.PID {
	t.Helper()
	pid, err := visit.ParsePID(digits)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// TestTheEndOfTheProgramWaitsForAProgramsSubmission ends the program while NHSO is
// at work on a visit whose program has gone: its answer may be the only one.
func TestTheEndOfTheProgramWaitsForAProgramsSubmission(t *testing.T) {
	h := newHospital(t, false, slog.New(slog.DiscardHandler), func(_ *config.Config, h *clinic) {
		nhsoOutlives(h)
	})
	h.insert(adultPID)
	_, card := h.ask(h.token, http.MethodGet, "/api/smartcard/read", "")
	if err := h.zone.SetFault(testzone.Fault{Path: submitPath, Kind: "slow", Count: 1, DelayMS: 1000}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url+"/api/nhso-service/confirm-save", strings.NewReader(
		fmt.Sprintf(`{"pid":%q,"claimType":"PG0060001","mobile":"0800001234","correlationId":%q}`, adultPID, card["correlationId"])))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+h.token)
	r.Header.Set("Content-Type", "application/json")
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		if resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r); err == nil {
			_ = resp.Body.Close()
		}
	}()
	eventually(t, func() bool { return h.posts() == 1 }) // NHSO has it
	cancel()
	<-gone
	h.end()
	store, err := storage.Open(filepath.Join(h.data, string(visit.ZoneDemo)), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	same, err := store.Find(mustPID(t, adultPID), visit.ServiceDateOf(time.Now()))
	if err != nil || len(same) != 1 || same[0].State != visit.StateDone || same[0].Code == "" {
		t.Errorf("the store has %d visits, %v", len(same), err)
	}
}

// nhsoOutlives has NHSO go on when the program has ended.
func nhsoOutlives(h *clinic) {
	ctx, stop := context.WithCancel(context.Background())
	var serving sync.WaitGroup
	for _, l := range h.demo.Listeners {
		serving.Go(func() { _ = h.zone.Serve(ctx, l) })
	}
	h.demo.Listeners = nil
	h.t.Cleanup(func() { stop(); serving.Wait() })
}

// listener follows the stream of events.
type listener struct {
	mu     sync.Mutex
	events []map[string]any
	stop   func()
}

func (h *clinic) listen(token string) *listener {
	h.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, h.url+"/api/v1/events", http.NoBody)
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
	if err != nil || resp.StatusCode != http.StatusOK {
		h.t.Fatal(resp, err)
	}
	l := &listener{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				e := map[string]any{}
				_ = json.Unmarshal([]byte(data), &e)
				e["heard"] = time.Now()
				l.mu.Lock()
				l.events = append(l.events, e)
				l.mu.Unlock()
			}
		}
	}()
	l.stop = func() { cancel(); <-done; _ = resp.Body.Close() }
	h.t.Cleanup(l.stop)
	return l
}

// of returns the newest event of a type.
func (l *listener) of(kind agent.EventType) (found map[string]any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.events {
		if e["type"] == string(kind) {
			found = e
		}
	}
	return found
}

func TestEventsTellOfCardsReadersAndTheCodesOfTheKiosk(t *testing.T) {
	h := newHospital(t, true, slog.New(slog.DiscardHandler), nil)
	screen := h.client("screen", []agent.Scope{agent.ScopeEvents})
	eventually(t, func() bool {
		status, _ := h.ask(screen, http.MethodGet, "/api/v1/visits", "")
		return status == http.StatusForbidden
	})
	l, poor := h.listen(h.token), h.listen(screen)
	h.insert(adultPID)
	h.visit()
	eventually(t, func() bool { return l.of(agent.CodeIssued) != nil && poor.of(agent.CodeIssued) != nil })
	h.remove()
	eventually(t, func() bool { return l.of(agent.CardRemoved) != nil && poor.of(agent.CardRemoved) != nil })
	h.demo.Readers.UnplugReader(demo.PatientReader)
	eventually(t, func() bool { return l.of(agent.ReaderLost) != nil && l.of(agent.StatusChanged) != nil })
	if e := l.of(agent.CardInserted); e["reader"] != demo.PatientReader {
		t.Errorf("%v", e)
	}
	if e := l.of(agent.CardRead); e["pid"] != adultPID {
		t.Errorf("the event of the reading has the PID %v", e["pid"])
	}
	if e := l.of(agent.CodeIssued); e["pid"] != adultPID || !strings.HasPrefix(fmt.Sprint(e["code"]), "PP") || e["claim_type"] != "PG0060001" {
		t.Errorf("%v", e)
	}
	if e := poor.of(agent.CodeIssued); e["pid"] != nil || e["code"] != nil || e["visit"] == nil {
		t.Errorf("without the scope: %v", e)
	}
}

// visit brings the patient whose card is inside to a code at the kiosk's screen.
func (h *clinic) visit() {
	h.t.Helper()
	at := func(s flow.State) func() bool {
		return func() bool { return h.screen().State == s }
	}
	eventually(h.t, at(flow.PhoneEntry))
	for _, d := range []byte(typedPhone) {
		h.kiosk.Send(flow.TapDigit{Digit: d})
	}
	eventually(h.t, at(flow.Confirm))
	h.kiosk.Send(flow.TapConfirm{})
	eventually(h.t, at(flow.Result))
}

func TestAProgramReadsTheCardOfASessionAndTheSessionGoesOn(t *testing.T) {
	var log logtest.Buffer
	h := newHospital(t, true, slog.New(slog.NewTextHandler(&log, nil)), nil)
	h.insert(adultPID)
	eventually(t, func() bool { return h.screen().State == flow.PhoneEntry })
	for range 3 {
		if status, got := h.ask(h.token, http.MethodGet, "/api/smartcard/read-card-only?readImageFlag=true", ""); status != http.StatusOK || got["pid"] != adultPID || got["image"] == nil {
			t.Fatalf("%d", status)
		}
	}
	readBy := func() string { return h.screen().Devices.ReadBy }
	eventually(t, func() bool { return readBy() == "his" })
	h.visit()
	if got := readBy(); got != "his" {
		t.Errorf("the screen names %q as the program that has read the card", got)
	}
	h.remove()
	eventually(t, func() bool { return readBy() == "" })
	h.end()
	if n := strings.Count(log.String(), "a program reads the card of the patient before the screen"); n != 1 {
		t.Errorf("%d notices in the log, want one for the card", n)
	}
}

func TestACodeOfTheKioskComesByTheFeedAndByAWebhookThatWasDown(t *testing.T) {
	var mu sync.Mutex
	var bodies []string
	down := true
	secret := webhook.NewSecret()
	parsed, err := webhook.ParseSecret(secret)
	if err != nil {
		t.Fatal(err)
	}
	his := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		if down {
			down = false
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		if err := parsed.Verify(r.Header.Get, body, time.Now(), time.Minute); err != nil {
			t.Error(err)
		}
		bodies = append(bodies, string(body))
	}))
	defer his.Close()
	h := newHospital(t, true, slog.New(slog.DiscardHandler), func(c *config.Config, h *clinic) {
		c.Webhooks = []config.Webhook{{Name: "his", URL: his.URL}}
		if err := storage.OpenSecrets(filepath.Join(h.data, string(visit.ZoneDemo))).Set(visit.ZoneDemo, "webhook-his", secret); err != nil {
			t.Fatal(err)
		}
	})
	h.insert(adultPID)
	h.visit()
	code := string(h.screen().Session.Code)
	eventually(t, func() bool { mu.Lock(); defer mu.Unlock(); return len(bodies) == 1 })
	if !strings.Contains(bodies[0], code) || !strings.Contains(bodies[0], adultPID) || !strings.Contains(bodies[0], `"zone":"demo"`) {
		t.Errorf("the webhook got something else: %d bytes", len(bodies[0]))
	}
	status, page := h.ask(h.token, http.MethodGet, "/api/v1/visits", "")
	if status != http.StatusOK || !strings.Contains(fmt.Sprint(page), code) {
		t.Errorf("%d", status)
	}
	if status, rest := h.ask(h.token, http.MethodGet, "/api/v1/visits?after="+page["next"].(string), ""); status != http.StatusOK || len(rest["visits"].([]any)) != 0 {
		t.Errorf("%d %v", status, rest)
	}
	h.end()
	states, err := hospital.ReadReceivers(filepath.Join(h.data, string(visit.ZoneDemo)))
	if err != nil || len(states) != 1 || states[0].Delivered.IsZero() || !states[0].Failing.IsZero() {
		t.Errorf("%+v, %v", states, err)
	}
}

func TestAWebhookWithoutItsSecretStopsTheStartWithTheCommand(t *testing.T) {
	c := config.Default()
	c.Webhooks = []config.Webhook{{Name: "his", URL: "https://his.example"}}
	demo, err := demo.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	for range 2 { // nothing may stay open
		if _, err := New(app.Options{Config: c, Data: data, Log: slog.New(slog.DiscardHandler), Demo: demo}); err == nil ||
			!strings.Contains(err.Error(), "secret set webhook-his") {
			t.Error(err)
		}
	}
}

func TestOtherMachinesAreServedByTLSAndWithATokenOnly(t *testing.T) {
	const name = "kiosk1.hospital.example"
	var roots *x509.CertPool
	h := newHospital(t, false, slog.New(slog.DiscardHandler), func(c *config.Config, _ *clinic) {
		c.Agent.TLSCert, c.Agent.TLSKey, roots = certtest.Files(t, name)
		c.Agent.Addresses, c.Agent.Hosts = []string{"127.0.0.0/8"}, []string{name + ":8189"}
	})
	address := strings.TrimPrefix(h.url, "http://")
	client := &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: roots},
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "tcp", address)
		},
	}}
	for token, want := range map[string]int{h.token: http.StatusOK, "": http.StatusUnauthorized} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+name+":8189/api/smartcard/terminals", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("status %d, want %d", resp.StatusCode, want)
		}
	}
	if resp, err := http.Get(h.url + "/healthz"); err == nil && resp.StatusCode == http.StatusOK { //nolint:bodyclose,noctx // it must fail
		t.Error("plain HTTP is answered")
	}
}

// TestAStationIsLetInWhereNobodyHasATokenYet pairs as a station on another machine does:
// by TLS, with the fingerprint that it saw.
func TestAStationIsLetInWhereNobodyHasATokenYet(t *testing.T) {
	const name = "kiosk1.hospital.example"
	demo, err := demo.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := config.Default()
	c.Agent.Listen = "127.0.0.1:0"
	var roots *x509.CertPool
	c.Agent.TLSCert, c.Agent.TLSKey, roots = certtest.Files(t, name)
	c.Agent.Addresses, c.Agent.Hosts = []string{"127.0.0.0/8"}, []string{name + ":8189"}
	h, err := New(app.Options{Config: c, Data: t.TempDir(), Log: slog.New(slog.DiscardHandler), Demo: demo})
	if err != nil {
		t.Fatal(err)
	}
	at, err := h.Listen()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	var seen string
	client := &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		TLSClientConfig: &tls.Config{RootCAs: roots, VerifyConnection: func(s tls.ConnectionState) error {
			seen = agent.Fingerprint(&tls.Certificate{Certificate: [][]byte{s.PeerCertificates[0].Raw}})
			return nil
		}},
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "tcp", at.String())
		},
	}}
	ask := func(method, path, token, body string) (int, map[string]string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, "https://"+name+":8189"+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		got := map[string]string{}
		_ = json.NewDecoder(resp.Body).Decode(&got) // the status is none of texts alone
		return resp.StatusCode, got
	}
	if status, _ := ask(http.MethodGet, "/api/v1/visits", "", ""); status != http.StatusUnauthorized {
		t.Errorf("without a token: %d", status)
	}
	var shown strings.Builder
	if err := h.Records().Pair(&shown); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(shown.String(), seen) {
		t.Errorf("the station sees %s, the administrator %s", seen, shown.String())
	}
	code := regexp.MustCompile(`[0-9]{4}-[0-9]{4}`).FindString(shown.String())
	status, got := ask(http.MethodPost, "/api/v1/desk/pair", "", fmt.Sprintf(`{"code":%q,"machine":"desk-1"}`, code))
	if status != http.StatusOK || got["certificate_sha256"] != seen {
		t.Fatalf("%d %v", status, got["error"])
	}
	for path, want := range map[string]int{"/api/v1/status": http.StatusOK, "/api/v1/visits": http.StatusForbidden} {
		if status, _ := ask(http.MethodGet, path, got["token"], ""); status != want {
			t.Errorf("%s with its token: %d, want %d", path, status, want)
		}
	}
	eventually(t, func() bool {
		audit := storagetest.Audit(t, h.Records().Store)
		return strings.Contains(audit, `"desk-pairing"`) && strings.Contains(audit, `"machine-desk-1"`) && strings.Contains(audit, `"client-desk-1"`)
	})
}

// TestNothingPersonalOfAProgramsVisitIsLogged looks for the person, the phone and
// the tokens in the log, and in the audit.
func TestNothingPersonalOfAProgramsVisitIsLogged(t *testing.T) {
	var log logtest.Buffer
	h := newHospital(t, false, slog.New(privatelog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))), nil)
	h.insert(adultPID)
	if status, got := h.confirm(adultPID, "0800001234"); status != http.StatusOK {
		t.Fatalf("%d %v", status, got)
	}
	h.ask(h.token, http.MethodGet, "/api/smartcard/probe/"+adultPID, "")
	h.ask(h.token, http.MethodGet, "/api/nhso-service/latest-5-authen-code-all-hospital/"+adultPID, "")
	h.ask("ak1_wrong", http.MethodGet, "/api/smartcard/read", "")
	_, preference := h.ask(h.token, http.MethodGet, "/api/preference", "")
	h.remove()
	var audit logtest.Buffer
	eventually(t, func() bool {
		audit = logtest.Buffer{}
		return h.core.Store.AuditExport(&audit) == nil && strings.Contains(audit.String(), "agent-latest")
	})
	h.end()
	for _, event := range []string{"agent-read", "agent-confirm-save", "agent-probe", "agent-latest", "client-his"} {
		if !strings.Contains(audit.String(), event) {
			t.Errorf("the audit has no %s", event)
		}
	}
	for _, secret := range []string{adultPID, "0800001234", "ทดสอบ", "ระบบ", testzone.DefaultToken, h.token} {
		for name, text := range map[string]string{"log": log.String(), "audit": audit.String(), "preference": fmt.Sprint(preference)} {
			if strings.Contains(text, secret) {
				t.Errorf("the %s holds %.4s...", name, secret)
			}
		}
	}
	if len(log.String()) < 500 {
		t.Error("a log of that length proves nothing")
	}
}

// readerIs reports whether that is the light of the readers.
func (h *clinic) readerIs(want visit.DeviceState) bool {
	state, _ := h.core.Cards.Light()
	return state == want
}

// addClient makes a client in the store of a data directory, while no program runs.
func addClient(data, name string, scopes []agent.Scope) (token string, err error) {
	store, err := storage.Open(data, storage.Options{})
	if err != nil {
		return "", err
	}
	token, err = agent.AddClient(&records.Clients{Store: store, Log: slog.New(slog.DiscardHandler)}, name, scopes, time.Now())
	return token, errors.Join(err, store.Close())
}

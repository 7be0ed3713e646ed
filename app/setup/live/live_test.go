package live

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"authenkiosk/app/config"
	"authenkiosk/app/setup"
	"authenkiosk/app/upstream"
	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/nhso/testzone"
	"authenkiosk/storage"
	"authenkiosk/visit"
	"authenkiosk/visit/desk"
)

// world is a machine on which nothing is set up, with a simulator of NHSO and of NHSO's agent.
type world struct {
	*Live
	t       *testing.T
	data    string
	readers *virtualcard.Service
}

func newWorld(t *testing.T) *world {
	t.Helper()
	zone, err := testzone.New(testzone.Options{})
	if err != nil {
		t.Fatal(err)
	}
	serve := func(run func(context.Context, net.Listener) error) string {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- run(ctx, l) }()
		t.Cleanup(func() {
			stop()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
		return "http://" + l.Addr().String()
	}
	url := serve(zone.Serve)
	agent := serve(func(ctx context.Context, l net.Listener) error { return zone.ServeAgent(ctx, l, nil) })
	dir := t.TempDir()
	w := &world{t: t, data: filepath.Join(dir, "data"), readers: virtualcard.NewService("Reader 1")}
	file := filepath.Join(dir, "kiosk.toml")
	text := fmt.Sprintf("[nhso]\nendpoint_url = %q\nstatus_url = %q\nagent_url = %q\n", url, url, agent)
	if err := errors.Join(os.WriteFile(file, []byte(text), 0o600), os.MkdirAll(filepath.Join(dir, "dev", "usb"), 0o700), os.WriteFile(filepath.Join(dir, "dev", "usb", "lp0"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	w.Live = New(Options{
		ConfigFile: file, Data: w.data, Log: slog.New(slog.DiscardHandler), Readers: w.readers, Devices: filepath.Join(dir, "dev"), Program: "AuthenKiosk",
	})
	return w
}

// values are what somebody has typed, and more.
func (w *world) values(more map[string]string) map[string]string {
	w.t.Helper()
	m, err := w.Begin(setup.Kiosk, false)
	if err != nil {
		w.t.Fatal(err)
	}
	maps.Copy(m.Values, map[string]string{"unit.hcode": "10001", "unit.name": "โรงพยาบาลตัวอย่าง", setup.Token: testzone.DefaultToken})
	maps.Copy(m.Values, more)
	return m.Values
}

// try makes one check and returns the last word about it.
func (w *world) try(step setup.Step, more map[string]string) (last setup.Check) {
	w.t.Helper()
	w.Do(w.t.Context(), setup.LookInto{Step: step, Values: w.values(more), N: w.at + 1}, func(e setup.Event) { last = e.(setup.Checked).Check })
	return last
}

func TestTheTokenIsSealedAndNHSOIsAskedWithIt(t *testing.T) {
	w := newWorld(t)
	if c := w.try(setup.NHSO, map[string]string{setup.Token: "00000000-0000-4000-8000-0000000000ff"}); c.State != setup.Bad || c.Problem != visit.NHSORefusedToken {
		t.Errorf("a token that NHSO does not know: %+v", c)
	}
	if c := w.try(setup.NHSO, nil); c.State != setup.Good || !strings.HasSuffix(c.Detail, " ms") {
		t.Errorf("%+v", c)
	}
	if got, err := storage.OpenSecrets(filepath.Join(w.data, "test")).Get(visit.ZoneTest, upstream.TokenName); err != nil || got != testzone.DefaultToken {
		t.Errorf("the token is not sealed: %v", err)
	}
	if m, err := w.Begin(setup.Kiosk, false); err != nil || !m.Known.Token[visit.ZoneTest] || m.Known.Token[visit.ZoneProduction] {
		t.Errorf("the token is not known: %+v, %v", m.Known, err)
	}
}

func TestNHSOsOwnAgentIsNoticedAndUsed(t *testing.T) {
	w := newWorld(t)
	if f := w.look(t.Context()); !f.Agent {
		t.Errorf("it was not noticed: %+v", f)
	}
	if c := w.try(setup.NHSO, map[string]string{"nhso.upstream": "agent", setup.Token: ""}); c.State != setup.Good {
		t.Errorf("%+v", c)
	}
	now, err := config.LoadOver(w.o.ConfigFile, w.data)
	if err != nil {
		t.Fatal(err)
	}
	port := strings.TrimPrefix(now.NHSO.AgentURL, "http://")
	if c := w.try(setup.NHSO, map[string]string{"agent.enabled": "true", "agent.listen": port}); c.State != setup.Bad || c.Say != "setup.bad.agent" {
		t.Errorf("our agent would stand where NHSO's own one is: %+v", c)
	}
}

func TestDevicesAreFound(t *testing.T) {
	w := newWorld(t)
	f := w.look(t.Context())
	if !slices.Equal(f.Readers, []string{"Reader 1"}) || len(f.Printers) != 1 || filepath.Base(f.Printers[0].Address) != "lp0" {
		t.Errorf("%+v", f)
	}
}

func TestACardIsReadForATestAndNothingOfItIsKept(t *testing.T) {
	w := newWorld(t)
	person := virtualcard.Adult()
	card, err := virtualcard.New(person)
	if err != nil {
		t.Fatal(err)
	}
	told := make(chan setup.Check, 10)
	done := make(chan struct{})
	values := w.values(nil)
	go func() {
		defer close(done)
		w.Do(t.Context(), setup.LookInto{Step: setup.Reader, Values: values, N: 1}, func(e setup.Event) { told <- e.(setup.Checked).Check })
	}()
	w.readers.Insert("Reader 1", virtualcard.NewMute())
	if c := <-told; c.State != setup.Bad || c.Problem != visit.CardMute {
		t.Errorf("a card that is upside down: %+v", c)
	}
	w.readers.Remove("Reader 1")
	w.readers.Insert("Reader 1", card)
	c := <-told
	if c.State != setup.Good || !strings.HasPrefix(c.Detail, "Reader 1, ") || strings.Contains(fmt.Sprint(c), person.PID.Digits()) {
		t.Errorf("%+v", c)
	}
	w.Do(t.Context(), setup.Stop{Before: 2}, nil)
	<-done
}

func TestACheckThatCameTooLateIsNotMade(t *testing.T) {
	w := newWorld(t)
	w.Do(t.Context(), setup.Stop{Before: 5}, nil)
	w.Do(t.Context(), setup.LookInto{Step: setup.Reader, Values: w.values(nil), N: 4}, func(setup.Event) { t.Error("it was made") })
}

func TestATestSlipIsPrintedForAPersonToJudge(t *testing.T) {
	w := newWorld(t)
	dir := t.TempDir()
	if c := w.try(setup.Slips, map[string]string{"printer.kind": "image", "printer.address": dir}); c.State != setup.Judge {
		t.Errorf("%+v", c)
	}
	if slips, _ := filepath.Glob(filepath.Join(dir, "*.png")); len(slips) != 1 {
		t.Errorf("%d slips came out", len(slips))
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone := l.Addr().String()
	_ = l.Close()
	if c := w.try(setup.Slips, map[string]string{"printer.kind": "escpos-tcp", "printer.address": gone}); c.State != setup.Bad || c.Problem != visit.PrinterUnavailable {
		t.Errorf("a printer that is not there: %+v", c)
	}
}

func TestACameraThatIsNotThereIsToldOf(t *testing.T) {
	w := newWorld(t)
	if c := w.try(setup.Camera, map[string]string{"camera.source": "file:" + filepath.Join(t.TempDir(), "none")}); c.State != setup.Bad || c.Problem != visit.CameraUnavailable {
		t.Errorf("%+v", c)
	}
}

// kept keeps values and returns why that failed.
func (w *world) kept(values map[string]string) (failed string) {
	w.Do(w.t.Context(), setup.Keep{Values: values}, func(e setup.Event) { failed = e.(setup.Kept).Failed })
	return failed
}

func TestTheEndLeavesAMachineThatIsSetUp(t *testing.T) {
	w := newWorld(t)
	values := w.values(map[string]string{setup.Operator: "สมศรี", setup.PIN: "204916", setup.Clerk: "สมชาย", setup.ClerkPIN: "380527"})
	if failed := w.kept(values); failed != "" {
		t.Fatal(failed)
	}
	l, err := config.LoadOver(w.o.ConfigFile, w.data)
	if err != nil || !l.IsSetUp() || l.NHSO.Zone != visit.ZoneTest || l.Unit.HCode != "10001" {
		t.Errorf("%v: %+v", err, l.Config.Unit)
	}
	text, err := os.ReadFile(config.SettingsFile(w.data))
	if err != nil || strings.Contains(string(text), testzone.DefaultToken) || strings.Contains(string(text), "204916") || strings.Contains(string(text), "380527") {
		t.Errorf("a secret is in the settings: %v", err)
	}
	store, err := storage.Open(filepath.Join(w.data, "test"), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	all, err := store.Operators()
	roles := map[string]desk.Role{}
	for _, o := range all {
		roles[o.Name.Full()] = o.Role
	}
	if err != nil || !maps.Equal(roles, map[string]desk.Role{"สมศรี": desk.Administrator, "สมชาย": desk.Staff}) {
		t.Errorf("%v, %v", all, err)
	}
	var audit strings.Builder
	if err := errors.Join(store.AuditExport(&audit), store.Close()); err != nil || !strings.Contains(audit.String(), `"settings-unit-hcode"`) || !strings.Contains(audit.String(), `"settings-token"`) {
		t.Errorf("the audit has no word of it: %v %s", err, audit.String())
	}
	if m, err := w.Begin(setup.Kiosk, false); err != nil || !m.Known.Admin[visit.ZoneTest] || !m.Known.Clerk[visit.ZoneTest] {
		t.Errorf("the operators are not known: %v", err)
	}
	if failed := w.kept(values); failed != "" {
		t.Errorf("a second time: %s", failed)
	}
}

func TestWhatCannotBeKeptIsSaidAndLeavesAMachineThatIsNotSetUp(t *testing.T) {
	w := newWorld(t)
	if failed := w.kept(w.values(map[string]string{"printer.width_mm": "wide"})); !strings.Contains(failed, "printer.width_mm") {
		t.Error(failed)
	}
	if l, err := config.LoadOver(w.o.ConfigFile, w.data); err != nil || l.IsSetUp() {
		t.Errorf("it counts as set up: %v", err)
	}
}

func TestASettingThatAnAdministratorChangesIsAuditedWithTheId(t *testing.T) {
	w := newWorld(t)
	if failed := w.kept(w.values(nil)); failed != "" {
		t.Fatal(failed)
	}
	store, err := storage.Open(filepath.Join(w.data, "test"), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	who, gone := desk.OperatorID("00000000000000a1"), error(nil)
	o := w.o
	o.Store, o.Who = store, func() (desk.OperatorID, error) { return who, gone }
	w.Live = New(o)
	if failed := w.kept(w.values(map[string]string{"unit.phone": "02-000-1234"})); failed != "" {
		t.Fatal(failed)
	}
	var audit strings.Builder
	if err := store.AuditExport(&audit); err != nil || !strings.Contains(audit.String(), `"settings-unit-phone","role":"administrator","result":"ok","handle":"00000000000000a1"`) {
		t.Errorf("%v %s", err, audit.String())
	}
	gone = errors.New("signed out")
	if failed := w.kept(w.values(map[string]string{"unit.phone": ""})); failed == "" {
		t.Error("somebody who is not signed in any more has changed a setting")
	}
	if l, err := config.LoadOver(o.ConfigFile, o.Data); err != nil || l.Value("unit.phone") == "" {
		t.Errorf("it was changed: %v", err)
	}
}

// admins are the administrators of a zone, by whether that PIN is theirs.
func (w *world) admins(zone visit.Zone, digits string) (names []string) {
	w.t.Helper()
	store, err := storage.Open(filepath.Join(w.data, string(zone)), storage.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	all, err := store.Operators()
	pin, bad := desk.ParsePIN(digits)
	if err = errors.Join(err, bad); err != nil {
		w.t.Fatal(err)
	}
	for _, o := range all {
		if _, err := store.SignIn(o.ID, pin, "desk-1"); err == nil {
			names = append(names, o.Name.Full())
		}
	}
	if len(all) != len(names) {
		w.t.Errorf("%d administrators in the zone %s, %d with that PIN", len(all), zone, len(names))
	}
	return names
}

func TestWhoeverTriesAgainIsTheAdministratorAsTypedLast(t *testing.T) {
	w := newWorld(t)
	if err := os.Remove(w.o.ConfigFile); err != nil { // it has addresses that are not for production
		t.Fatal(err)
	}
	w.o.ConfigFile = ""
	values := w.values(map[string]string{setup.Operator: "สมศรี", setup.PIN: "204916"})
	for _, c := range []struct {
		name string
		more map[string]string
		zone visit.Zone
		pin  string
	}{
		{"สมศรี", nil, visit.ZoneTest, "204916"},
		{"สมศรี", map[string]string{setup.PIN: "380527"}, visit.ZoneTest, "380527"},
		{"สมชาย", map[string]string{setup.Operator: "สมชาย"}, visit.ZoneTest, "380527"},
		{"สมชาย", map[string]string{"nhso.zone": "production"}, visit.ZoneProduction, "380527"},
	} {
		maps.Copy(values, c.more)
		if failed := w.kept(values); failed != "" {
			t.Fatal(failed)
		}
		if names := w.admins(c.zone, c.pin); !slices.Equal(names, []string{c.name}) {
			t.Errorf("%v: administrators %q, want %q", c.more, names, c.name)
		}
	}
}

func TestAPrinterWithWhichTheMachineWouldNotStartIsNotKept(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("it has printers of that kind")
	}
	w := newWorld(t)
	if failed := w.kept(w.values(map[string]string{"printer.kind": "windows", "printer.address": "slips"})); !strings.Contains(failed, "printer") {
		t.Errorf("it was kept: %q", failed)
	}
	if l, err := config.LoadOver(w.o.ConfigFile, w.data); err != nil || l.IsSetUp() {
		t.Errorf("it counts as set up: %v", err)
	}
}

func TestAStationDoesNotTakeThePlaceOfNHSOsOwnAgentWhileThatIsThere(t *testing.T) {
	w := newWorld(t)
	now, err := config.LoadOver(w.o.ConfigFile, w.data)
	if err != nil {
		t.Fatal(err)
	}
	w.o.Store = &storage.Store{} // it runs
	port := strings.TrimPrefix(now.NHSO.AgentURL, "http://")
	if c := w.try(setup.NHSO, map[string]string{"agent.listen": port}); c.State != setup.Bad || c.Say != "setup.bad.agent" {
		t.Errorf("%+v", c)
	}
}

// Whoever cannot be asked whether somebody looks after the machine must not be told that nobody does.
func TestAZoneWhoseDataCannotBeOpenedHasAnAdministrator(t *testing.T) {
	w := newWorld(t)
	dir := filepath.Join(w.data, "test")
	if failed := w.kept(w.values(map[string]string{setup.Operator: "สมศรี", setup.PIN: "204916"})); failed != "" {
		t.Fatal(failed)
	}
	store, err := storage.Open(dir, storage.Options{}) // another program has it
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	if m, err := w.Begin(setup.Kiosk, false); err != nil || !m.Known.Admin[visit.ZoneTest] || m.Known.Admin[visit.ZoneProduction] {
		t.Errorf("%v, %v", m.Known.Admin, err)
	}
}

// A token that is tried is the newest from then on, whether somebody saves the page or not.
func TestATokenThatAnAdministratorTriesIsAuditedWithTheId(t *testing.T) {
	w := newWorld(t)
	store, err := storage.Open(filepath.Join(w.data, "test"), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	o := w.o
	o.Store, o.Who = store, func() (desk.OperatorID, error) { return "00000000000000a1", nil }
	w.Live = New(o)
	if c := w.try(setup.NHSO, nil); c.State != setup.Good {
		t.Fatalf("%+v", c)
	}
	var audit strings.Builder
	if err := store.AuditExport(&audit); err != nil || !strings.Contains(audit.String(), `"settings-token","role":"administrator","result":"ok","handle":"00000000000000a1"`) {
		t.Errorf("%v %s", err, audit.String())
	}
}

// Package live does what the setting up of a machine asks for: it looks for devices, tries
// each, asks NHSO, seals the token, adds the first administrator and keeps the settings. Of a
// card that is read for a test it keeps nothing.
package live

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"authenkiosk/app/config"
	"authenkiosk/app/hospital"
	"authenkiosk/app/setup"
	"authenkiosk/app/slips"
	"authenkiosk/app/upstream"
	"authenkiosk/camera"
	"authenkiosk/cardreader"
	"authenkiosk/cardreader/pcsc"
	"authenkiosk/storage"
	"authenkiosk/visit"
	"authenkiosk/visit/desk"
)

// Options say of which machine it is.
type Options struct {
	ConfigFile, Data string // as on the command line
	Log              *slog.Logger
	UserAgent        string
	Program          string // as it stands on the test slip
	BuiltOn          time.Time

	// Store is that of a running station, whose settings are changed by Who; nil: nobody has
	// it, and it is opened for a moment.
	Store *storage.Store
	Who   func() (desk.OperatorID, error)

	Readers cardreader.Service // nil: those of the machine
	Devices string             // the folder of devices; empty: /dev
}

// Live does what is asked, one check at a time.
type Live struct {
	o Options

	mu     sync.Mutex // guards what follows
	at     uint64     // the number of the last check
	before uint64     // checks with lower ones are over
	end    context.CancelFunc
	ended  chan struct{} // is closed when the last check has come to its end

	added []added // by a try whose settings were not kept after all; of the one Keep at a time
}

// added is an operator, in the zone where they were added.
type added struct {
	zone visit.Zone
	id   desk.OperatorID
}

// New returns it; nothing is opened yet.
func New(o Options) *Live {
	if o.Readers == nil {
		o.Readers = pcsc.New()
	}
	if o.Devices == "" {
		o.Devices = "/dev"
	}
	return &Live{o: o, end: func() {}, ended: closed()}
}

func closed() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}

// Begin returns the model with which the setting up begins.
func (l *Live) Begin(face setup.Face, settings bool) (setup.Model, error) {
	now, err := config.LoadOver(l.o.ConfigFile, l.o.Data)
	if err != nil {
		return setup.Model{}, err
	}
	values := map[string]string{}
	for _, key := range config.Settable() {
		values[key] = now.Value(key)
	}
	if !now.IsSetUp() {
		values["unit.hcode"], values["unit.name"] = "", ""
		if now.From("unit.name") != "" {
			values["unit.name"] = now.Value("unit.name")
		}
	}
	known := setup.Known{Token: map[visit.Zone]bool{}, Admin: map[visit.Zone]bool{}, Clerk: map[visit.Zone]bool{}}
	for _, zone := range []visit.Zone{visit.ZoneTest, visit.ZoneProduction} {
		data := filepath.Join(l.o.Data, string(zone))
		_, err := storage.OpenSecrets(data).Get(zone, upstream.TokenName)
		known.Token[zone] = err == nil
		if !settings && !storage.Unused(data) {
			known.Admin[zone], known.Clerk[zone] = l.has(data, now.Config)
		}
	}
	return setup.New(face, settings, values, known), nil
}

// has reports whether somebody may look after the machine in that zone, and whether somebody
// may serve patients there.
func (l *Live) has(data string, c config.Config) (admin, clerk bool) {
	store, err := storage.Open(data, storage.Options{Keys: keysOf(c)})
	if err != nil {
		return true, true // as far as anybody knows: a patient must not be asked to set it up
	}
	defer func() { _ = store.Close() }()
	all, _ := store.Operators()
	for _, o := range all {
		admin = admin || o.Role == desk.Administrator && !o.Disabled
		clerk = clerk || desk.Allowed(o.Role, desk.NewVisit) && !o.Disabled
	}
	return admin, clerk
}

func keysOf(c config.Config) storage.KeyOptions {
	return storage.KeyOptions{Require: c.Storage.RequireKeySource}
}

// Do does what an effect asks for, and tells what came of it, perhaps more than once. It
// returns when that is done; ctx ends with the window.
func (l *Live) Do(ctx context.Context, e setup.Effect, tell func(setup.Event)) {
	switch e := e.(type) {
	case setup.LookAround:
		tell(setup.Looked{Found: l.look(ctx)})
	case setup.Stop:
		l.stop(e.Before)
	case setup.LookInto:
		ctx, done, ok := l.alone(ctx, e.N)
		if !ok {
			return // something else was asked for meanwhile
		}
		defer done()
		l.check(ctx, e, func(c setup.Check) { tell(setup.Checked{Of: e, Check: c}) })
	case setup.Keep:
		err := l.keep(e.Values)
		if err != nil {
			l.o.Log.Error("the settings were not kept", "err", err)
			tell(setup.Kept{Failed: err.Error()})
			return
		}
		l.o.Log.Info("the settings are kept", "file", config.SettingsFile(l.o.Data))
		tell(setup.Kept{})
	}
}

// stop ends a check with a lower number, and waits for its end: the next one may need the
// same device.
func (l *Live) stop(before uint64) {
	l.mu.Lock()
	l.before = max(l.before, before)
	if l.at < l.before {
		l.end()
	}
	ended := l.ended
	over := l.at < l.before
	l.mu.Unlock()
	if over {
		<-ended
	}
}

// alone ends the checks before, and lets what comes later end this one. It reports whether
// this one is still wanted.
func (l *Live) alone(ctx context.Context, n uint64) (context.Context, func(), bool) {
	l.stop(n)
	l.mu.Lock()
	defer l.mu.Unlock()
	if n < l.before || n <= l.at {
		return nil, nil, false
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	l.at, l.end, l.ended = n, cancel, ended
	return ctx, func() { cancel(); close(ended) }, true
}

// lookFor bounds the question whether NHSO's own agent is there.
const lookFor = 3 * time.Second

// look finds what there is.
func (l *Live) look(ctx context.Context) (f setup.Found) {
	if w, err := l.o.Readers.Watch(); err == nil {
		all, err := w.Readers()
		_ = w.Close()
		if err == nil {
			f.Readers = slices.DeleteFunc(all, func(name string) bool { return cardreader.KindOf(name) != cardreader.KindContact })
		}
	}
	for _, pattern := range []string{"usb/lp*", "lp[0-9]*"} {
		found, _ := filepath.Glob(filepath.Join(l.o.Devices, pattern)) // the pattern is a good one
		for _, path := range found {
			f.Printers = append(f.Printers, setup.Printer{Kind: visit.PrinterFile, Address: path})
		}
	}
	if cameras, err := camera.List(); err == nil {
		for _, c := range cameras {
			f.Cameras = append(f.Cameras, setup.Device{Name: c.Name, Value: c.Source})
		}
	}
	f.Agent, f.Windows = l.agentThere(ctx), runtime.GOOS == "windows"
	return f
}

// agentThere reports whether NHSO's own agent answers, and not ours.
func (l *Live) agentThere(ctx context.Context) bool {
	now, err := config.LoadOver(l.o.ConfigFile, l.o.Data)
	if err != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, lookFor)
	defer cancel()
	c := now.Config
	if _, foreign := hospital.Answering(ctx, config.Agent{Listen: strings.TrimPrefix(c.NHSO.AgentURL, "http://")}); !foreign {
		return false
	}
	c.NHSO.Upstream = config.UpstreamAgent
	way, _, err := upstream.Connect(upstream.Options{Config: c, UserAgent: l.o.UserAgent})
	if err != nil {
		return false
	}
	defer way.Close()
	_, err = way.Probe(ctx)
	return err == nil
}

// settings are those of the values that the program keeps.
func settings(values map[string]string) map[string]string {
	kept := maps.Clone(values)
	maps.DeleteFunc(kept, func(key, _ string) bool { return !slices.Contains(config.Settable(), key) })
	return kept
}

// would is the configuration as it would be.
func (l *Live) would(values map[string]string) (config.Config, error) {
	now, err := config.LoadOver(l.o.ConfigFile, l.o.Data)
	if err != nil {
		return config.Config{}, err
	}
	next, err := now.WouldBe(settings(values))
	return next.Config, err
}

// prints says why a machine would not start with that printer; it may be out of reach.
func prints(c config.Printer) error {
	if c.Kind == visit.PrinterNone {
		return nil
	}
	device, err := slips.Open(c, slog.New(slog.DiscardHandler))
	if err != nil {
		return fmt.Errorf("[printer]: %w", err)
	}
	return device.Close()
}

// keep adds the operators, and then keeps the settings: with them the machine counts as
// set up.
func (l *Live) keep(values map[string]string) error {
	role, handle, err := l.who()
	if err != nil {
		return err
	}
	c, err := l.would(values)
	if err == nil {
		err = prints(c.Printer)
	}
	if err != nil {
		return err
	}
	before, err := config.LoadOver(l.o.ConfigFile, l.o.Data)
	if err != nil {
		return err
	}
	store := l.o.Store
	if store == nil {
		if store, err = storage.Open(filepath.Join(l.o.Data, string(c.NHSO.Zone)), storage.Options{Keys: keysOf(c)}); err != nil {
			return fmt.Errorf("open the data: %w", err)
		}
		defer func() { _ = store.Close() }()
	}
	if err := l.addOperators(store, c.NHSO.Zone, values); err != nil {
		return err
	}
	after, err := config.Change(l.o.ConfigFile, l.o.Data, settings(values))
	if err != nil {
		// With an administrator, and without settings, no wizard opens at the next start.
		return errors.Join(err, l.dropOperators(store, c.NHSO.Zone))
	}
	events := changes(before, after, role, handle)
	if values[setup.Token] != "" && l.o.Store == nil {
		events = append(events, tokenEvent(role, handle))
	}
	if events == nil {
		return nil
	}
	return store.Audit(events...)
}

// tokenSet has the audit of a running station hold who has sealed a token. That of the wizard
// is not open before the end.
func (l *Live) tokenSet() error {
	if l.o.Store == nil {
		return nil
	}
	role, handle, err := l.who()
	if err != nil {
		return err
	}
	return l.o.Store.Audit(tokenEvent(role, handle))
}

func tokenEvent(role, handle string) storage.Event {
	return storage.Event{Name: "settings-token", Role: role, Result: "ok", Handle: handle}
}

// who is the administrator of a station, or nobody with a name in the wizard.
func (l *Live) who() (role, handle string, err error) {
	if l.o.Who == nil {
		return storage.RoleSystem, "", nil
	}
	id, err := l.o.Who()
	return string(desk.Administrator), string(id), err
}

// addOperators adds the administrator and whoever serves patients as typed now, in place of
// those whom an earlier try has added.
func (l *Live) addOperators(store *storage.Store, zone visit.Zone, values map[string]string) error {
	if err := l.dropOperators(store, zone); err != nil {
		return err
	}
	for _, o := range []struct {
		name, pin string
		role      desk.Role
	}{{values[setup.Operator], values[setup.PIN], desk.Administrator}, {values[setup.Clerk], values[setup.ClerkPIN], desk.Staff}} {
		if o.name == "" {
			continue
		}
		name, err := desk.ParseOperatorName(o.name)
		if err != nil {
			return err
		}
		pin, err := desk.NewPIN(o.pin)
		if err != nil {
			return err
		}
		id, err := store.AddOperator(name, o.role, pin)
		if err != nil {
			return errors.Join(err, l.dropOperators(store, zone))
		}
		l.added = append(l.added, added{zone, id})
	}
	return nil
}

// dropOperators removes whom this wizard has added there.
func (l *Live) dropOperators(store *storage.Store, zone visit.Zone) error {
	var failed error
	l.added = slices.DeleteFunc(l.added, func(a added) bool {
		if a.zone != zone {
			return false
		}
		err := store.RemoveOperator(a.id)
		if errors.Is(err, desk.ErrNoOperator) {
			err = nil
		}
		failed = errors.Join(failed, err)
		return err == nil
	})
	return failed
}

// changes are which settings were changed, and by whom; their values the audit does not hold.
func changes(before, after config.Loaded, role, handle string) (events []storage.Event) {
	for _, key := range config.Settable() {
		if before.Value(key) != after.Value(key) {
			name := "settings-" + strings.NewReplacer(".", "-", "_", "-").Replace(key)
			events = append(events, storage.Event{Name: name, Role: role, Result: "ok", Handle: handle})
		}
	}
	return events
}

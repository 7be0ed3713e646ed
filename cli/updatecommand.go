package cli

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"authenkiosk/app"
	"authenkiosk/app/config"
	"authenkiosk/app/control"
	"authenkiosk/app/wait"
	"authenkiosk/atomicfile"
	"authenkiosk/update"
)

const (
	// readyLimit is how long a new version may take until it can serve people.
	readyLimit = 120 * time.Second
	// lookAtReady is how often it is looked whether it can.
	lookAtReady = 500 * time.Millisecond
	// firstRunLimit is how long a new program may take to tell its version.
	firstRunLimit = 10 * time.Second
)

// Errors of updates.
var (
	errUpdateUsage = errors.New("write: update check [SOURCE], update apply [SOURCE], or: update rollback; SOURCE is a folder or an https address")
	errNoSource    = errors.New("say from where: a folder or an https address, here or as source in [update] of the configuration")
	errMeanwhile   = errors.New("another version has been put in place meanwhile: give the command again")
	errWentBack    = errors.New("the new version could not serve people: the version before is in place again. No data were touched")
)

// updating is the change from one version to another.
type updating struct {
	*Program
	s       *Settings
	c       config.Config
	root    update.Root
	running string // the version of this program
	limit   time.Duration
}

// update looks for, puts in place or takes back a version of the program. Beside what
// people ask for it has settle, for the service manager, install, for packages of the
// system, and auto, for a timer.
func (p *Program) update(ctx context.Context, s *Settings) error {
	verb, rest := "", s.Args
	if len(rest) > 0 {
		verb, rest = rest[0], rest[1:]
	}
	switch { // these two work whatever a new version makes of the configuration
	case verb == "settle" && len(rest) == 1:
		return settle(s, update.RootAt(rest[0]))
	case verb == "install" && len(rest) == 1:
		return p.adopt(ctx, s, rest[0])
	}
	c, err := s.Load()
	if err != nil {
		return err
	}
	u := updating{Program: p, s: s, c: c, limit: cmp.Or(p.patience, readyLimit)}
	if u.root, u.running, err = p.place(); err != nil {
		return err
	}
	source := c.Update.Source
	if len(rest) == 1 {
		source = rest[0]
	}
	switch {
	case len(rest) > 1:
		return errUpdateUsage
	case verb == "rollback" && len(rest) == 0:
		return u.alone(func() error { return u.rollback(ctx) })
	case verb == "auto" && len(rest) == 0:
		err := u.alone(func() error { return u.auto(ctx) })
		if errors.Is(err, update.ErrBusy) {
			_, err = fmt.Fprintf(p.Stdout, "Nothing is changed now: %v\n", err)
		}
		return err
	case verb != "check" && verb != "apply":
		return errUpdateUsage
	case source == "":
		return errNoSource
	}
	if _, err := p.keyOfUpdates(); err != nil {
		return err
	}
	offer, err := update.Find(ctx, source, nil)
	if err != nil {
		return err
	}
	if !update.Newer(offer.Version, u.running) {
		_, err := fmt.Fprintf(p.Stdout, "version %s runs; the newest there is %s\n", u.running, offer.Version)
		return err
	}
	if verb == "check" {
		_, err := fmt.Fprintf(p.Stdout, "version %s runs; %s can be had. Its signature is checked by: %s update apply\n", u.running, offer.Version, p.Name)
		return err
	}
	return u.alone(func() error { return u.apply(ctx, offer) })
}

// alone does something while nobody else changes versions. What this program compares with
// is the version that it is: that is the one in use then.
func (u updating) alone(do func() error) error {
	unlock, err := u.root.Lock()
	if err != nil {
		return err
	}
	defer unlock()
	if now, err := u.root.Current(); err != nil || now != u.running {
		return errors.Join(err, errMeanwhile)
	}
	return do()
}

func (p *Program) place() (update.Root, string, error) {
	if p.installed != nil {
		return p.installed()
	}
	return update.Here()
}

func (p *Program) keyOfUpdates() (update.PublicKey, error) {
	if p.updateKey != nil {
		return p.updateKey()
	}
	return update.Key()
}

// apply takes a package in, tries whether it starts, and changes to it.
func (u updating) apply(ctx context.Context, o update.Offer) error {
	key, err := u.keyOfUpdates()
	if err != nil {
		return err
	}
	signature, err := o.Signature(ctx)
	if err != nil {
		return err
	}
	archive, err := o.Open(ctx)
	if err != nil {
		return err
	}
	version, err := u.root.Stage(key, archive, signature, u.running)
	if err := errors.Join(err, archive.Close()); err != nil {
		return err
	}
	if version != o.Version { // the name is not signed, and may hide one that went back
		return fmt.Errorf("%w: the one with the name of %s is %s", update.ErrPackage, o.Version, version)
	}
	if err := u.starts(ctx, version); err != nil {
		return fmt.Errorf("%w: nothing was changed", err)
	}
	now, runs, err := u.mayChange(ctx)
	if err != nil {
		return fmt.Errorf("version %s is checked and lies ready, and %s stays in use: %w", version, u.running, err)
	}
	if err := u.try(version, now.Healthy); err != nil {
		return err
	}
	switch {
	case u.unwatched():
		_, err := fmt.Fprintf(u.Stdout, "Version %s is in place for the next start. The version before it is put back by: %s update rollback\n", version, u.Name)
		return err
	case !runs:
		_, err := fmt.Fprintf(u.Stdout, "Version %s is in place for the next start. If it cannot serve people, %s comes back by itself.\n", version, u.running)
		return err
	}
	return u.watch(ctx, version)
}

// try changes to a version, on trial. The configuration is copied first.
func (u updating) try(version string, healthy bool) error {
	if err := u.keepConfiguration(); err != nil {
		return fmt.Errorf("keep a copy of the configuration: %w", err)
	}
	// The one before may have said that it stays, and nobody has looked yet.
	if err := u.root.Heed(update.Said(u.s.Data), version); err != nil {
		return err
	}
	if t, on := u.root.Trial(); on && (update.Kept(u.s.Data, t.To) || u.unwatched()) {
		if err := u.root.End(t, version); err != nil {
			return err
		}
	}
	// It may be in use again now, and be as new as the one that is tried.
	if now, err := u.root.Current(); err != nil || !update.Newer(version, now) {
		return cmp.Or(err, errMeanwhile)
	}
	if err := update.Unkeep(u.s.Data); err != nil {
		return err
	}
	if err := u.root.Try(version, healthy); err != nil || !u.unwatched() {
		return err
	}
	t, _ := u.root.Trial()
	return u.root.End(t)
}

// unwatched reports whether people start the program themselves, as at a station: nothing
// counts its starts there, so that no version is on trial.
func (u updating) unwatched() bool {
	if u.s.ConfigFile == "" {
		return false
	}
	face, err := os.ReadFile(filepath.Join(filepath.Dir(u.s.ConfigFile), "face")) // packaging/linux/face
	return err == nil && strings.TrimSpace(string(face)) == "station"
}

// starts has each new program tell its version: one that this system cannot run, or that is
// missing, goes no further. The one that is given the command is often not the one that
// people see.
func (u updating) starts(ctx context.Context, version string) error {
	programs, err := os.ReadDir(u.root.Program(u.running, ""))
	if err != nil {
		return err
	}
	for _, program := range programs {
		if strings.HasPrefix(program.Name(), atomicfile.TempPrefix) { // a power cut has left it
			continue
		}
		if err := u.tells(ctx, version, program.Name()); err != nil {
			return err
		}
	}
	return nil
}

func (u updating) tells(ctx context.Context, version, program string) error {
	ctx, cancel := context.WithTimeout(ctx, firstRunLimit)
	defer cancel()
	out, err := exec.CommandContext(ctx, u.root.Program(version, program), "version").Output()
	if err != nil {
		return fmt.Errorf("%s of version %s does not start on this machine: %w", program, version, err)
	}
	if !strings.Contains(string(out), version) {
		return fmt.Errorf("%s of version %s says that it is %q", program, version, strings.TrimSpace(string(out)))
	}
	return nil
}

// mayChange asks the program that runs, if one does. It is not disturbed while somebody
// stands before it, and by day only before the first patient.
func (u updating) mayChange(ctx context.Context) (now app.Standing, runs bool, err error) {
	now, runs, err = u.ask(ctx, "restart", "ask")
	if err != nil || !runs {
		return now, runs, err
	}
	if now.Served && !u.c.Update.Window.Holds(time.Now()) {
		return now, runs, fmt.Errorf("it is put in place between %s, or before the first patient after a start: give the command again then", u.c.Update.Window)
	}
	return now, runs, nil
}

func (u updating) ask(ctx context.Context, words ...string) (now app.Standing, runs bool, err error) {
	var out bytes.Buffer
	err = control.Ask(ctx, filepath.Join(u.s.Data, string(u.c.NHSO.Zone)), words, nil, &out)
	if errors.Is(err, control.ErrNobody) {
		return now, false, nil
	}
	if err == nil {
		err = json.Unmarshal(out.Bytes(), &now)
	}
	return now, true, err
}

// keepConfiguration copies the configuration, and the settings over it, beside the
// versions: a newer version may write there what an older one does not understand.
func (u updating) keepConfiguration() error {
	dir := u.root.Dir("configuration")
	for _, file := range []string{u.s.ConfigFile, config.SettingsFile(u.s.Data)} {
		data, err := os.ReadFile(file)
		if file == "" || errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := errors.Join(err, atomicfile.MakeDir(dir)); err != nil {
			return err
		}
		if err := atomicfile.Write(filepath.Join(dir, u.running+"-"+filepath.Base(file)), data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// watch ends the program that runs, so that the new version is started, and goes back when
// that does not say in time that it stays.
func (u updating) watch(ctx context.Context, version string) error {
	kept := func() bool { return update.Kept(u.s.Data, version) }
	if _, on := u.root.Trial(); !on {
		return fmt.Errorf("version %s is in place, and nobody can tell what it follows", version)
	}
	if _, _, err := u.ask(ctx, "restart"); err != nil { // somebody has come since it was asked
		return fmt.Errorf("version %s is in place for the next start: %w", version, err)
	}
	fmt.Fprintf(u.Stdout, "Version %s is started; up to %s are waited for it to serve people.\n", version, u.limit)
	for end := time.Now().Add(u.limit); !kept() && time.Now().Before(end); {
		if _, on := u.root.Trial(); !on && !kept() { // it was started too often, and has gone back by itself
			return errWentBack
		}
		if !wait.For(ctx, lookAtReady) {
			return fmt.Errorf("%w: if version %s cannot serve people, %s comes back at its fourth start", ctx.Err(), version, u.running)
		}
	}
	if err := u.root.Heed(update.Said(u.s.Data)); err != nil {
		return err
	}
	now, err := u.root.Current()
	back := now != version // whoever started it may have seen to that
	if trial, on := u.root.Trial(); on {
		back, err = u.root.Back(trial, kept)
	}
	if err != nil {
		return err
	}
	if !back {
		_, err := fmt.Fprintf(u.Stdout, "Version %s is in place.\n", version)
		return err
	}
	_, _, _ = u.ask(ctx, "restart") // one that hangs is ended by the watchdog of its service manager
	return errWentBack
}

// rollback goes back to the version before, whether or not it is older.
func (u updating) rollback(ctx context.Context) error {
	_, runs, err := u.mayChange(ctx)
	if err != nil {
		return err
	}
	version, err := u.root.Rollback()
	if err != nil {
		return err
	}
	if runs {
		if _, _, err := u.ask(ctx, "restart"); err != nil {
			return fmt.Errorf("version %s is in place from the next start: %w", version, err)
		}
	}
	_, err = fmt.Fprintf(u.Stdout, "Version %s is in place. The data are as they were; the configuration of before an update is in %s.\n", version, u.root.Dir("configuration"))
	return err
}

// settle counts the start of a version on trial, before each start of a service, with the
// rights to change programs. It is no part of the version on trial, which may not work.
func settle(s *Settings, root update.Root) error {
	now, err := root.Current()
	if err := errors.Join(err, s.Place()); err != nil {
		return err
	}
	if err := root.Heed(update.Said(s.Data)); err != nil {
		return err
	}
	back, err := root.Settle(func() bool { return update.Kept(s.Data, now) })
	if back {
		return errors.Join(errWentBack, err)
	}
	return err
}

// adopt puts the programs in place that a package of the system has brought, and which
// lie beside this one. One that runs is told to end as by apply, or goes on and is
// followed by the new version later.
func (p *Program) adopt(ctx context.Context, s *Settings, root string) error {
	dir, version, err := p.brought()
	if err != nil {
		return err
	}
	u := updating{Program: p, s: s, root: update.RootAt(root), limit: cmp.Or(p.patience, readyLimit)}
	if err := atomicfile.MakeDir(root); err != nil {
		return err
	}
	unlock, err := u.wait(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if _, err := os.Stat(u.root.Dir("current")); err == nil { // else there is none, or it is lost
		if u.running, err = u.root.Current(); err != nil {
			return err
		}
	}
	if update.Newer(u.running, version) {
		_, err := fmt.Fprintf(p.Stdout, "Version %s stays in use: it is newer than %s of the package. The version before it is put back by: %s update rollback\n", u.running, version, p.Name)
		return err
	}
	if err := u.root.Adopt(dir, version); err != nil {
		return err
	}
	if u.running == "" || u.running == version {
		return nil
	}
	var now app.Standing
	var runs bool
	var busy error
	if u.c, err = s.Load(); err == nil { // without a configuration nothing runs
		now, runs, busy = u.mayChange(ctx)
	}
	err = errors.Join(s.Place(), u.try(version, now.Healthy))
	if errors.Is(err, errMeanwhile) {
		_, err := fmt.Fprintf(p.Stdout, "The version before, which has saved visits since, is in use again: %s of the package is not newer.\n", version)
		return err
	}
	if err != nil {
		return err
	}
	switch {
	case busy != nil:
		_, err := fmt.Fprintf(p.Stdout, "Version %s is in place for the next start; now %s goes on: %v\n", version, u.running, busy)
		return err
	case !runs || u.unwatched():
		_, err := fmt.Fprintf(p.Stdout, "Version %s is in place.\n", version)
		return err
	}
	if err := u.watch(ctx, version); err != nil { // the package is installed all the same
		fmt.Fprintf(p.Stderr, "%s: %v\n", p.Name, err)
	}
	return nil
}

// wait has an update that is under way come to its end, which it does within its limits.
func (u updating) wait(ctx context.Context) (unlock func(), err error) {
	for told := false; ; told = true {
		unlock, err = u.root.Lock()
		if !errors.Is(err, update.ErrBusy) {
			return unlock, err
		}
		if !told {
			fmt.Fprintf(u.Stdout, "This waits: %v\n", err)
		}
		if !wait.For(ctx, lookAtReady) {
			return nil, errors.Join(err, ctx.Err())
		}
	}
}

// brought returns where the programs of a package of the system lie, and their version.
func (p *Program) brought() (dir, version string, err error) {
	if p.packaged != nil {
		return p.packaged()
	}
	path, err := os.Executable()
	return filepath.Dir(path), app.Version(), err
}

// auto is called by a timer: it does what can be done without disturbing anybody, and
// nothing else. A version that went back is left to people.
func (u updating) auto(ctx context.Context) error {
	now, runs, err := u.mayChange(ctx)
	if err != nil {
		_, err := fmt.Fprintf(u.Stdout, "Nothing is changed now: %v\n", err)
		return err
	}
	if runs && now.Version != u.running { // it lies ready since somebody stood there
		if _, on := u.root.Trial(); on {
			return u.watch(ctx, u.running)
		}
		_, _, err := u.ask(ctx, "restart")
		return err
	}
	if u.c.Update.Source == "" {
		return nil
	}
	offer, err := update.Find(ctx, u.c.Update.Source, nil)
	if err != nil || !update.Newer(offer.Version, u.running) {
		return err
	}
	if offer.Version == u.root.Refused() {
		_, err := fmt.Fprintf(u.Stdout, "Version %s went back once. It is tried again by: %s update apply\n", offer.Version, u.Name)
		return err
	}
	return u.apply(ctx, offer)
}

// updatesFinding tells whether newer versions come from where the configuration says.
func (p *Program) updatesFinding(c config.Update) finding {
	root, running, err := p.place()
	if err == nil {
		_, err = p.keyOfUpdates()
	}
	if err != nil {
		return finding{"updates", FindingWarning, fmt.Sprintf("nothing comes from %s: %v", update.Named(c.Source), err)}
	}
	if t, on := root.Trial(); on {
		return finding{"updates", FindingWarning, fmt.Sprintf("version %s has not shown yet that it can serve people; until then %s can come back", t.To, t.From)}
	}
	if v := root.Refused(); v != "" && update.Newer(v, running) {
		return finding{"updates", FindingWarning, fmt.Sprintf("version %s went back to %s; it is tried again by: %s update apply", v, running, p.Name)}
	}
	return finding{"updates", FindingOK, fmt.Sprintf("from %s, between %s or before the first patient", update.Named(c.Source), c.Window)}
}

// OnTrial is called before a face of the program is made. It returns the trial of this
// version, if it is on one, and an error when it has gone back: the program ends then, so
// that the other version is started.
func (s *Settings) OnTrial() (*app.Trial, error) { return s.trialOf(update.Here) }

func (s *Settings) trialOf(installed func() (update.Root, string, error)) (*app.Trial, error) {
	root, version, err := installed()
	if err != nil {
		return nil, nil // it was not put in place by an update
	}
	// Where the program may not write, whoever starts it has done this: update settle.
	back, err := root.Settle(func() bool { return update.Kept(s.Data, version) })
	if back {
		return nil, errWentBack
	}
	if err != nil {
		s.Log.Warn("count the starts of a new version", "err", err)
	}
	t, on := root.Trial()
	if !on || t.To != version {
		return nil, nil
	}
	return &app.Trial{Keep: func() error { return update.Keep(s.Data, version) }, Healthy: t.Healthy}, nil
}

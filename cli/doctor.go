package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"authenkiosk/app"
	"authenkiosk/app/config"
	"authenkiosk/app/privatelog"
	"authenkiosk/app/upstream"
	"authenkiosk/cardreader"
	"authenkiosk/cardreader/pcsc"
	"authenkiosk/desk"
	"authenkiosk/nhso"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// finding is what doctor found out about one thing.
type finding struct {
	Check  string `json:"check"`
	State  string `json:"state"` // ok, warning, failed, skipped
	Detail string `json:"detail"`
}

// The states of a finding. Only FindingFailed makes the machine unready.
const (
	FindingOK      = "ok"
	FindingWarning = "warning"
	FindingFailed  = "failed"
	FindingSkipped = "skipped"
)

// errNotReady makes doctor's exit status.
var errNotReady = errors.New("the machine is not ready")

// readyLine is the last line when nothing has failed: warnings alone do not say it.
const readyLine = "the machine is ready"

// doctor checks everything that the program stands on and says what is wrong.
func (p *Program) doctor(ctx context.Context, s *Settings) error {
	c, err := s.Load()
	if err != nil {
		return err
	}
	data := filepath.Join(s.Data, string(c.NHSO.Zone))
	findings := examine(ctx, p.checksOf(c, s, data))
	steps, found := lastSteps(ctx, data)
	findings = append(findings, found)
	findings = append(findings, crashFindings(filepath.Join(s.Data, crashFolder))...)
	if err := report(p.Stdout, findings, steps, s.json); err != nil {
		return err
	}
	for _, f := range findings {
		if f.State == FindingFailed {
			return errNotReady
		}
	}
	if s.json { // it has it in its answer
		return nil
	}
	_, err = fmt.Fprintln(p.Stdout, readyLine)
	return err
}

// Findings returns a look at what doctor looks at, for the desks that ask the program that
// runs. Where patients stand before it, what a program adds to doctor is left out: it opens
// camera and printer, which one may be using, and whose lights tell as much. What is
// found passes the filter.
func (p *Program) Findings(c config.Config, s *Settings, patients bool) func(context.Context) []desk.Finding {
	data := filepath.Join(s.Data, string(c.NHSO.Zone))
	return func(ctx context.Context) (list []desk.Finding) {
		checks := p.checksOf(c, s, data)
		if p.Checks != nil && patients {
			for _, own := range p.Checks(c, nil) {
				checks = slices.DeleteFunc(checks, func(k check) bool { return k.name == own.Name })
			}
		}
		found := examine(ctx, checks)
		for _, f := range append(found, crashFindings(filepath.Join(s.Data, crashFolder))...) {
			list = append(list, desk.Finding{Check: f.Check, State: f.State, Detail: privatelog.Clean(f.Detail)})
		}
		return list
	}
}

// usesData is what checks need that open the store, which is open in one place at a time.
const usesData = "data"

// checksOf are the checks of a machine, in the order of the report.
func (p *Program) checksOf(c config.Config, s *Settings, data string) []check {
	one := func(name, uses string, look func(ctx context.Context) finding) check {
		return check{name, uses, func(ctx context.Context) []finding { return []finding{look(ctx)} }}
	}
	// Whether a kiosk is running is found out once: to ask means to open the store.
	visits := newShared(func() visitCount { return countVisits(data, app.KeysOf(c)) })
	running := func(ctx context.Context) (bool, error) {
		v, err := visits.get(ctx)
		return errors.Is(v.err, storage.ErrInUse), err
	}
	if p.Checks == nil {
		c.Agent.Enabled = true // a program without a kiosk always answers
	}
	checks := []check{
		one("configuration", "", func(context.Context) finding {
			f := finding{"configuration", FindingOK, fmt.Sprintf("unit %s, zone %s, upstream %s; %s", c.Unit.HCode, c.NHSO.Zone, c.NHSO.Upstream, s.source())}
			if len(s.unknown) > 0 {
				f.State = FindingWarning
				f.Detail += fmt.Sprintf("; a newer version has written what %s does not know, and keeps: %s", app.Version(), strings.Join(s.unknown, ", "))
			}
			return f
		}),
		one("card reader", "", func(context.Context) finding { return readerFinding(c) }),
		one("disk", "", func(context.Context) finding { return diskFinding(data) }),
		one("visits", usesData, func(ctx context.Context) finding { return visitsFinding(visits.get(ctx)) }),
	}
	if p.Checks != nil {
		for _, own := range p.Checks(c, running) {
			checks = append(checks, one(own.Name, own.Uses, func(ctx context.Context) finding {
				state, detail := own.Look(ctx)
				return finding{own.Name, state, detail}
			}))
		}
	}
	if c.Update.Source != "" {
		checks = append(checks, one("updates", "", func(context.Context) finding { return p.updatesFinding(c.Update) }))
	}
	return append(checks,
		one("token", "", func(context.Context) finding { return tokenFinding(c, data) }),
		one("key", "", func(context.Context) finding { return keyFinding(c, data) }),
		one("claim types", "", func(context.Context) finding { return claimTypeFinding(c) }),
		check{"NHSO", "", func(ctx context.Context) []finding { return nhsoFindings(ctx, c, data) }},
		check{"agent", usesData, whenCounted(visits, func(ctx context.Context) []finding { return agentFindings(ctx, c, data) })},
	)
}

// whenCounted is a look of the agent's that opens the store, too: while it is still
// being opened to count the visits, it would be said to be in use by another program.
func whenCounted(visits *shared[visitCount], look func(ctx context.Context) []finding) func(ctx context.Context) []finding {
	return func(ctx context.Context) []finding {
		if _, err := visits.get(ctx); err != nil {
			return []finding{{"agent", FindingSkipped, "not looked at: the store does not open in time"}}
		}
		return look(ctx)
	}
}

func report(w io.Writer, findings []finding, steps [][]byte, asJSON bool) error {
	if asJSON {
		ready := true
		for _, f := range findings {
			ready = ready && f.State != FindingFailed
		}
		build := app.ThisBuild()
		answer, err := json.MarshalIndent(map[string]any{
			"version": build.Version, "built": build.Date, "commit": build.Commit, "ready": ready, "findings": findings,
		}, "", "  ")
		if err != nil {
			return err
		}
		_, err = w.Write(withRecord(answer, steps))
		return err
	}
	for _, f := range findings {
		if _, err := fmt.Fprintf(w, "%-8s %-14s %s\n", f.State, f.Check, f.Detail); err != nil {
			return err
		}
	}
	return nil
}

// readerFinding looks for the patient's reader as the kiosk would.
func readerFinding(c config.Config) finding {
	if c.NHSO.Zone == visit.ZoneDemo {
		return finding{"card reader", FindingSkipped, "the demo has its own"}
	}
	watcher, err := pcsc.New().Watch()
	if err != nil {
		return finding{"card reader", FindingFailed, serviceAdvice(err, runtime.GOOS) + ": " + err.Error()}
	}
	defer func() { _ = watcher.Close() }()
	readers, err := watcher.Readers()
	if err != nil {
		return finding{"card reader", FindingFailed, err.Error()}
	}
	return patientsReader(readers, c.CardReader)
}

// serviceAdvice says what to install or start when the card service of a system does
// not let the program in.
func serviceAdvice(err error, system string) string {
	refused := errors.Is(err, cardreader.ErrDenied)
	switch {
	case refused && system == "linux":
		return "the card service refuses this program: pcscd asks polkit who may use readers. Install it (apt-get install polkitd) and start pcscd again; " +
			"for a service, or a kiosk without a desktop, put 50-authenkiosk.rules into /usr/share/polkit-1/rules.d, too"
	case refused:
		return "the card service refuses this program: try it as another user"
	case errors.Is(err, cardreader.ErrServiceDown) && system == "linux":
		return "the card service is not there: install it (apt-get install pcscd) and start it (systemctl enable --now pcscd.socket)"
	case errors.Is(err, cardreader.ErrServiceDown) && system == "windows":
		return "the card service is not there: is a reader in, and does the service Smart Card (SCardSvr) run?"
	}
	return "the card service does not answer"
}

func diskFinding(data string) finding {
	if err := storage.CheckRoom(existing(data)); err != nil {
		return finding{"disk", FindingFailed, err.Error()}
	}
	room, err := storage.Room(existing(data))
	if err != nil {
		return finding{"disk", FindingFailed, err.Error()}
	}
	return finding{"disk", FindingOK, fmt.Sprintf("%d MB free for %s", room>>20, data)}
}

// existing returns the nearest directory above that is there.
func existing(dir string) string {
	for {
		if _, err := storage.Room(dir); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return dir
		}
		dir = parent
	}
}

// visitCount is what the store holds, or why nobody can tell.
type visitCount struct {
	storage.Counts
	err error
}

// countVisits opens the store, which nobody can do while a kiosk is running.
func countVisits(data string, keys storage.KeyOptions) visitCount {
	store, err := storage.Open(data, storage.Options{Keys: keys})
	if err != nil {
		return visitCount{err: err}
	}
	counts, err := store.Counts(visit.ServiceDateOf(time.Now()))
	return visitCount{counts, errors.Join(err, store.Close())}
}

func visitsFinding(counts visitCount, err error) finding {
	switch {
	case err != nil:
		return finding{"visits", FindingFailed, "the store does not open in time: " + err.Error()}
	case errors.Is(counts.err, storage.ErrInUse):
		return finding{"visits", FindingOK, "a program is running on them; what waits for the staff shows the command work list"}
	case counts.err != nil:
		return finding{"visits", FindingFailed, counts.err.Error()}
	}
	state, detail := FindingOK, fmt.Sprintf("%d pending, %d for the staff, %d done today", counts.Pending, counts.Staff, counts.DoneToday)
	if counts.Pending+counts.Staff > 0 {
		state = FindingWarning
	}
	if counts.Staff > 0 {
		detail += "; see the command work list"
	}
	return finding{"visits", state, detail}
}

func tokenFinding(c config.Config, data string) finding {
	if c.NHSO.Zone == visit.ZoneDemo {
		return finding{"token", FindingSkipped, "the demo needs none"}
	}
	if c.NHSO.Upstream == config.UpstreamAgent {
		return finding{"token", FindingSkipped, "the installed agent has its own"}
	}
	if _, err := storage.OpenSecrets(data).Get(c.NHSO.Zone, upstream.TokenName); err != nil {
		return finding{"token", FindingFailed, err.Error() + "; set it with the command secret set " + upstream.TokenName}
	}
	return finding{"token", FindingOK, "set"}
}

func nhsoFindings(ctx context.Context, c config.Config, data string) []finding {
	if c.NHSO.Zone == visit.ZoneDemo {
		return []finding{{"NHSO", FindingSkipped, "the demo has its own"}, {"clock", FindingSkipped, "compared with NHSO's outside of the demo"}}
	}
	client, err := connectFor(c, data)
	if err != nil {
		return []finding{{"NHSO", FindingFailed, err.Error()}}
	}
	defer client.Close()
	var findings []finding
	if health, err := client.Probe(ctx); err != nil {
		findings = append(findings, finding{"NHSO", FindingFailed, fmt.Sprintf("%v (%v)", err, nhso.KindOf(err))})
	} else {
		findings = append(findings, finding{"NHSO", FindingOK, fmt.Sprintf("answers in %d ms", health.Latency.Milliseconds())})
	}
	return append(findings, clockFinding(time.Now(), upstream.WitnessOf(client, time.Now())))
}

// clockFinding judges the clock as a kiosk that just starts would.
func clockFinding(now time.Time, w upstream.Witness) finding {
	guard := upstream.NewClockGuard(app.BuiltOn())
	state := guard.Look(now, 0, w)
	switch {
	case state == visit.DeviceUnknown:
		return finding{"clock", FindingWarning, "not compared: NHSO told no time"}
	case state == visit.DeviceDown && !w.Known:
		return finding{"clock", FindingFailed, fmt.Sprintf(
			"check the date of this machine: it cannot be %s, by NHSO's certificate or the day on which this program was built; no visit is taken",
			now.In(visit.Bangkok).Format("2006-01-02 15:04"))}
	case state == visit.DeviceDown:
		return finding{"clock", FindingFailed, fmt.Sprintf("differs from NHSO's by %s; no visit is sent", w.Ahead.Round(time.Second))}
	}
	return finding{"clock", FindingOK, fmt.Sprintf("within %s of NHSO's", max(w.Ahead.Abs(), time.Second).Round(time.Second))}
}

// connectFor makes the way to NHSO of a configuration, for a command.
func connectFor(c config.Config, data string) (upstream.Connection, error) {
	way, _, err := upstream.Connect(upstream.Options{
		Config: c, Tokens: upstream.NewTokens(storage.OpenSecrets(data), c.NHSO.Zone, slog.New(slog.DiscardHandler)), UserAgent: app.UserAgent(),
	})
	return way, err
}

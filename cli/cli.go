package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"authenkiosk/agent/webhook"
	"authenkiosk/app"
	"authenkiosk/app/config"
	"authenkiosk/app/hospital"
	"authenkiosk/app/privatelog"
	"authenkiosk/app/upstream"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// Program is one of the command-line programs. The graphical one has faces, the
// headless one has none.
type Program struct {
	Name           string
	Stdin          io.Reader
	Stdout, Stderr io.Writer

	// Window opens the kiosk's window and returns when ctx ends. It is called on the
	// main goroutine. Nil: a program without a screen.
	Window func(ctx context.Context, o Opening) error
	// Draw draws a screen without a display. Nil: a program without a screen.
	Draw Draw
}

// Opening is how a window gets its kiosk.
type Opening struct {
	WindowOptions
	// Try makes the kiosk ready. An error with a StartProblem is for the screen, and
	// Try may be called again later; any other one ends the program.
	Try func() (*app.Kiosk, error)
	// Rough is what is known of the configuration when it has mistakes.
	Rough config.Config
	Log   *slog.Logger
}

// WindowOptions are flags that concern the window.
type WindowOptions struct {
	// LayoutFile, if set, gets the places of all buttons and the texts in JSON at
	// each change of the model, for tests that click from outside.
	LayoutFile string
	// Size is the size of the window in pixels when it is not full-screen.
	Width, Height int
}

// Exit statuses.
const (
	exitOK    = 0
	exitError = 1
	exitUsage = 2
)

// errUsage is a command line that makes no sense; the reason has been printed.
var errUsage = errors.New("usage")

// errLater is a command whose part of the product is not built yet.
var errLater = errors.New("this part is not available in this version yet")

// Main runs the program and returns its exit status.
func (p *Program) Main(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return p.MainUntil(ctx, args)
}

// MainUntil is Main for a program that is told to end by ctx alone, as a service
// of Windows is.
func (p *Program) MainUntil(ctx context.Context, args []string) int {
	storage.CheckMain() // it ends the process where it was started to check a file
	defer filterLog(p.logger())()
	err := p.run(ctx, args)
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errUsage):
		return exitUsage
	}
	fmt.Fprintf(p.Stderr, "%s: %s\n", p.Name, privatelog.Clean(err.Error()))
	return exitError
}

type command struct {
	name, args, help string
	screen           bool // needs Window or Draw
	run              func(p *Program, ctx context.Context, s *settings) error
}

func commands() []command {
	return []command{
		{"kiosk", "", "the full-screen kiosk for patients", true, (*Program).kiosk},
		{"station", "", "the front desk's station", true, later},
		{"agent", "", "the HTTP agent for hospital software on 127.0.0.1:8189", false, (*Program).agent},
		{"client", "add|list|remove", "programs of the hospital that may ask the agent", false, (*Program).client},
		{"zone", "show|set ZONE", "shows or changes the zone in the configuration file", false, (*Program).zone},
		{"testzone", "[-listen ADDRESS]", "the simulator of NHSO's services", false, (*Program).testzone},
		{"demo", "-out DIR", "one whole visit without a display, a reader or a network", true, (*Program).demo},
		{"doctor", "[-json]", "checks the equipment; exit status 0 only when ready", false, (*Program).doctor},
		{"secret", "set|new NAME", "reads a secret from standard input and seals it; new makes one for a webhook;\n" +
			strings.Repeat(" ", 31) + "secret reseal [-pcr] and secret recover seal the key of the data anew", false, (*Program).secret},
		{"trace", "-out FILE", "records a card that makes trouble, without personal data", false, (*Program).trace},
		{"audit", "verify|export", "checks the chain of audit entries, or prints it as JSON lines", false, (*Program).audit},
		{"undelivered", "list|again|drop", "visits that a webhook or the broker has refused", false, (*Program).undelivered},
		{"work", "list|show", "what waits for the staff, also while the program runs; no names without -names", false, (*Program).work},
		{"erase", "", "reads a PID from standard input and erases that person's settled visits", false, (*Program).erase},
		{"slip", "template|preview|test", "prints the built-in template of slips, draws a sample, or prints a test page", false, (*Program).slip},
		{"version", "", "prints the version", false, (*Program).version},
	}
}

// logger returns the log of the program, which passes the filter.
func (p *Program) logger() *slog.Logger {
	return slog.New(privatelog.New(slog.NewTextHandler(p.Stderr, nil)))
}

// filterLog has all that is written to the standard library's logs pass the filter,
// too: Fyne, net/http and other libraries write there by themselves, and what they
// quote may be a person's. The returned function puts things back.
func filterLog(through *slog.Logger) (restore func()) {
	before, out, flags := slog.Default(), log.Writer(), log.Flags()
	slog.SetDefault(through) // it takes over the output of package log as well
	return func() {
		slog.SetDefault(before)
		log.SetOutput(out)
		log.SetFlags(flags)
	}
}

func later(*Program, context.Context, *settings) error { return errLater }

// settings are the flags of all commands.
type settings struct {
	configFile, data string
	listen           string
	snapshot         string
	json             bool
	agentListen      string
	scopes           string
	month            string
	names, pcr       bool
	yes, unchecked   bool
	ofZone           string
	out              string
	kind, paper      string // of the preview of a slip
	template         string
	dpi              int
	size             string
	layoutFile       string
	args             []string  // what is left behind the flags
	say              io.Writer // of the line that names the zone; nil: none, or it is written
	log              *slog.Logger
}

func (p *Program) run(ctx context.Context, args []string) error {
	if len(args) == 2 && args[0] == crashMonitor {
		return monitorCrash(p.Stdin, args[1], time.Now())
	}
	name := "kiosk"
	if p.Window == nil {
		name = "help"
	}
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		name, args = args[0], args[1:]
	}
	for _, c := range commands() {
		if c.name != name || c.screen && p.Window == nil {
			continue
		}
		s, err := p.parse(c, args)
		if err != nil {
			return err
		}
		if err := c.run(p, ctx, s); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		return nil
	}
	p.usage()
	if name == "help" {
		return nil
	}
	fmt.Fprintf(p.Stderr, "%s: there is no command %q\n", p.Name, name)
	return errUsage
}

func (p *Program) usage() {
	fmt.Fprintf(p.Stderr, "usage: %s [command] [-config FILE] [-data DIR] ...\n\n", p.Name)
	for _, c := range commands() {
		if !c.screen || p.Window != nil {
			fmt.Fprintf(p.Stderr, "  %-28s %s\n", strings.TrimSpace(c.name+" "+c.args), c.help)
		}
	}
}

// parse reads the flags, which may stand before and behind other words.
func (p *Program) parse(c command, args []string) (*settings, error) {
	s := &settings{log: p.logger()}
	if namesZone[c.name] {
		s.say = p.Stderr
	}
	f := flag.NewFlagSet(p.Name+" "+c.name, flag.ContinueOnError)
	f.SetOutput(p.Stderr)
	f.StringVar(&s.configFile, "config", "", "the configuration `file`; without one: the demo")
	f.StringVar(&s.data, "data", "", "the `directory` of the visits and secrets")
	switch c.name {
	case "testzone":
		f.StringVar(&s.listen, "listen", "127.0.0.1:8199", "the `address` to serve on")
		f.StringVar(&s.snapshot, "snapshot", "", "a `file` in which the codes survive a restart")
		f.StringVar(&s.agentListen, "agent", "", "the `address` on which an NHSO agent is played, too, with the cards of the zone's desk")
	case "client":
		f.StringVar(&s.scopes, "scopes", "", "what the program may do, with commas: `read-card,submit,codes,events`")
	case "secret":
		f.BoolVar(&s.pcr, "pcr", false, "reseal: bind the key to the way in which the machine starts (a TPM), with a recovery code")
		f.StringVar(&s.ofZone, "zone", "", "the `zone` of the secret; without it: that of the configuration")
	case "zone":
		f.BoolVar(&s.yes, "yes", false, "do not ask for confirmation, for scripts")
		f.BoolVar(&s.unchecked, "nocheck", false, "do not ask the services of that zone before the change")
	case "work":
		f.StringVar(&s.month, "month", "", "list: the `month`, YYYY-MM, with what was erased before anybody closed it")
		f.BoolVar(&s.names, "names", false, "show names, PIDs and phones, too; the audit keeps that they were shown")
		f.BoolVar(&s.json, "json", false, "print JSON")
	case "doctor":
		f.BoolVar(&s.json, "json", false, "print JSON")
	case "demo":
		f.StringVar(&s.out, "out", "", "the `directory` for the pictures")
		f.StringVar(&s.size, "size", "1080x1920", "the size of the screens, `WIDTHxHEIGHT` in pixels")
	case "trace":
		f.StringVar(&s.out, "out", "", "the `file` for the transcript; it must not be there yet")
	case "slip":
		f.StringVar(&s.out, "out", "", "preview: the PNG `file`")
		f.StringVar(&s.kind, "kind", "code", "preview: the `kind` of slip: code, queued, desk, test")
		f.StringVar(&s.paper, "paper", "", "preview: the `paper`: 58, 80, a5, a4; without: that of the configuration")
		f.IntVar(&s.dpi, "dpi", 0, "preview: dots per inch of a4 and a5: 203 or 300")
		f.StringVar(&s.template, "template", "", "preview: the template `file`; without: that of the configuration")
	case "kiosk":
		f.StringVar(&s.size, "size", "", "open a window of `WIDTHxHEIGHT` pixels in place of the full screen")
		f.StringVar(&s.layoutFile, "test-layout", "", "write the places of the buttons to this `file`, for tests")
	}
	for rest := args; ; rest = f.Args()[1:] {
		if f.Parse(rest) != nil {
			return nil, errUsage // the flag package has printed why
		}
		if f.NArg() == 0 {
			break
		}
		s.args = append(s.args, f.Arg(0))
	}
	if len(s.args) > 0 && !takesWords[c.name] {
		fmt.Fprintf(p.Stderr, "%s %s: %q is too much\n", p.Name, c.name, s.args[0])
		return nil, errUsage
	}
	return s, nil
}

// takesWords are the commands behind which more words stand.
var takesWords = map[string]bool{"slip": true, "secret": true, "audit": true, "client": true, "zone": true, "undelivered": true, "work": true}

// load reads the configuration and settles where the data are.
func (s *settings) load() (config.Config, error) {
	c := config.Default()
	if s.configFile != "" {
		var err error
		if c, err = config.Load(s.configFile); err != nil {
			return c, err
		}
	}
	if err := s.place(); err != nil {
		return c, err
	}
	s.name(c)
	return c, nil
}

// place settles where the data are.
func (s *settings) place() error {
	if s.data != "" {
		return nil
	}
	base, err := os.UserConfigDir()
	if err != nil {
		return fmt.Errorf("find a place for the data (use -data): %w", err)
	}
	s.data = filepath.Join(base, "authenkiosk")
	return nil
}

// namesZone are the commands that work on the data of one zone and end: a person who
// forgets -config must see that it was the demo's.
var namesZone = map[string]bool{
	"client": true, "zone": true, "doctor": true, "secret": true, "trace": true, "audit": true, "undelivered": true, "erase": true, "work": true,
}

// usualConfig is where a configuration stands on machines with systemd
// (packaging/linux).
const usualConfig = "/etc/authenkiosk/authenkiosk.toml"

// name says, once, with which configuration and zone a command works. It goes to
// standard error: the output may be for a program.
func (s *settings) name(c config.Config) {
	if s.say == nil {
		return
	}
	zone := string(c.NHSO.Zone)
	if s.ofZone != "" {
		zone = s.ofZone
	}
	fmt.Fprintf(s.say, "zone %s; %s; data in %s\n", zone, s.source(), filepath.Join(s.data, zone))
	s.say = nil
}

// source names the configuration.
func (s *settings) source() string {
	if s.configFile != "" {
		return "configuration " + s.configFile
	}
	none := "NO CONFIGURATION (-config FILE), so the built-in one of the demo"
	if _, err := os.Stat(usualConfig); err == nil {
		none += "; there is one in " + usualConfig
	}
	return none
}

func (p *Program) version(context.Context, *settings) error {
	_, err := fmt.Fprintln(p.Stdout, p.Name, app.Version())
	return err
}

// secret reads a secret from standard input, so that it is in no list of
// processes and no shell history.
func (p *Program) secret(_ context.Context, s *settings) error {
	if len(s.args) == 1 && (s.args[0] == "reseal" || s.args[0] == "recover") {
		return p.dataKey(s, s.args[0])
	}
	if len(s.args) != 2 || s.args[0] != "set" && s.args[0] != "new" {
		return errors.New("write: secret set NAME, for example: secret set " + upstream.TokenName + ", or: secret new " + hospital.WebhookSecret + "NAME")
	}
	c, err := s.load()
	if err != nil {
		return err
	}
	if name := s.args[1]; name != upstream.TokenName && name != hospital.MQTTPassword && !strings.HasPrefix(name, hospital.WebhookSecret) {
		// The name is not said again: it may be the secret, in the wrong place.
		return fmt.Errorf("nothing reads a secret of that name; there are: %s, %s and %sNAME", upstream.TokenName, hospital.MQTTPassword, hospital.WebhookSecret)
	}
	if s.ofZone != "" { // a token can be set before the zone is changed
		if c.NHSO.Zone, err = zoneOf(s.ofZone); err != nil {
			return err
		}
	}
	in, made := p.Stdin, ""
	if s.args[0] == "new" {
		if !strings.HasPrefix(s.args[1], hospital.WebhookSecret) {
			return errors.New("only the secret of a webhook is made here: " + hospital.WebhookSecret + "NAME")
		}
		made = webhook.NewSecret()
		in = strings.NewReader(made)
	}
	if err := setSecret(s.data, app.KeysOf(c), c.NHSO.Zone, s.args[1], in); err != nil {
		return err
	}
	// Only now: a receiver must never be given a secret that is not kept here.
	if made != "" {
		if _, err := fmt.Fprintf(p.Stdout, "%s\n\nThis is the secret of the webhook. It is shown only now; give it to the receiver.\n", made); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(p.Stdout, "%s is set for zone %s\n", s.args[1], c.NHSO.Zone)
	return err
}

func parseSize(text string) (width, height int, err error) {
	if n, scanErr := fmt.Sscanf(text, "%dx%d", &width, &height); scanErr != nil || n != 2 || width < 320 || height < 240 || width > 7680 || height > 7680 {
		return 0, 0, fmt.Errorf("-size %q: write WIDTHxHEIGHT in pixels, for example 1080x1920", text)
	}
	return width, height, nil
}

func (p *Program) demo(ctx context.Context, s *settings) error {
	if s.out == "" {
		return errors.New("say where the pictures go: -out DIR")
	}
	width, height, err := parseSize(s.size)
	if err != nil {
		return err
	}
	c, err := s.load()
	if err != nil {
		return err
	}
	// The demo stands alone: nothing of a real unit's devices is used.
	c.NHSO, c.Agent, c.CardReader = config.Default().NHSO, config.Default().Agent, config.CardReader{}
	c.NHSO.Zone = visit.ZoneDemo
	return playDemo(ctx, p.Stdout, &demoPlay{out: s.out, width: width, height: height, draw: p.Draw, log: s.log}, c)
}

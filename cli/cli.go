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
	"slices"
	"strings"
	"syscall"
	"time"

	"authenkiosk/agent/webhook"
	"authenkiosk/app"
	"authenkiosk/app/config"
	"authenkiosk/app/hospital"
	"authenkiosk/app/privatelog"
	"authenkiosk/app/records"
	"authenkiosk/app/upstream"
	"authenkiosk/assets"
	"authenkiosk/storage"
	"authenkiosk/update"
)

// Program is one of the command-line programs.
type Program struct {
	Name           string
	Stdin          io.Reader
	Stdout, Stderr io.Writer

	// Commands are those of this program beside the ones that every program has. The
	// first of them is carried out where none is named.
	Commands []Command
	// Checks are made by doctor beside those of every program; nil: none. The function
	// that is handed in reports whether a kiosk is running on the data.
	Checks func(c config.Config, running func(context.Context) (bool, error)) []Check
	// installed says where the versions of the program lie, and which of them this is; nil:
	// update.Here. packaged says where the programs of a package of the system lie, and their version; nil: beside this one.
	// updateKey tells a real package; nil: update.Key. patience is how long a new version may take; 0: readyLimit.
	installed func() (update.Root, string, error)
	packaged  func() (dir, version string, err error)
	updateKey func() (update.PublicKey, error)
	patience  time.Duration

	// Ready is called when the agent can be asked; it may be nil.
	Ready func()
}

// Command is what a word on the command line stands for.
type Command struct {
	Name, Args, Help string
	Words            bool // more words may stand behind it
	// OnZone is for one that works on the data of one zone and ends: a person who
	// forgets -config must see that it was the demo's.
	OnZone bool
	Flags  func(f *flag.FlagSet, s *Settings) // nil: only those that every command has
	Run    func(p *Program, ctx context.Context, s *Settings) error
}

// Exit statuses.
const (
	exitOK    = 0
	exitError = 1
	exitUsage = 2
)

// errUsage is a command line that makes no sense; the reason has been printed.
var errUsage = errors.New("usage")

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
	case err == nil, errors.Is(err, flag.ErrHelp): // whoever asks for help has it
		return exitOK
	case errors.Is(err, errUsage):
		return exitUsage
	}
	fmt.Fprintf(p.Stderr, "%s: %s\n", p.Name, privatelog.Clean(err.Error()))
	return exitError
}

// Table returns all commands of the program: first its own, then those of every program.
func (p *Program) Table() []Command {
	return append(slices.Clone(p.Commands), []Command{
		{Name: "agent", Help: "the HTTP agent for hospital software on 127.0.0.1:8189", Run: (*Program).agent},
		{
			Name: "client", Args: "add|list|remove", Help: "programs of the hospital that may ask the agent", Words: true, Run: (*Program).client,
			Flags: func(f *flag.FlagSet, s *Settings) {
				f.StringVar(&s.scopes, "scopes", "", "what the program may do, with commas: `read-card,submit,codes,events,desk`")
			},
		},
		{
			Name: "operator", Args: "add|list|reset|...", Help: "who may sign in at a desk; the PIN is asked for", Words: true, Run: (*Program).operator,
			Flags: func(f *flag.FlagSet, s *Settings) {
				f.StringVar(&s.role, "role", "", "add: the `role`: staff (without it), lead or administrator")
			},
		},
		{
			Name: "pair", Args: "[URL | forget URL]", Words: true, Run: (*Program).pair,
			Help: "shows a code that lets one station of the desk in, while the program runs;\n" +
				strings.Repeat(" ", 31) + "on the station, with the address of that machine: types the code there",
			Flags: func(f *flag.FlagSet, s *Settings) {
				f.StringVar(&s.station, "name", "", "the `name` of this machine over there; without it: that of the computer")
				f.StringVar(&s.fingerprint, "fingerprint", "", "for scripts: the `fingerprint` that stands beside the code over there")
			},
		},
		{
			Name: "config", Args: "show|export|apply FILE", Words: true, Run: (*Program).config,
			Help: "tells where every value comes from; writes the configuration for another machine,\n" +
				strings.Repeat(" ", 31) + "without secrets, or takes one from another machine",
		},
		{
			Name: "zone", Args: "show|set ZONE", Help: "shows or changes the zone in the configuration file", Words: true, OnZone: true, Run: (*Program).zone,
			Flags: func(f *flag.FlagSet, s *Settings) {
				f.BoolVar(&s.yes, "yes", false, "do not ask for confirmation, for scripts")
				f.BoolVar(&s.unchecked, "nocheck", false, "do not ask the services of that zone before the change")
			},
		},
		{
			Name: "testzone", Args: "[-listen ADDRESS]", Help: "the simulator of NHSO's services", Run: (*Program).testzone,
			Flags: func(f *flag.FlagSet, s *Settings) {
				f.StringVar(&s.listen, "listen", "127.0.0.1:8199", "the `address` to serve on")
				f.StringVar(&s.snapshot, "snapshot", "", "a `file` in which the codes survive a restart")
				f.StringVar(&s.agentListen, "agent", "", "the `address` on which an NHSO agent is played, too, with the cards of the zone's desk")
			},
		},
		{Name: "doctor", Args: "[-json]", Help: "checks the equipment; exit status 0 only when ready", OnZone: true, Run: (*Program).doctor, Flags: jsonFlag},
		{Name: "replay", Args: "FILE", Help: "replays the last steps of a kiosk from a crash report or the output of doctor -json", Words: true, Run: (*Program).replay},
		{
			Name: "secret", Args: "set|new NAME", Words: true, OnZone: true, Run: (*Program).secret,
			Help: "reads a secret from standard input and seals it; new makes one for a webhook;\n" +
				strings.Repeat(" ", 31) + "secret reseal [-pcr] and secret recover seal the key of the data anew",
			Flags: func(f *flag.FlagSet, s *Settings) {
				f.BoolVar(&s.pcr, "pcr", false, "reseal: bind the key to the way in which the machine starts (a TPM), with a recovery code")
				f.StringVar(&s.ofZone, "zone", "", "the `zone` of the secret; without it: that of the configuration")
			},
		},
		{
			Name: "trace", Args: "-out FILE", Help: "records a card that makes trouble, without personal data", OnZone: true, Run: (*Program).trace,
			Flags: func(f *flag.FlagSet, s *Settings) {
				f.StringVar(&s.out, "out", "", "the `file` for the transcript; it must not be there yet")
			},
		},
		{Name: "audit", Args: "verify|export", Help: "checks the chain of audit entries, or prints it as JSON lines", Words: true, Run: (*Program).audit},
		{Name: "undelivered", Args: "list|again|drop", Help: "visits that a webhook or the broker has refused", Words: true, Run: (*Program).undelivered},
		{
			Name: "work", Args: "list|show|hold|release|settle|drop", Words: true, Run: (*Program).work,
			Help: "what waits for the staff, also while the program runs; an operator who signs in (-as) can end it",
			Flags: func(f *flag.FlagSet, s *Settings) {
				f.StringVar(&s.as, "as", "", "the `operator` who acts, by name or id; the PIN is asked for")
				f.StringVar(&s.at, "at", "", "the `address` of the machine that has the visits, https://HOST:PORT, with which this one is paired; without it: this machine")
				f.StringVar(&s.reason, "reason", "", "drop: the `reason`, see the list that work drop shows without one")
				f.StringVar(&s.month, "month", "", "list: the `month`, YYYY-MM, with what was erased before anybody closed it")
				f.BoolVar(&s.names, "names", false, "show names, PIDs and phones, too, to the operator of -as; the audit keeps whose")
				jsonFlag(f, s)
			},
		},
		{
			Name: "backup", Args: "[-move] FILE", Words: true, Run: (*Program).backup,
			Help: "writes all of the zone's data and the configuration into a sealed file, also while the program runs",
			Flags: func(f *flag.FlagSet, s *Settings) {
				f.BoolVar(&s.move, "move", false, "close the data here for good: they go on where the file is restored")
			},
		},
		{Name: "restore", Args: "FILE", Help: "puts the data of a backup in place; the recovery code is asked for", Words: true, Run: (*Program).restore},
		{
			Name: "update", Args: "check|apply|rollback [SOURCE]", Words: true, OnZone: true, Run: (*Program).update,
			Help: "looks for a newer version in a folder or at an https address, puts it in place, or goes back",
		},
		{Name: "erase", Help: "reads a PID from standard input and erases that person's settled visits", Words: true, Run: (*Program).erase},
		{
			Name: "version", Args: "[-licences]", Help: "prints the version, the date of the build and the commit", Run: (*Program).version,
			Flags: func(f *flag.FlagSet, s *Settings) {
				f.BoolVar(&s.licences, "licences", false, "print the licences of all that is built in")
			},
		},
	}...)
}

func jsonFlag(f *flag.FlagSet, s *Settings) { f.BoolVar(&s.json, "json", false, "print JSON") }

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

// Settings are what the command line says: the flags of the commands here, and those that
// every command has.
type Settings struct {
	ConfigFile, Data string
	Args             []string // what is left behind the flags
	Log              *slog.Logger

	listen         string
	snapshot       string
	json           bool
	agentListen    string
	scopes, role   string
	month          string
	as, reason     string
	station, at    string
	fingerprint    string
	names, pcr     bool
	yes, unchecked bool
	move           bool
	licences       bool
	ofZone         string
	out            string
	settings       string    // the file of the settings that hold; empty: none
	unknown        []string  // what is in it that this version does not know
	say            io.Writer // of the line that names the zone; nil: none, or it is written
}

func (p *Program) run(ctx context.Context, args []string) error {
	if len(args) == 2 && args[0] == crashMonitor {
		return monitorCrash(p.Stdin, args[1], time.Now)
	}
	if len(args) > 0 && slices.Contains([]string{"-h", "-help", "--help"}, args[0]) {
		args = []string{"help"}
	}
	name := ""
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		name, args = args[0], args[1:]
	}
	switch {
	case name == "help" && len(args) > 0:
		name, args = args[0], []string{"-help"}
	case name == "" && len(p.Commands) > 0:
		name = p.Commands[0].Name
	case name == "help", name == "" && len(args) == 0:
		p.usage(p.Stdout)
		return nil
	}
	for _, c := range p.Table() {
		if c.Name != name {
			continue
		}
		s, err := p.parse(c, args)
		if err != nil {
			return err
		}
		if err := c.Run(p, ctx, s); err != nil {
			return fmt.Errorf("%s: %w", c.Name, err)
		}
		return nil
	}
	p.usage(p.Stderr)
	if name == "" {
		fmt.Fprintf(p.Stderr, "%s: say which command\n", p.Name)
	} else {
		fmt.Fprintf(p.Stderr, "%s: there is no command %q\n", p.Name, name)
	}
	return errUsage
}

func (p *Program) usage(w io.Writer) {
	fmt.Fprintf(w, "usage: %s [command] [-config FILE] [-data DIR] ...\n\n", p.Name)
	for _, c := range p.Table() {
		fmt.Fprintf(w, "  %-28s %s\n", strings.TrimSpace(c.Name+" "+c.Args), c.Help)
	}
	fmt.Fprintf(w, "\n%s help COMMAND shows its flags.\n", p.Name)
}

// FlagSet returns the flags of the command in a program of that name: those of every
// command and its own. They set s.
func (c Command) FlagSet(program string, s *Settings) *flag.FlagSet {
	f := flag.NewFlagSet(program+" "+c.Name, flag.ContinueOnError)
	f.StringVar(&s.ConfigFile, "config", "", "the configuration `file`; without one: the demo")
	f.StringVar(&s.Data, "data", "", "the `directory` of the visits and secrets")
	if c.Flags != nil {
		c.Flags(f, s)
	}
	return f
}

// parse reads the flags, which may stand before and behind other words.
func (p *Program) parse(c Command, args []string) (*Settings, error) {
	s := &Settings{Log: p.logger()}
	if c.OnZone || records.IsCommand(c.Name) {
		s.say = p.Stderr
	}
	f := c.FlagSet(p.Name, s)
	f.SetOutput(p.Stderr)
	for rest := args; ; rest = f.Args()[1:] {
		if err := f.Parse(rest); errors.Is(err, flag.ErrHelp) {
			return nil, err
		} else if err != nil {
			return nil, errUsage // the flag package has printed why
		}
		if f.NArg() == 0 {
			break
		}
		s.Args = append(s.Args, f.Arg(0))
	}
	if len(s.Args) > 0 && !c.Words {
		fmt.Fprintf(p.Stderr, "%s %s: %q is too much: nothing but flags stands behind %s\n", p.Name, c.Name, privatelog.Clean(s.Args[0]), c.Name)
		return nil, errUsage
	}
	return s, nil
}

// Load reads the configuration, with the settings in the data over it, and settles where
// the data are.
func (s *Settings) Load() (config.Config, error) {
	l, err := s.LoadWhole()
	return l.Config, err
}

// LoadWhole is Load that also tells where each value comes from.
func (s *Settings) LoadWhole() (config.Loaded, error) {
	if err := s.Place(); err != nil {
		return config.Loaded{}, err
	}
	l, err := config.LoadOver(s.ConfigFile, s.Data)
	if err != nil {
		return l, err
	}
	if len(l.Unknown) > 0 && s.unknown == nil {
		s.Log.Warn("a newer version has written settings of which this one knows nothing: they stay, and mean nothing", "file", l.Settings, "keys", strings.Join(l.Unknown, ", "))
	}
	s.settings, s.unknown = l.Settings, l.Unknown
	s.name(l.Config)
	return l, nil
}

// Place settles where the data are.
func (s *Settings) Place() error {
	if s.Data != "" {
		return nil
	}
	var err error
	s.Data, err = DefaultData()
	return err
}

// name says, once, with which configuration and zone a command works. It goes to
// standard error: the output may be for a program.
func (s *Settings) name(c config.Config) {
	if s.say == nil {
		return
	}
	zone := string(c.NHSO.Zone)
	if s.ofZone != "" {
		zone = s.ofZone
	}
	fmt.Fprintf(s.say, "zone %s; %s; data in %s\n", zone, s.source(), filepath.Join(s.Data, zone))
	s.say = nil
}

// source names the configuration.
func (s *Settings) source() string {
	over := ""
	if s.settings != "" {
		over = ", with the settings in " + s.settings + " over it"
	}
	switch {
	case s.ConfigFile != "":
		return "configuration " + s.ConfigFile + over
	case over != "":
		return "settings in " + s.settings
	}
	none := "NO CONFIGURATION (-config FILE), so the built-in one of the demo"
	if usual := usualConfig(); usual != "" {
		if _, err := os.Stat(usual); err == nil {
			none += "; there is one in " + usual
		}
	}
	return none
}

func (p *Program) version(_ context.Context, s *Settings) error {
	if s.licences {
		_, err := io.WriteString(p.Stdout, assets.Licences)
		return err
	}
	_, err := fmt.Fprintln(p.Stdout, p.Name, app.ThisBuild())
	return err
}

// secret reads a secret from standard input, so that it is in no list of
// processes and no shell history.
func (p *Program) secret(ctx context.Context, s *Settings) error {
	if len(s.Args) == 1 && (s.Args[0] == "reseal" || s.Args[0] == "recover") {
		return p.dataKey(ctx, s, s.Args[0])
	}
	if len(s.Args) != 2 || s.Args[0] != "set" && s.Args[0] != "new" {
		return errors.New("write: secret set NAME, for example: secret set " + upstream.TokenName + ", or: secret new " + hospital.WebhookSecret + "NAME, or: secret reseal [-pcr], or: secret recover")
	}
	c, err := s.Load()
	if err != nil {
		return err
	}
	if name := s.Args[1]; name != upstream.TokenName && name != hospital.MQTTPassword && !strings.HasPrefix(name, hospital.WebhookSecret) {
		// The name is not said again: it may be the secret, in the wrong place.
		return fmt.Errorf("nothing reads a secret of that name; there are: %s, %s and %sNAME", upstream.TokenName, hospital.MQTTPassword, hospital.WebhookSecret)
	}
	if s.ofZone != "" { // a token can be set before the zone is changed
		if c.NHSO.Zone, err = zoneOf(s.ofZone); err != nil {
			return err
		}
	}
	in, made := p.Stdin, ""
	if s.Args[0] == "new" {
		if !strings.HasPrefix(s.Args[1], hospital.WebhookSecret) {
			return errors.New("only the secret of a webhook is made here: " + hospital.WebhookSecret + "NAME")
		}
		made = webhook.NewSecret()
		in = strings.NewReader(made)
	}
	if err := setSecret(ctx, s.Data, app.KeysOf(c), c.NHSO.Zone, s.Args[1], in); err != nil {
		return err
	}
	// Only now: a receiver must never be given a secret that is not kept here.
	if made != "" {
		if _, err := fmt.Fprintf(p.Stdout, "%s\n\nThis is the secret of the webhook. It is shown only now; give it to the receiver.\n", made); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(p.Stdout, "%s is set for zone %s\n", s.Args[1], c.NHSO.Zone)
	return err
}

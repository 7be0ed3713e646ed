package records

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"authenkiosk/assets/slipwords"
	"authenkiosk/desk"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

var errWorkUsage = errors.New("write: work list [-month YYYY-MM] [-json], work show NUMBER [-json], and with -as OPERATOR, who types the PIN: " +
	"-names besides, work hold NUMBER, work release NUMBER, work settle NUMBER CODE, or: work drop NUMBER -reason REASON")

// work is the command at work: the desk, and who acts at it.
type work struct {
	Commands
	ctx    context.Context
	who    desk.Operator
	output io.Writer

	month, reason string
	names, json   bool
}

func workCommand(ctx context.Context, r Commands, line []string, input io.Reader, output io.Writer) error {
	w := work{Commands: r, ctx: ctx, output: output}
	as := ""
	f := flag.NewFlagSet("work", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&w.month, "month", "", "")
	f.StringVar(&w.reason, "reason", "", "")
	f.StringVar(&as, "as", "", "")
	f.BoolVar(&w.names, "names", false, "")
	f.BoolVar(&w.json, "json", false, "")
	at := slices.IndexFunc(line, func(w string) bool { return strings.HasPrefix(w, "-") })
	if at < 0 {
		at = len(line)
	}
	if f.Parse(line[at:]) != nil || f.NArg() > 0 {
		return errWorkUsage
	}
	do, err := w.verb(line[:at])
	if err != nil {
		return err
	}
	if r.SignIn != nil && w.month != "" {
		return errMonthAway
	}
	if w.who, err = r.whoActs(ctx, as, input); err != nil {
		return err
	}
	err = do()
	var refused *desk.Error
	switch {
	case errors.Is(err, desk.NotAllowed) && as == "":
		return fmt.Errorf("%w: %w", err, errSignIn)
	case errors.As(err, &refused) && refused.Visit != "":
		return fmt.Errorf("%w: it is %s of the same patient, held by %s since %s", err, refused.Visit.Number(), refused.By, clockText(refused.Since))
	case errors.As(err, &refused) && refused.By != "":
		return fmt.Errorf("%w: %s since %s", err, refused.By, clockText(refused.Since))
	}
	return err
}

var (
	// errMonthAway says that the account of a month is where the visits are.
	errMonthAway = errors.New("-month shows what was erased as well: give the command on the machine that has the visits")
	errSignIn    = errors.New("sign in with -as OPERATOR")
)

// verb finds what is to be done, before anybody signs in for it.
func (w *work) verb(line []string) (func() error, error) {
	if len(line) == 1 && line[0] == "list" {
		return w.list, nil
	}
	if len(line) < 2 || w.month != "" {
		return nil, errWorkUsage
	}
	number, last := line[1], ""
	if len(line) == 3 && line[0] == "settle" {
		last = line[2]
	} else if len(line) != 2 {
		return nil, errWorkUsage
	}
	do := map[string]func(desk.Item) error{"hold": w.hold, "release": w.release, "show": w.show}[line[0]]
	switch {
	case line[0] == "settle" && last != "":
		code, err := visit.ParseAuthenCode(strings.ToUpper(last))
		if err != nil {
			return nil, err
		}
		do = func(i desk.Item) error { return w.settle(i, code) }
	case line[0] == "drop":
		why, err := rules.ParseReason(w.reason)
		if err != nil {
			return nil, fmt.Errorf("-reason: %w", err)
		}
		do = func(i desk.Item) error { return w.drop(i, why) }
	}
	if do == nil {
		return nil, errWorkUsage
	}
	return func() error {
		i, err := w.find(number)
		if err != nil {
			return err
		}
		return do(i)
	}, nil
}

// whoActs signs an operator in, whose PIN is the input. Without one it is whoever can
// write the data directory: they look after the machine, and have the rights of those.
// On another machine nobody is that.
func (r Commands) whoActs(ctx context.Context, as string, input io.Reader) (desk.Operator, error) {
	machine := Machine()
	if as == "" && r.SignIn != nil {
		return desk.Operator{}, errSignIn
	}
	if as == "" {
		return desk.Operator{ID: "0000000000000000", Name: machine + "/command", Role: rules.Administrator}, nil
	}
	line, err := inputLine(input)
	if err != nil {
		return desk.Operator{}, err
	}
	pin, err := rules.ParsePIN(line)
	if err != nil {
		return desk.Operator{}, err
	}
	if r.SignIn != nil {
		return r.SignIn(ctx, as, pin)
	}
	o, err := r.findOperator(as)
	if err != nil {
		return desk.Operator{}, err
	}
	if o, err = r.Store.SignIn(o.ID, pin, machine); err != nil {
		return desk.Operator{}, err
	}
	return desk.OperatorAt(machine, o), nil
}

// stationName is what may stand for a machine in holds and in the audit, and longNumber what
// must not be in it, as in no name that is not sealed: it may be a PID or a phone.
var (
	stationName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$`)
	longNumber  = regexp.MustCompile(`[0-9]{9}`)
)

// Machine is the name of this machine in holds and in the audit.
func Machine() string {
	name, err := os.Hostname()
	if err != nil {
		name = ""
	}
	return machineNamed(name)
}

// machineNamed is the name of the machine of a host: of one whose name cannot stand there, such
// as a long number of an inventory, it is the same for all.
func machineNamed(host string) string {
	if !stationName.MatchString(host) || longNumber.MatchString(host) {
		return "this-machine"
	}
	return host
}

func (w *work) say(format string, values ...any) error {
	_, err := fmt.Fprintf(w.output, format+"\n", values...)
	return err
}

func (w *work) hold(i desk.Item) error {
	if err := w.Desk.Hold(w.ctx, w.who, i.ID); err != nil {
		return err
	}
	return w.say("%s is held by %s: nothing is sent for it", i.ID.Number(), w.who.Name)
}

func (w *work) release(i desk.Item) error {
	a, err := w.Desk.Release(w.ctx, w.who, i.ID)
	switch {
	case err != nil:
		return err
	case len(a.Codes) > 0:
		return w.say("%s is done: NHSO has its code %s", i.ID.Number(), a.Codes[0].Code)
	}
	return w.say("%s is given back: NHSO has no code of it", i.ID.Number())
}

func (w *work) settle(i desk.Item, code visit.AuthenCode) error {
	if err := w.Desk.Settle(w.ctx, w.who, i.ID, code); err != nil {
		return err
	}
	return w.say("%s is done with %s", i.ID.Number(), code)
}

func (w *work) drop(i desk.Item, why rules.Reason) error {
	if err := w.Desk.Close(w.ctx, w.who, i.ID, why); err != nil {
		return err
	}
	return w.say("%s is closed: %s", i.ID.Number(), why)
}

// workItem is one piece of the staff's work as the command tells it. The fields of
// person are there with -names only.
type workItem struct {
	ID     visit.ID   `json:"id"`
	Number string     `json:"number"` // as it stands on the slip
	Date   string     `json:"service_date"`
	HCode  string     `json:"hcode"`
	Reason string     `json:"reason"` // name of the problem
	Help   string     `json:"help_code"`
	Kind   rules.Kind `json:"kind"`
	Words  string     `json:"words"` // the reason in English
	Since  string     `json:"since"`
	Erased bool       `json:"erased"`            // nobody has closed it in time
	HeldBy string     `json:"held_by,omitempty"` // station and operator who work on it

	*workPerson
}

type workPerson struct {
	Name string `json:"name"`
	PID  string `json:"pid"`
}

func workItemOf(d desk.Item) workItem {
	i := workItem{
		ID: d.ID, Number: d.ID.Number(), Date: d.Day.String(), HCode: d.HCode, Kind: d.Kind, Since: clockText(d.Changed), HeldBy: d.HeldBy,
	}
	i.because(d.Problem)
	return i
}

func (i *workItem) because(p visit.Problem) {
	if p != visit.NoProblem {
		i.Reason, i.Help, i.Words = p.String(), p.HelpCode(), slipwords.In("en", "reason."+p.String())
	}
}

// clockText is empty for the zero time.
func clockText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(visit.Bangkok).Format("2006-01-02 15:04")
}

// errUnreadable says that there is work that the list does not show.
func errUnreadable(n int) error {
	if n == 0 {
		return nil
	}
	return fmt.Errorf("%d visits are left out, because their records cannot be read", n)
}

// list lists what is open; with a month, all work of its service dates that is
// open or was erased before anybody closed it. What cannot be read is named by the
// error, after everything else.
func (w *work) list() error {
	from, to, err := monthOf(w.month)
	if err != nil {
		return err
	}
	open, err := w.Desk.Work(w.ctx, w.who)
	if err != nil {
		return err
	}
	bad := errUnreadable(open.Unreadable)
	items := []workItem{}
	for _, i := range open.Items {
		if w.month == "" || !i.Day.Before(from) && !to.Before(i.Day) {
			items = append(items, workItemOf(i))
		}
	}
	if w.names {
		if err := w.name(items); err != nil {
			return err
		}
	}
	if w.month != "" {
		past, unreadable := w.Store.Past(from, to)
		bad = errors.Join(bad, unreadable)
		for _, p := range past {
			if p.Unclosed() {
				i := workItem{
					ID: p.ID, Number: p.ID.Number(), Date: p.ServiceDate.String(), HCode: p.HCode,
					Since: clockText(p.ChangedAt), Kind: rules.NoWork, Erased: true,
				}
				i.because(p.Problem)
				items = append(items, i)
			}
		}
	}
	slices.SortStableFunc(items, func(a, b workItem) int { return strings.Compare(a.Date, b.Date) })
	if w.json {
		return errors.Join(bad, writeJSON(w.output, items))
	}
	return errors.Join(bad, w.print(items))
}

// namesAtOnce is how many persons are asked for at a time.
const namesAtOnce = 500

// name says who the items are of.
func (w *work) name(items []workItem) error {
	for some := range slices.Chunk(items, namesAtOnce) {
		ids := make([]visit.ID, len(some))
		for i := range some {
			ids[i] = some[i].ID
		}
		persons, err := w.Desk.Reveal(w.ctx, w.who, rules.ShowNames, ids...)
		if err != nil {
			return err
		}
		for i, p := range persons {
			some[i].workPerson = &workPerson{p.Name.Full(), p.PID.Digits()}
		}
	}
	return nil
}

func (w *work) print(items []workItem) error {
	t := tabwriter.NewWriter(w.output, 0, 0, 2, ' ', 0)
	head := "NUMBER\tDATE\tUNIT\tSINCE\tSTATE\tKIND\tHELP\tREASON"
	if w.names {
		head += "\tPID\tNAME"
	}
	fmt.Fprintln(t, head)
	erased := 0
	for _, i := range items {
		state := "open"
		switch {
		case i.Erased:
			state, erased = "erased", erased+1
		case i.HeldBy != "":
			state = "held by " + i.HeldBy
		}
		line := []string{i.Number, i.Date, i.HCode, i.Since, state, string(i.Kind), i.Help, i.Words}
		if i.workPerson != nil {
			line = append(line, i.PID, i.Name)
		}
		fmt.Fprintln(t, strings.Join(line, "\t"))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	return w.say("%d open, %d erased before anybody closed them", len(items)-erased, erased)
}

// monthOf returns the first and the last day of a month; zero dates for none.
func monthOf(text string) (from, to visit.Date, err error) {
	if text == "" {
		return from, to, nil
	}
	first, err := time.ParseInLocation("2006-01", text, visit.Bangkok)
	if err != nil {
		return from, to, fmt.Errorf("-month %q: write year and month, for example 2026-11 (the year of the Christian era)", text)
	}
	return visit.ServiceDateOf(first), visit.ServiceDateOf(first.AddDate(0, 1, -1)), nil
}

func writeJSON(output io.Writer, value any) error {
	e := json.NewEncoder(output)
	e.SetIndent("", "  ")
	return e.Encode(value)
}

// workDetails is one visit with everything that helps the staff to finish it.
type workDetails struct {
	workItem
	State     visit.State    `json:"state"`
	Method    visit.Method   `json:"method"`
	ClaimCode string         `json:"claim_code"`
	Saved     string         `json:"saved"`
	Attempts  int            `json:"attempts"`
	LastSent  string         `json:"last_sent,omitempty"`
	Photo     bool           `json:"photo"`
	Relation  visit.Relation `json:"relation,omitempty"` // of the certifier
	Until     string         `json:"until,omitempty"`    // it can be solved; empty: there is nothing to solve
	Steps     []rules.Step   `json:"steps"`              // what solves it, the best first

	*workContact
}

// workContact is what -names shows besides name and PID.
type workContact struct {
	Phone     string           `json:"phone"`
	Owner     visit.PhoneOwner `json:"phone_owner,omitempty"`
	Certifier string           `json:"certifier,omitempty"`
	Message   string           `json:"message,omitempty"` // NHSO's own words
}

func (w *work) show(i desk.Item) error {
	d := workDetails{
		workItem: workItemOf(i), State: i.State, Method: i.Method, ClaimCode: i.ClaimType.Code, Saved: clockText(i.Saved),
		Attempts: i.Attempts, LastSent: clockText(i.LastSent), Photo: i.Photo, Relation: i.Relation, Until: clockText(i.Until), Steps: i.Steps,
	}
	if w.names {
		persons, err := w.Desk.Reveal(w.ctx, w.who, rules.ShowVisit, i.ID)
		if err != nil {
			return err
		}
		p := persons[0]
		d.workPerson = &workPerson{p.Name.Full(), p.PID.Digits()}
		d.workContact = &workContact{Phone: p.Phone.Digits(), Owner: p.Owner, Certifier: p.Certifier.Full(), Message: p.Message}
	}
	if w.json {
		return writeJSON(w.output, d)
	}
	return printDetails(d, w.output)
}

// find finds a visit by its id, or a piece of open work by the number on its slip.
func (w *work) find(which string) (desk.Item, error) {
	if id, err := visit.ParseID(which); err == nil {
		found, err := w.Desk.Visit(w.ctx, w.who, id)
		return found.Item, err
	}
	open, err := w.Desk.Work(w.ctx, w.who)
	if err != nil {
		return desk.Item{}, err
	}
	for _, i := range open.Items {
		if strings.EqualFold(i.ID.Number(), which) {
			return i, nil
		}
	}
	return desk.Item{}, errors.Join(fmt.Errorf("there is no open work %q; see: work list", which), errUnreadable(open.Unreadable))
}

func printDetails(d workDetails, output io.Writer) error {
	t := tabwriter.NewWriter(output, 0, 0, 2, ' ', 0)
	line := func(name string, value any) {
		if text := fmt.Sprint(value); text != "" {
			fmt.Fprintf(t, "%s\t%s\n", name, text)
		}
	}
	line("number", d.Number)
	line("id", d.ID)
	line("state", d.State)
	line("held by", d.HeldBy)
	line("service date", d.Date)
	line("unit", d.HCode)
	line("reason", strings.TrimSpace(d.Help+" "+d.Words))
	line("kind", d.Kind)
	line("since", d.Since)
	line("until", d.Until)
	for _, step := range d.Steps {
		line("can be solved by", step)
	}
	line("saved", d.Saved)
	line("requests", d.Attempts)
	line("last request", d.LastSent)
	line("proof", d.Method)
	line("relation", d.Relation)
	line("photo", d.Photo)
	line("claim type", d.ClaimCode)
	if d.workPerson != nil {
		line("PID", d.PID)
		line("name", d.Name)
	}
	if d.workContact != nil {
		line("phone", strings.TrimSpace(d.Phone+" "+string(d.Owner)))
		line("certifier", d.Certifier)
		line("NHSO said", d.Message)
	}
	return t.Flush()
}

package records

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"authenkiosk/assets/slipwords"
	"authenkiosk/storage"
	"authenkiosk/visit"
	"authenkiosk/visit/desk"
)

var errWorkUsage = errors.New("write: work list [-month YYYY-MM] [-names] [-json], or: work show NUMBER [-names] [-json]")

// workOptions are the flags of the command.
type workOptions struct {
	month       string
	names, json bool
}

func workCommand(r Commands, line []string, _ io.Reader, output io.Writer) error {
	var o workOptions
	f := flag.NewFlagSet("work", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&o.month, "month", "", "")
	f.BoolVar(&o.names, "names", false, "")
	f.BoolVar(&o.json, "json", false, "")
	at := slices.IndexFunc(line, func(w string) bool { return strings.HasPrefix(w, "-") })
	if at < 0 {
		at = len(line)
	}
	if f.Parse(line[at:]) != nil || f.NArg() > 0 {
		return errWorkUsage
	}
	switch line = line[:at]; {
	case len(line) == 1 && line[0] == "list":
		return r.listWork(o, output)
	case len(line) == 2 && line[0] == "show" && o.month == "":
		return r.showWork(line[1], o, output)
	}
	return errWorkUsage
}

// workItem is one piece of the staff's work as the command tells it. The fields of
// person are there with -names only.
type workItem struct {
	ID     visit.ID  `json:"id"`
	Number string    `json:"number"` // as it stands on the slip
	Date   string    `json:"service_date"`
	HCode  string    `json:"hcode"`
	Reason string    `json:"reason"` // name of the problem
	Help   string    `json:"help_code"`
	Kind   desk.Kind `json:"kind"`
	Words  string    `json:"words"` // the reason in English
	Since  string    `json:"since"`
	Erased bool      `json:"erased"`            // nobody has closed it in time
	HeldBy string    `json:"held_by,omitempty"` // station and operator who work on it

	*workPerson
}

type workPerson struct {
	Name string `json:"name"`
	PID  string `json:"pid"`
}

func workItemOf(r storage.Record, names bool) workItem {
	i := workItem{
		ID: r.Visit.ID, Number: r.Visit.ID.Number(), Date: r.Visit.ServiceDate.String(), HCode: r.Visit.HCode,
		Since: clockText(r.ChangedAt), HeldBy: r.Hold.By,
	}
	i.because(r.Problem)
	i.Kind = deskItem(r).Next(today()).Kind
	if names {
		i.workPerson = &workPerson{r.Visit.Name.Full(), r.Visit.PID.Digits()}
	}
	return i
}

// deskItem is what counts of a record for those who finish it.
func deskItem(r storage.Record) desk.Item {
	return desk.Item{State: r.Stands(), Problem: r.Problem, ServiceDate: r.Visit.ServiceDate, Since: visit.ServiceDateOf(r.ChangedAt)}
}

func today() visit.Date { return visit.ServiceDateOf(time.Now()) }

func (i *workItem) because(p visit.Problem) {
	if p != visit.NoProblem {
		i.Reason, i.Help, i.Words = p.String(), p.HelpCode(), slipwords.In("en", "reason."+p.String())
	}
}

func clockText(t time.Time) string { return t.In(visit.Bangkok).Format("2006-01-02 15:04") }

// listWork lists what is open; with a month, all work of its service dates that is
// open or was erased before anybody closed it. What cannot be read is named by the
// error, after everything else.
func (r Commands) listWork(o workOptions, output io.Writer) error {
	from, to, err := monthOf(o.month)
	if err != nil {
		return err
	}
	open, bad := r.Store.StaffWork()
	var items []workItem
	for _, record := range open {
		if d := record.Visit.ServiceDate; o.month == "" || !d.Before(from) && !to.Before(d) {
			items = append(items, workItemOf(record, o.names))
		}
	}
	if o.month != "" {
		past, unreadable := r.Store.Past(from, to)
		bad = errors.Join(bad, unreadable)
		for _, p := range past {
			if p.State == visit.StateStaff {
				i := workItem{
					ID: p.ID, Number: p.ID.Number(), Date: p.ServiceDate.String(), HCode: p.HCode,
					Since: clockText(p.ChangedAt), Kind: desk.NoWork, Erased: true,
				}
				i.because(p.Problem)
				items = append(items, i)
			}
		}
	}
	if err := r.told(o); err != nil {
		return errors.Join(bad, err)
	}
	slices.SortStableFunc(items, func(a, b workItem) int { return strings.Compare(a.Date, b.Date) })
	if o.json {
		return errors.Join(bad, writeJSON(output, append([]workItem{}, items...)))
	}
	return errors.Join(bad, printWork(items, o, output))
}

func printWork(items []workItem, o workOptions, output io.Writer) error {
	t := tabwriter.NewWriter(output, 0, 0, 2, ' ', 0)
	head := "NUMBER\tDATE\tUNIT\tSINCE\tSTATE\tKIND\tHELP\tREASON"
	if o.names {
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
	_, err := fmt.Fprintf(output, "%d open, %d erased before anybody closed them\n", len(items)-erased, erased)
	return err
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

// told notes in the audit that names were shown.
func (r Commands) told(o workOptions) error {
	if !o.names {
		return nil
	}
	return r.Store.Audit(storage.Event{Name: "work-names-shown", Role: storage.RoleStaff, Result: "ok"})
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
	Steps     []desk.Step    `json:"steps"`              // what solves it, the best first

	*workContact
}

// workContact is what -names shows besides name and PID.
type workContact struct {
	Phone     string           `json:"phone"`
	Owner     visit.PhoneOwner `json:"phone_owner,omitempty"`
	Certifier string           `json:"certifier,omitempty"`
	Message   string           `json:"message,omitempty"` // NHSO's own words
}

func (r Commands) showWork(which string, o workOptions, output io.Writer) error {
	record, err := r.findWork(which)
	if err != nil {
		return err
	}
	if err := r.told(o); err != nil {
		return err
	}
	v := record.Visit
	d := workDetails{
		workItem: workItemOf(record, o.names), State: record.State, Method: v.Method, ClaimCode: v.ClaimType.Code,
		Saved: clockText(record.SavedAt), Attempts: record.Attempts, Photo: v.Attestation.Photo, Relation: v.Attestation.Relation,
	}
	item := deskItem(record)
	next := item.Next(today())
	d.Steps = next.Steps
	if until := item.Deadline(next.Limit, r.KeepStaffDays); !until.IsZero() {
		d.Until = clockText(until)
	}
	if !record.LastSent.IsZero() {
		d.LastSent = clockText(record.LastSent)
	}
	if o.names {
		d.workContact = &workContact{
			Phone: v.Phone.Digits(), Owner: v.PhoneOwner, Certifier: v.Attestation.CertifierName.Full(), Message: record.Message,
		}
	}
	if o.json {
		return writeJSON(output, d)
	}
	return printDetails(d, output)
}

// findWork finds a visit by its id, or a piece of open work by the number on its slip.
func (r Commands) findWork(which string) (storage.Record, error) {
	if id, err := visit.ParseID(which); err == nil {
		return r.Store.Visit(id)
	}
	open, bad := r.Store.StaffWork()
	for _, record := range open {
		if strings.EqualFold(record.Visit.ID.Number(), which) {
			return record, nil
		}
	}
	return storage.Record{}, errors.Join(fmt.Errorf("there is no open work %q; see: work list", which), bad)
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

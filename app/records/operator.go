package records

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"authenkiosk/visit"
	"authenkiosk/visit/desk"
)

// ErrOperatorUsage says how the command is used.
var ErrOperatorUsage = errors.New("write: operator add NAME [-role staff|lead|administrator], operator reset NAME, operator unlock NAME, operator disable NAME, operator remove NAME, operator card NAME, or: operator list; " +
	"the PIN, and of card the PID, comes from standard input. NAME may be the id of the list")

// NeedsInput reports whether these words behind "operator" read something from standard
// input, and whether that is a PIN.
func NeedsInput(words []string) (input, pin bool) {
	if len(words) < 2 {
		return false, false
	}
	pin = words[0] == "add" || words[0] == "reset"
	return pin || words[0] == "card", pin
}

// operatorCommand changes who may sign in at a desk. Whoever can give it can write the
// data directory: so the first administrator is made, and a lock is opened.
func operatorCommand(_ context.Context, r Commands, words []string, input io.Reader, output io.Writer) error {
	if len(words) == 1 && words[0] == "list" {
		return r.listOperators(output)
	}
	if len(words) < 2 {
		return ErrOperatorUsage
	}
	verb, name, flags := words[0], words[1], words[2:]
	if verb == "add" {
		return r.addOperator(name, flags, input, output)
	}
	if len(flags) > 0 || !slices.Contains([]string{"reset", "unlock", "disable", "remove", "card"}, verb) {
		return ErrOperatorUsage
	}
	o, err := r.findOperator(name)
	if err != nil {
		return err
	}
	said := ""
	switch verb {
	case "reset":
		said, err = "has a new PIN and may sign in; every lock is open", r.resetOperator(o.ID, input)
	case "disable":
		said, err = "may not sign in any more, until reset sets a new PIN", r.Store.DisableOperator(o.ID)
	case "unlock":
		said, err = "may try the PIN again; every lock is open", r.Store.UnlockOperator(o.ID)
	case "remove":
		said, err = "is removed", r.Store.RemoveOperator(o.ID)
	case "card":
		said, err = r.nameByCard(o.ID, input)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(output, "operator %s %s\n", o.ID, said)
	return err
}

func (r Commands) addOperator(text string, flags []string, input io.Reader, output io.Writer) error {
	f := flag.NewFlagSet("operator add", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	as := f.String("role", string(desk.Staff), "")
	if f.Parse(flags) != nil || f.NArg() > 0 {
		return ErrOperatorUsage
	}
	role, err := desk.ParseRole(*as)
	if err != nil {
		return err
	}
	name, err := desk.ParseOperatorName(text)
	if err != nil {
		return err
	}
	pin, err := newPIN(input)
	if err != nil {
		return err
	}
	id, err := r.Store.AddOperator(name, role, pin)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(output, "added operator %s as %s\n", id, role)
	return err
}

func (r Commands) resetOperator(id desk.OperatorID, input io.Reader) error {
	pin, err := newPIN(input)
	if err != nil {
		return err
	}
	return r.Store.ResetOperator(id, pin)
}

func (r Commands) nameByCard(id desk.OperatorID, input io.Reader) (said string, err error) {
	all, err := io.ReadAll(input)
	if err != nil {
		return "", fmt.Errorf("read the input: %w", err)
	}
	line := strings.TrimSpace(string(all))
	if line == "" && len(all) > 0 { // somebody has typed Enter
		return "is named by no card any more", r.Store.NameByCard(id, visit.PID{})
	}
	pid, err := visit.ParsePID(strings.NewReplacer("-", "", " ", "").Replace(line))
	if err != nil {
		return "", fmt.Errorf("type the PID on the operator's card, then Enter; nothing but Enter takes the card away: %w", err)
	}
	return "is named by that card; the PIN is asked for all the same", r.Store.NameByCard(id, pid)
}

// newPIN reads a PIN that is to be set.
func newPIN(input io.Reader) (desk.PIN, error) {
	line, err := inputLine(input)
	if err != nil {
		return desk.PIN{}, err
	}
	return desk.NewPIN(line)
}

func inputLine(input io.Reader) (string, error) {
	all, err := io.ReadAll(input)
	if err != nil {
		return "", fmt.Errorf("read the input: %w", err)
	}
	return strings.TrimSpace(string(all)), nil
}

// findOperator finds an operator by id or name.
func (r Commands) findOperator(which string) (desk.Operator, error) {
	list, err := r.Store.Operators()
	for _, o := range list {
		if string(o.ID) == which || o.Name.Full() == strings.Join(strings.Fields(which), " ") {
			return o, nil
		}
	}
	return desk.Operator{}, errors.Join(errors.New("there is no such operator; see: operator list"), err)
}

func (r Commands) listOperators(output io.Writer) error {
	list, err := r.Store.Operators()
	slices.SortFunc(list, func(a, b desk.Operator) int { return strings.Compare(a.Name.Full(), b.Name.Full()) })
	t := tabwriter.NewWriter(output, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "ID\tROLE\tSTATE\tCARD\tCREATED\tNAME")
	for _, o := range list {
		card := "-"
		if o.Card {
			card = "yes"
		}
		_, _ = fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", o.ID, o.Role, stateOf(o), card, visit.ServiceDateOf(o.Created), o.Name.Full())
	}
	return errors.Join(t.Flush(), err)
}

// stateOf says whether an operator may sign in.
func stateOf(o desk.Operator) string {
	_, locked := desk.WaitAfter(o.Failed)
	switch {
	case o.Disabled:
		return "disabled"
	case locked:
		return "locked"
	case o.Failed > 0:
		return fmt.Sprintf("%d wrong PINs", o.Failed)
	}
	return "ok"
}

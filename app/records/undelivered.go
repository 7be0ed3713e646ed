package records

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"authenkiosk/agent/feed"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

var errUndeliveredUsage = errors.New("write: undelivered list, undelivered again [RECEIVER [VISIT]], or: undelivered drop RECEIVER [VISIT]")

func undeliveredCommand(_ context.Context, r Commands, words []string, _ io.Reader, output io.Writer) error {
	if len(words) == 0 || len(words) > 3 {
		return errUndeliveredUsage
	}
	var receiver string
	var id visit.ID
	if len(words) > 1 {
		receiver = feed.Key(words[1])
	}
	if len(words) > 2 {
		var err error
		if id, err = visit.ParseID(words[2]); err != nil {
			return fmt.Errorf("the visit: %w", err)
		}
	}
	nothing := fmt.Errorf("nothing of %s is set aside; see: undelivered list", strings.Join(words[1:], " "))
	switch {
	case words[0] == "list" && len(words) == 1:
		return listUndelivered(r, output)
	case words[0] == "again":
		n, err := r.Store.Redeliver(receiver, id)
		switch {
		case err != nil:
			return err
		case n == 0 && receiver != "":
			return nothing // a name that is wrong must not look like work that is done
		}
		if r.Wake != nil {
			r.Wake()
		}
		_, err = fmt.Fprintf(output, "%d visits are tried again, at once while the program runs; see undelivered list in a minute\n", n)
		return err
	case words[0] == "drop" && len(words) > 1:
		n, err := r.Store.GiveUpDelivery(receiver, id)
		switch {
		case err != nil:
			return err
		case n == 0:
			return nothing
		}
		_, err = fmt.Fprintf(output, "%d visits are not offered to %s any more\n", n, receiver)
		return err
	}
	return errUndeliveredUsage
}

// listUndelivered prints what was set aside, without personal data.
func listUndelivered(r Commands, output io.Writer) error {
	list, err := r.Store.Undelivered()
	unreadable := (*storage.DecodeError)(nil)
	if err != nil && !errors.As(err, &unreadable) {
		return err
	}
	table := tabwriter.NewWriter(output, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "RECEIVER\tVISIT\tDATE\tSTATE\tTRIES\tLAST\tANSWER")
	for _, u := range list {
		date, state := "?", visit.State("?")
		if c, err := r.Store.Change(u.Visit); err == nil {
			date, state = c.Record.Visit.ServiceDate.String(), c.Record.State
		}
		last := u.At.In(visit.Bangkok).Format(time.DateTime)
		if u.Again {
			last += " (again now)"
		}
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%d\t%s\t%s\n", u.Receiver, u.Visit, date, state, u.Tries, last, u.Reason)
	}
	return errors.Join(table.Flush(), err)
}

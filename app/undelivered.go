package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"text/tabwriter"
	"time"

	"authenkiosk/agent"
	"authenkiosk/agent/feed"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// asides keeps the changes that a receiver refused in the store.
type asides struct {
	store *storage.Store
	log   *slog.Logger
}

var _ feed.Aside = asides{}

// of returns what was set aside for a receiver. What cannot be read is told to the
// log: it must not keep the rest.
func (a asides) of(receiver string) ([]storage.Undelivered, error) {
	all, err := a.store.Undelivered()
	unreadable := (*storage.DecodeError)(nil)
	if errors.As(err, &unreadable) {
		a.log.Error("what was set aside cannot be read", "err", err)
		err = nil
	}
	var list []storage.Undelivered
	for _, u := range all {
		if u.Receiver == cursorName(receiver) {
			list = append(list, u)
		}
	}
	return list, err
}

// SetAside implements feed.Aside.
func (a asides) SetAside(receiver string, c agent.VisitChange, reason string, tries int) error {
	before, err := a.of(receiver)
	if err != nil {
		return err
	}
	for _, u := range before {
		if u.Visit == c.ID && u.Seq == c.Seq {
			tries += u.Tries
		}
	}
	return a.store.SetAside(storage.Undelivered{
		Receiver: cursorName(receiver), Visit: c.ID, Seq: c.Seq, Reason: reason, Tries: tries, At: time.Now(),
	})
}

// Due implements feed.Aside.
func (a asides) Due(receiver string, before time.Time) ([]agent.VisitChange, error) {
	list, err := a.of(receiver)
	if err != nil {
		return nil, err
	}
	var due []agent.VisitChange
	for _, u := range list {
		if !u.Again && !u.At.Before(before) {
			continue
		}
		c, err := a.store.Change(u.Visit)
		if err != nil {
			a.log.Error("a visit that was set aside cannot be read", "receiver", receiver, "visit", u.Visit, "err", err)
			continue
		}
		due = append(due, changeOf(c))
	}
	return due, nil
}

// Taken implements feed.Aside.
func (a asides) Taken(receiver string, c agent.VisitChange) error {
	return a.store.Delivered(cursorName(receiver), c.ID, c.Seq)
}

// Count implements feed.Aside.
func (a asides) Count(receiver string) (int, error) {
	list, err := a.of(receiver)
	return len(list), err
}

// undelivered shows what receivers have refused, has it tried again, or ends it.
func (p *Program) undelivered(ctx context.Context, s *settings) error {
	return p.onRecords(ctx, s, nil, append([]string{"undelivered"}, s.args...)...)
}

var errUndeliveredUsage = errors.New("write: undelivered list, undelivered again [RECEIVER [VISIT]], or: undelivered drop RECEIVER [VISIT]")

func undeliveredCommand(r records, words []string, _ io.Reader, output io.Writer) error {
	if len(words) == 0 || len(words) > 3 {
		return errUndeliveredUsage
	}
	var receiver string
	var id visit.ID
	if len(words) > 1 {
		receiver = cursorName(words[1])
	}
	if len(words) > 2 {
		var err error
		if id, err = visit.ParseID(words[2]); err != nil {
			return fmt.Errorf("the visit: %w", err)
		}
	}
	switch {
	case words[0] == "list" && len(words) == 1:
		return listUndelivered(r, output)
	case words[0] == "again":
		n, err := r.store.Redeliver(receiver, id)
		if err != nil {
			return err
		}
		if r.wake != nil {
			r.wake()
		}
		_, err = fmt.Fprintf(output, "%d visits are tried again, at once while the program runs; see undelivered list in a minute\n", n)
		return err
	case words[0] == "drop" && len(words) > 1:
		n, err := r.store.GiveUpDelivery(receiver, id)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(output, "%d visits are not offered to %s any more\n", n, receiver)
		return err
	}
	return errUndeliveredUsage
}

// listUndelivered prints what was set aside, without personal data.
func listUndelivered(r records, output io.Writer) error {
	list, err := r.store.Undelivered()
	unreadable := (*storage.DecodeError)(nil)
	if err != nil && !errors.As(err, &unreadable) {
		return err
	}
	table := tabwriter.NewWriter(output, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "RECEIVER\tVISIT\tDATE\tSTATE\tTRIES\tLAST\tANSWER")
	for _, u := range list {
		date, state := "?", storage.State("?")
		if c, err := r.store.Change(u.Visit); err == nil {
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

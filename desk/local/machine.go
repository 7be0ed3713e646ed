package local

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"sync"
	"time"

	"authenkiosk/desk"
	rules "authenkiosk/visit/desk"
)

// freshFindings is how long what was found out is told again: desks that look every few
// seconds must not have NHSO asked as often. The lights are of this moment in any case.
const freshFindings = time.Minute

// findings are those of the devices, looked for once for all who ask meanwhile.
type findings struct {
	turn chan struct{} // holds one of whoever looks
	at   time.Time     // zero: never
	list []desk.Finding
}

// errNoDevices says that nobody looks at the devices.
var errNoDevices = errors.New("only the program that runs on these visits knows its devices")

// Devices implements desk.Machines.
func (d *Desk) Devices(ctx context.Context, o desk.Operator) ([]desk.Finding, error) {
	if err := d.allow(o, rules.SeeDevices, ""); err != nil {
		return nil, err
	}
	if d.o.Lights == nil {
		return nil, refused(desk.Failed, errNoDevices)
	}
	list := d.o.Lights()
	if d.o.Look == nil {
		return list, nil
	}
	f := &d.findings
	select {
	case f.turn <- struct{}{}:
		defer func() { <-f.turn }()
	case <-ctx.Done():
		return nil, refused(desk.Failed, ctx.Err())
	}
	if f.at.IsZero() || time.Since(f.at) >= freshFindings {
		// Whoever asked first may go away: others have what was found out.
		f.list = d.o.Look(context.WithoutCancel(ctx))
		f.at = time.Now()
	}
	return slices.Concat(list, f.list), nil
}

// calls is the call for help of this machine, if there is one: a kiosk serves one person at
// a time. It is in memory: after a restart the screen is another one.
type calls struct {
	mu   sync.Mutex
	last desk.Call // zero: nobody has called
	by   string    // "station/operator" who goes; empty: nobody
	at   time.Time // of by
}

// CallHelp makes a call for help, unless one waits already.
func (d *Desk) CallHelp(screen string) {
	c := &d.calls
	c.mu.Lock()
	waits := c.last.ID != "" && c.by == ""
	if !waits {
		c.last = desk.Call{ID: rand.Text()[:8], Machine: d.o.Machine, Screen: screen, Since: d.o.Now()}
		c.by, c.at = "", time.Time{}
	}
	c.mu.Unlock()
	if !waits {
		d.o.Feed.Tell(desk.ChangedCall, "")
	}
}

// Calls implements desk.Machines.
func (d *Desk) Calls(context.Context) ([]desk.Call, error) {
	c := &d.calls
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last.ID == "" || c.by != "" {
		return nil, nil
	}
	return []desk.Call{c.last}, nil
}

// Coming implements desk.Machines.
func (d *Desk) Coming(_ context.Context, o desk.Operator, call string) error {
	if err := d.allow(o, rules.AnswerCall, ""); err != nil {
		return err
	}
	// The screen may call meanwhile, and does not wait for the disk.
	mine, err := d.calls.take(call, o.Name, d.o.Now())
	if err != nil || !mine {
		return err
	}
	if err := d.told(o, "call-answered", "ok", ""); err != nil {
		d.calls.giveBack(call)
		return err
	}
	d.o.Feed.Tell(desk.ChangedCall, "")
	d.o.Coming()
	return nil
}

// take gives the call to one; mine is false when it is theirs already.
func (c *calls) take(call, by string, at time.Time) (mine bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case call == "" || c.last.ID != call:
		return false, refused(desk.NotFound, errors.New("nobody calls any more"))
	case c.by == by:
		return false, nil
	case c.by != "":
		return false, &desk.Error{Code: desk.Held, By: c.by, Since: c.at, Err: errors.New("somebody else goes")}
	}
	c.by, c.at = by, at
	return true, nil
}

// giveBack has the call wait again.
func (c *calls) giveBack(call string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last.ID == call {
		c.by, c.at = "", time.Time{}
	}
}

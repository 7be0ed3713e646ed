package station

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"authenkiosk/desk"
	"authenkiosk/ui/draw"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

// counter is the page of what is asked for without a visit: the right of a person, and an
// item for somebody of whom the unit's number is known alone.
type counter struct {
	s      *Station
	asked  uint64           // grows when the page is cleared: what was asked for before comes too late
	number string           // that is being typed
	found  *desk.Right      // what NHSO says about it; nil: it was not asked
	of     visit.PID        // whose right that is, or is asked for
	asks   bool             // for that right, now
	hn     string           // that is being typed
	why    rules.OpenReason // is chosen; empty: none yet
	item   visit.ID         // of what is being opened: the same again opens it once, another is another
	busy   bool
	said   message // what came of it
	bad    bool    // it was not done
	box    *fyne.Container
	pid    *entry
}

func newCounter(s *Station) *counter { return &counter{s: s} }

func (c *counter) name() string            { return "counter" }
func (c *counter) key() shortcut           { return shortcut{fyne.Key1, true} }
func (c *counter) badge() int              { return 0 }
func (c *counter) typed(fyne.KeyName) bool { return false }
func (c *counter) look()                   {}
func (c *counter) forget()                 { *c = counter{s: c.s, asked: c.asked + 1} }

// first is the field for a number, for whose role there is one.
func (c *counter) first() fyne.Focusable {
	if c.pid == nil {
		return nil // else Fyne logs that it cannot bring the keyboard there
	}
	return c.pid
}

// back takes away what was found, and what was typed.
func (c *counter) back() {
	c.forget()
	c.s.build()
}

func (c *counter) build() fyne.CanvasObject {
	c.box = container.NewStack()
	c.show()
	return c.box
}

// show makes the widgets anew.
func (c *counter) show() {
	if c.box == nil {
		return
	}
	at := c.s.focusedName()
	right, open := container.NewVBox(), container.NewVBox()
	if c.s.may(rules.CheckRight) {
		c.right(right)
	}
	if c.s.may(rules.OpenItem) {
		c.opening(open)
	}
	said := container.NewVBox()
	c.says(said)
	c.box.Objects = []fyne.CanvasObject{container.NewBorder(said, nil, nil, nil,
		container.NewVScroll(container.New(layout.NewCustomPaddedLayout(0, 0, 0, besideBar), container.New(layout.NewGridLayoutWithColumns(2), container.NewPadded(right), container.NewPadded(open)))))}
	c.box.Refresh()
	if at != "" {
		c.s.focusName(at)
	}
}

// right asks NHSO for the right of a person.
func (c *counter) right(list *fyne.Container) {
	s := c.s
	list.Add(title(s.say.Say("station.counter.right")))
	list.Add(wrapped(s.say.Say("station.counter.right-why")))
	c.pid = s.entry("pid", s.say.Say("station.counter.pid"), c.check)
	c.pid.digits = true
	c.pid.with(c.number)
	c.pid.OnChanged = func(text string) { c.number = text }
	list.Add(c.pid)
	check := s.button("check-right", s.say.Say("station.counter.check")+"  Enter", c.check).strong()
	card := s.button("check-card", s.say.Say("station.counter.check-card"), func() { c.ask(s.card) })
	if s.card.IsZero() {
		card.Disable()
	}
	if c.busy {
		check.Disable()
		card.Disable()
	}
	list.Add(check)
	list.Add(card)
	if c.found == nil {
		return
	}
	r := c.found.Right
	rows := [][2]string{
		{s.say.Say("station.column.pid"), c.of.Masked()},
		{s.say.Say("station.column.right"), s.right(r)},
		{"", r.Sub.Name},
		{s.say.Say("station.column.hospital"), strings.TrimSpace(r.Responsible().HCode + " " + r.Responsible().Name)},
		{s.say.Say("station.column.claim"), c.claimTypes()},
		{s.say.Say("station.column.time"), s.clock(c.found.At)},
	}
	form := container.New(&pairs{150})
	for _, row := range rows {
		if row[1] != "" {
			form.Add(bold(label(row[0])))
			form.Add(wrapped(row[1]))
		}
	}
	list.Add(widget.NewSeparator())
	list.Add(form)
}

func (c *counter) claimTypes() string {
	var names []string
	for _, t := range c.found.ClaimTypes {
		names = append(names, strings.TrimSpace(t.Code+" "+t.Name))
	}
	return strings.Join(names, "\n")
}

// right names a right, in plain words where there are some.
func (s *Station) right(r visit.Right) string {
	switch key := "right." + r.Main.ID; {
	case r.Deceased:
		return s.say.Say(problemKey(s.say, visit.PersonDeceased))
	case r.IsZero():
		return s.say.Say("station.counter.no-right")
	case s.say.Knows(key):
		return s.say.Say(key)
	}
	return draw.Breakable(r.Main.Name)
}

// opening opens an item until midnight.
func (c *counter) opening(list *fyne.Container) {
	s := c.s
	list.Add(title(s.say.Say("station.counter.open")))
	list.Add(wrapped(s.say.Say("station.counter.open-why")))
	hn := s.entry("hn", "HN", nil)
	hn.with(c.hn)
	hn.OnChanged = func(text string) { c.hn, c.item = text, "" }
	list.Add(hn)
	for _, r := range rules.OpenReasons() {
		b := s.button("open-"+string(r), s.say.Say("station.open."+string(r)), func() {
			if c.why != r {
				c.why, c.item = r, ""
			}
			c.show()
		})
		b.Alignment = widget.ButtonAlignLeading
		b.chosen(r == c.why)
		list.Add(b)
	}
	open := s.button("open-item", s.say.Say("station.counter.open-it"), c.open).strong()
	if c.why == "" || c.busy {
		open.Disable()
	}
	list.Add(open)
}

func (c *counter) says(list *fyne.Container) {
	if c.said != nil {
		list.Add(toldOf(c.said, c.bad))
	}
}

func (c *counter) say(what message, bad bool) {
	c.said, c.bad = what, bad
	c.show()
}

// card hears whose card is in the reader. The next patient is not to see the right of the one
// before, be it there or on its way.
func (c *counter) card(holder visit.PID) {
	if holder.IsZero() || holder == c.of {
		return
	}
	c.found = nil
	if c.asks {
		c.asked++
		c.busy, c.asks, c.said = false, false, nil
	}
}

// check asks for the number that was typed.
func (c *counter) check() {
	pid, err := visit.ParsePID(ungrouped(draw.FromThaiKeys(c.number)))
	if err != nil {
		c.found = nil
		c.say(c.s.message("station.counter.bad-pid"), true)
		return
	}
	c.ask(pid)
}

func (c *counter) ask(pid visit.PID) {
	if c.busy || pid.IsZero() {
		return
	}
	c.busy, c.asks, c.found, c.of = true, true, nil, pid
	c.say(c.s.message("station.doing"), false)
	var found desk.Right
	asked := c.asked
	c.s.ask(c.s.here(), func(ctx context.Context, dk desk.Desk, o desk.Operator) (err error) {
		found, err = dk.CheckRight(ctx, o, pid)
		return err
	}, func(err error) {
		if asked != c.asked {
			return
		}
		c.busy, c.asks = false, false
		if err != nil {
			c.say(c.s.refusal(err), true)
			return
		}
		c.found, c.number = &found, ""
		c.say(nil, false)
	})
}

func (c *counter) open() {
	hn, err := visit.ParseHN(strings.TrimSpace(draw.FromThaiKeys(c.hn)))
	switch {
	case c.busy || c.why == "":
		return
	case err != nil:
		c.say(c.s.message("station.counter.bad-hn"), true)
		return
	case c.item == "":
		c.item = c.s.o.NewID()
	}
	id, why, asked := c.item, c.why, c.asked
	c.busy = true
	c.say(c.s.message("station.doing"), false)
	c.s.ask(c.s.here(), func(ctx context.Context, dk desk.Desk, o desk.Operator) error {
		return dk.OpenItem(ctx, o, id, hn, why)
	}, func(err error) {
		if asked != c.asked { // what is typed there now is of another patient
			c.s.lookAtAll()
			return
		}
		c.busy = false
		if err != nil {
			c.say(c.s.refusal(err), true)
			return
		}
		c.item, c.hn, c.why = "", "", ""
		c.say(c.s.message("station.said.opened", "Number", id.Number()), false)
		c.s.lookAtAll()
	})
}

// scan takes a citizen number, or an HN into its field.
func (c *counter) scan(text string, undo func()) bool {
	pid, err := visit.ParsePID(text)
	switch {
	case err == nil:
		undo()
		c.ask(pid)
	case c.s.focusedName() == "pid" && strings.Trim(text, "0123456789") == "": // a part of one, or a digit was lost
		undo()
		c.say(c.s.message("station.counter.bad-pid"), true)
	case c.s.focusedName() == "hn" && !numberOfVisit.MatchString(text):
	default:
		return false
	}
	return true
}

package station

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"authenkiosk/desk"
	rules "authenkiosk/visit/desk"
)

// choice is the reason for something that is not done without one.
type choice struct {
	name   string   // of what is done, and of the words about it
	words  string   // what the key of a reason's words begins with
	of     []string // the reasons
	do     func(reason string)
	reason string // is chosen; empty: none yet
}

// choose has a reason chosen first.
func (d *details) choose(c choice) {
	d.choice, d.said = &c, nil
	d.build()
}

// reasons are those of the choice.
func (d *details) reasons(list *fyne.Container) {
	s, c := d.s, d.choice
	list.Add(bold(wrapped(s.say.Say("station.why." + c.name))))
	for _, r := range c.of {
		b := d.add(list, s.button("reason-"+r, s.say.Say(c.words+r), func() {
			c.reason = r
			d.build()
		}))
		b.Alignment = widget.ButtonAlignLeading
		b.chosen(r == c.reason)
	}
	confirm := s.button("confirm-"+c.name, s.say.Say("station.confirm."+c.name), func() {
		if c.reason != "" {
			c.do(c.reason)
		}
	}).strong()
	if c.reason == "" {
		confirm.Disable()
	}
	list.Add(container.New(layout.NewGridLayoutWithColumns(2), s.button("cancel-"+c.name, s.say.Say("button.back")+"  Esc", d.back), confirm))
}

// close ends an item without a code.
func (d *details) close() {
	id := d.id
	c := choice{name: "close", words: "station.reason."}
	for _, r := range rules.Reasons() {
		if d.may(r.Action()) {
			c.of = append(c.of, string(r))
		}
	}
	c.do = func(reason string) {
		d.do(func(ctx context.Context, dk desk.Desk, o desk.Operator) error {
			return dk.Close(ctx, o, id, rules.Reason(reason))
		}, func() { d.chosen("station.said.closed") })
	}
	d.choose(c)
}

// chosen says what was done for the reason.
func (d *details) chosen(key string, pairs ...any) {
	d.choice = nil
	d.done(key, pairs...)
}

package station

import (
	"context"

	"fyne.io/fyne/v2"

	"authenkiosk/desk"
	rules "authenkiosk/visit/desk"
)

// issued is what is done with a code that there is.
func (d *details) issued(list *fyne.Container) {
	s, i := d.s, d.of.Item
	d.add(list, s.button("copy-code", s.say.Say("station.copy-code")+"  F7", d.copyCode))
	if d.at == s.here() && d.may(rules.Reprint) && i.Void == "" { // another machine has no slip to print here
		words := s.say.Say("station.reprint")
		if i.Reprints > 0 {
			words = s.say.Say("station.reprint-again", "Count", i.Reprints)
		}
		d.add(list, s.button("reprint", words, d.reprint))
	}
	if d.may(rules.Void) && i.Void == "" {
		d.add(list, s.button("void", s.say.Say("station.void"), d.void))
	}
}

// reprint has the slip printed again. It is counted before it is printed.
func (d *details) reprint() {
	id := d.id
	n := 0
	d.do(func(ctx context.Context, dk desk.Desk, o desk.Operator) (err error) {
		n, err = dk.Reprint(ctx, o, id)
		return err
	}, func() { d.done("station.said.reprinted", "Count", n) })
}

// void marks a code as not to be used.
func (d *details) void() {
	id := d.id
	c := choice{name: "void", words: "station.void."}
	for _, r := range rules.VoidReasons() {
		c.of = append(c.of, string(r))
	}
	c.do = func(reason string) {
		d.do(func(ctx context.Context, dk desk.Desk, o desk.Operator) error {
			return dk.Void(ctx, o, id, rules.VoidReason(reason))
		}, func() { d.chosen("station.said.void") })
	}
	d.choose(c)
}

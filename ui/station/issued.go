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
	if d.may(rules.Void) && i.Void == "" {
		d.add(list, s.button("void", s.say.Say("station.void"), d.void))
	}
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

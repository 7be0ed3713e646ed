package station

import (
	"context"

	"fyne.io/fyne/v2"

	"authenkiosk/desk"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

// issued is what is done with a code that there is.
func (d *details) issued(list *fyne.Container) {
	s, i := d.s, d.of.Item
	d.add(list, s.button("copy-code", s.say.Say("station.copy-code")+"  F7", d.copyCode))
	if d.may(rules.Void) && i.Void == "" {
		d.add(list, s.button("void", s.say.Say("station.void"), d.void))
	}
	if d.maySecond() {
		d.add(list, s.button("second", s.say.Say("station.second"), d.second))
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

// second asks for the reason of a second code, and for the codes that there are. The visit for
// it is made at the page for new visits.
func (d *details) second() {
	i := d.of.Item
	c := choice{name: "second", words: "station.second."}
	for _, r := range rules.SecondReasons() {
		if r != rules.AfterVoid || i.Void != "" {
			c.of = append(c.of, string(r))
		}
	}
	c.do = func(reason string) {
		why := rules.SecondReason(reason)
		var a desk.Answer
		d.do(func(ctx context.Context, dk desk.Desk, o desk.Operator) (err error) {
			a, err = dk.SecondCode(ctx, o, i.ID, why)
			return err
		}, func() {
			if d.s.shown() != d {
				return // somebody else is served by now; the reason is still chosen when they come back
			}
			if d.waits() {
				return
			}
			d.choice = nil
			d.s.fresh.second(i, why, a.Codes)
		})
	}
	d.choose(c)
}

// maySecond reports whether the person of the visit can get a second code here.
func (d *details) maySecond() bool {
	i := d.of.Item
	return d.may(rules.SecondCode) && d.s.may(rules.NewVisit) && i.Opened == "" && i.Day == visit.ServiceDateOf(d.s.o.Now())
}

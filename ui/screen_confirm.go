package ui

import (
	"slices"

	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// confirm shows who, which right, which phone and which service, and one huge
// button.
func (c *scene) confirm() {
	c.title(c.say.say("confirm.title"))
	offline := c.m.Session.Offline()
	ok := button{name: "confirm", label: c.say.say("confirm.button"), icon: "check", kind: primary, size: 56, act: c.send(flow.TapConfirm{})}
	if c.s.geo.portrait {
		at, rest := c.work.cutBottom(190, 20)
		c.s.button(at, ok)
		at, rest = rest.cutBottom(84*roomy, 16)
		c.privacy(at)
		at, rest = rest.cutTop(keepHeight*roomy, 16)
		c.keepLine(at, "")
		if offline {
			at, rest = rest.cutBottom(122*roomy, 16)
			c.offline(at)
		}
		c.facts(rest.centered(rest.w, min(rest.h, 960)))
		return
	}
	facts, act := c.work.cutLeft((c.work.w-40)*0.58, 40)
	c.facts(facts)
	at, act := act.cutTop(keepHeight*roomy, 8)
	c.keepLine(at, "")
	at, act = act.cutTop(126*roomy, 16)
	c.privacy(at)
	if offline {
		at, act = act.cutTop(min(act.h*0.5, 190), 20)
		c.offline(at)
	}
	c.s.button(act, ok)
}

// offline tells beforehand that the code will follow.
func (c *scene) offline(at area) {
	c.s.notice("offline", at, "cloud", c.say.say("confirm.offline"))
}

// privacy is a notice, not a question: the law asks for no consent here.
func (c *scene) privacy(at area) {
	c.lock(at, c.say.say("confirm.privacy"))
}

// fact is a line of the confirm screen.
type fact struct {
	name, label, value, more string
	brief                    string // instead of more, where there is one line only; empty: more
	icon                     string
	change                   *button
}

func (c *scene) facts(at area) {
	x := c.m.Session
	list := []fact{
		c.personFact(x),
		{
			name: "phone", icon: "call", label: c.say.say("confirm.phone"), value: shownPhone(x), more: c.owner(x, x.PhoneOwner),
			change: &button{name: "change-phone", act: c.send(flow.TapChangePhone{})},
		},
		{name: "claim", icon: "service", label: c.say.say("confirm.claim"), value: c.claim(x.ClaimType)},
	}
	if len(x.Offered) > 1 {
		list[2].change = &button{name: "change-claim-type", act: c.send(flow.TapChangeClaimType{})}
	}
	switch {
	case x.Method == visit.MethodCertifier:
		list = slices.Insert(list, 1, c.certifierFact())
	case !x.Typed():
		list = slices.Insert(list, 1, c.rightFact(x))
	}
	for i, row := range at.rows(len(list), 14) {
		c.fact(row, list[i])
	}
}

// personFact is who the patient is, as far as it may be shown. A number that was
// only typed stands for itself: it proves nothing of its owner.
func (c *scene) personFact(x flow.Session) fact {
	number := c.say.say("confirm.pid", "PID", x.Person.PID.Masked())
	f := fact{name: "person", icon: "person", label: c.say.say("confirm.person"), value: c.name(x.Person), more: number, brief: x.Person.PID.Masked()}
	if f.value == "" || x.Typed() {
		f.label, f.value, f.more, f.brief = c.say.say("person.patient"), number, "", ""
	}
	return f
}

// patient is whose session it is, as far as it may be shown.
func (c *scene) patient(x flow.Session) string {
	if x.Typed() {
		return ""
	}
	return c.name(x.Person)
}

func (c *scene) fact(at area, f fact) {
	c.s.panel("fact-"+f.name, at)
	in := at.inset(26, 7)
	labelShare := float32(0.29)
	if in.h < flatFact {
		labelShare = 0.4
		f = c.flat(f, in.w-82)
	}
	if f.change != nil {
		var b area
		b, in = in.cutRight(220*roomy, 20)
		f.change.label, f.change.icon, f.change.kind, f.change.size = c.say.say("button.change"), "edit", secondary, 32
		c.s.button(b.centered(b.w, min(b.h, 110)), *f.change)
	}
	mark, in := in.cutLeft(56, 26)
	c.s.picture("fact-"+f.name, mark.centered(56, 56), f.icon, c.s.p.accent)
	value := textStyle{size: 38, bold: true, color: c.s.p.ink, lines: 1, least: 26, cut: true}
	if c.s.geo.portrait {
		value.size = 44
	}
	if f.more == "" && in.h >= flatFact {
		value.lines = 2
	}
	in = in.centered(in.w, min(in.h, 170*roomy))
	label, in := in.cutTop(min(in.h*labelShare, 40*roomy), 0)
	c.s.text("label-"+f.name, label, f.label, c.s.small().oneLine())
	if f.more != "" {
		var more area
		more, in = in.cutBottom(min(in.h*0.4, 46*roomy), 0)
		c.s.text("more-"+f.name, more, f.more, textStyle{size: 28, color: c.s.p.ink, lines: 1, cut: true})
	}
	c.s.text("value-"+f.name, in, f.value, value)
}

// flatFact is the height below which a fact has a single line under its label.
const flatFact = 124

// flat puts what there is more to say behind the value, if both fit into the
// width: half a word helps nobody.
func (c *scene) flat(f fact, width float32) fact {
	more := f.brief
	if more == "" {
		more = f.more
	}
	f.more = ""
	if f.change != nil {
		width -= 220*roomy + 20
	}
	both := f.value + " · " + more
	if more != "" && c.s.widthOf(both, textStyle{size: 26 / c.s.geo.text, bold: true}) <= width {
		f.value = both
	}
	return f
}

// rightFact is the right and the hospital in plain words.
func (c *scene) rightFact(x flow.Session) fact {
	f := fact{name: "right", icon: "shield", label: c.say.say("confirm.right"), value: c.right(x.Right)}
	if f.value == "" {
		f.value = c.say.say("confirm.right-unknown")
	}
	if h := hospital(x.Right.Responsible()); h != "" {
		f.more = c.say.say("confirm.hospital", "Hospital", h)
	}
	return f
}

// right is the plain word for a right, or NHSO's own.
func (c *scene) right(r visit.Right) string {
	if key := "right." + r.Main.ID; c.say.knows(key) {
		return c.say.say(key)
	}
	return sentence(r.Main.Name)
}

// claim is the plain word for a claim type, or NHSO's own.
func (c *scene) claim(t visit.ClaimType) string {
	if key := "claim." + t.Code; c.say.knows(key) {
		return c.say.say(key)
	}
	if t.Name != "" {
		return t.Name
	}
	return t.Code
}

// owner is whose number it is. Who stands there with a card that vouches is not
// the patient.
func (c *scene) owner(x flow.Session, o visit.PhoneOwner) string {
	vouched := x.Method == visit.MethodCertifier
	switch {
	case o == visit.PhoneOfRelative && vouched:
		return c.say.say("owner.certifier")
	case o == visit.PhoneOfRelative:
		return c.say.say("owner.relative")
	case vouched:
		return c.say.say("owner.of-patient")
	}
	return c.say.say("owner.patient")
}

// shownPhone is the number in full only for the person who has just typed it.
func shownPhone(x flow.Session) string {
	if x.PhoneTyped {
		return visit.GroupPhone(x.Phone.Digits())
	}
	return x.Phone.Masked()
}

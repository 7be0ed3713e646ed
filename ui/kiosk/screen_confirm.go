package kiosk

import (
	"slices"

	"authenkiosk/ui/draw"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// confirm shows who, which right, which phone and which service, and one huge
// button.
func (c *scene) confirm() {
	c.title(c.say.Say("confirm.title"))
	offline := c.m.Session.Offline()
	ok := draw.Button{Name: "confirm", Label: c.say.Say("confirm.button"), Icon: "check", Kind: draw.Primary, Size: 56, Act: c.send(flow.TapConfirm{})}
	if c.s.Geo.Portrait {
		at, rest := c.work.CutBottom(190, 20)
		c.s.Button(at, ok)
		at, rest = rest.CutBottom(84*draw.Roomy, 16)
		c.privacy(at)
		at, rest = rest.CutTop(keepHeight*draw.Roomy, 16)
		c.keepLine(at, "")
		if offline {
			at, rest = rest.CutBottom(122*draw.Roomy, 16)
			c.offline(at)
		}
		c.facts(rest.Centered(rest.W, min(rest.H, 960)))
		return
	}
	facts, act := c.work.CutLeft((c.work.W-40)*0.58, 40)
	c.facts(facts)
	at, act := act.CutTop(keepHeight*draw.Roomy, 8)
	c.keepLine(at, "")
	at, act = act.CutTop(126*draw.Roomy, 16)
	c.privacy(at)
	if offline {
		at, act = act.CutTop(min(act.H*0.5, 190), 20)
		c.offline(at)
	}
	c.s.Button(act, ok)
}

// offline tells beforehand that the code will follow.
func (c *scene) offline(at draw.Area) {
	c.s.Notice("offline", at, "cloud", c.say.Say("confirm.offline"))
}

// privacy is a notice, not a question: the law asks for no consent here.
func (c *scene) privacy(at draw.Area) {
	c.lock(at, c.say.Say("confirm.privacy"))
}

// fact is a line of the confirm screen.
type fact struct {
	name, label, value, more string
	brief                    string // instead of more, where there is one line only; empty: more
	icon                     string
	change                   *draw.Button
}

func (c *scene) facts(at draw.Area) {
	x := c.m.Session
	list := []fact{
		c.personFact(x),
		{
			name: "phone", icon: "call", label: c.say.Say("confirm.phone"), value: shownPhone(x), more: c.owner(x, x.PhoneOwner),
			change: &draw.Button{Name: "change-phone", Act: c.send(flow.TapChangePhone{})},
		},
		{name: "claim", icon: "service", label: c.say.Say("confirm.claim"), value: c.claim(x.ClaimType)},
	}
	if len(x.Offered) > 1 {
		list[2].change = &draw.Button{Name: "change-claim-type", Act: c.send(flow.TapChangeClaimType{})}
	}
	switch {
	case x.Method == visit.MethodCertifier:
		list = slices.Insert(list, 1, c.certifierFact())
	case !x.Typed():
		list = slices.Insert(list, 1, c.rightFact(x))
	}
	for i, row := range at.Rows(len(list), 14) {
		c.fact(row, list[i])
	}
}

// personFact is who the patient is, as far as it may be shown. A number that was
// only typed stands for itself: it proves nothing of its owner.
func (c *scene) personFact(x flow.Session) fact {
	number := c.say.Say("confirm.pid", "PID", x.Person.PID.Masked())
	f := fact{name: "person", icon: "person", label: c.say.Say("confirm.person"), value: c.name(x.Person), more: number, brief: x.Person.PID.Masked()}
	if f.value == "" || x.Typed() {
		f.label, f.value, f.more, f.brief = c.say.Say("person.patient"), number, "", ""
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

func (c *scene) fact(at draw.Area, f fact) {
	c.s.Panel("fact-"+f.name, at)
	in := at.Inset(26, 7)
	labelShare := float32(0.29)
	if in.H < flatFact {
		labelShare = 0.4
		f = c.flat(f, in.W-82)
	}
	if f.change != nil {
		var b draw.Area
		b, in = in.CutRight(220*draw.Roomy, 20)
		f.change.Label, f.change.Icon, f.change.Kind, f.change.Size = c.say.Say("button.change"), "edit", draw.Secondary, 32
		c.s.Button(b.Centered(b.W, min(b.H, 110)), *f.change)
	}
	mark, in := in.CutLeft(56, 26)
	c.s.Picture("fact-"+f.name, mark.Centered(56, 56), f.icon, c.s.Colors.Accent)
	value := draw.TextStyle{Size: 38, Bold: true, Color: c.s.Colors.Ink, Lines: 1, Least: 26, Cut: true}
	if c.s.Geo.Portrait {
		value.Size = 44
	}
	if f.more == "" && in.H >= flatFact {
		value.Lines = 2
	}
	in = in.Centered(in.W, min(in.H, 170*draw.Roomy))
	label, in := in.CutTop(min(in.H*labelShare, 40*draw.Roomy), 0)
	c.s.Text("label-"+f.name, label, f.label, c.s.Small().OneLine())
	if f.more != "" {
		var more draw.Area
		more, in = in.CutBottom(min(in.H*0.4, 46*draw.Roomy), 0)
		c.s.Text("more-"+f.name, more, f.more, draw.TextStyle{Size: 28, Color: c.s.Colors.Ink, Lines: 1, Cut: true})
	}
	c.s.Text("value-"+f.name, in, f.value, value)
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
		width -= 220*draw.Roomy + 20
	}
	both := f.value + " · " + more
	if more != "" && c.s.WidthOf(both, draw.TextStyle{Size: 26 / c.s.Geo.Text, Bold: true}) <= width {
		f.value = both
	}
	return f
}

// rightFact is the right and the hospital in plain words.
func (c *scene) rightFact(x flow.Session) fact {
	f := fact{name: "right", icon: "shield", label: c.say.Say("confirm.right"), value: c.right(x.Right)}
	if f.value == "" {
		f.value = c.say.Say("confirm.right-unknown")
	}
	if h := hospital(x.Right.Responsible()); h != "" {
		f.more = c.say.Say("confirm.hospital", "Hospital", h)
	}
	return f
}

// right is the plain word for a right, or NHSO's own.
func (c *scene) right(r visit.Right) string {
	if key := "right." + r.Main.ID; c.say.Knows(key) {
		return c.say.Say(key)
	}
	return sentence(r.Main.Name)
}

// claim is the plain word for a claim type, or NHSO's own.
func (c *scene) claim(t visit.ClaimType) string {
	if key := "claim." + t.Code; c.say.Knows(key) {
		return c.say.Say(key)
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
		return c.say.Say("owner.certifier")
	case o == visit.PhoneOfRelative:
		return c.say.Say("owner.relative")
	case vouched:
		return c.say.Say("owner.of-patient")
	}
	return c.say.Say("owner.patient")
}

// shownPhone is the number in full only for the person who has just typed it.
func shownPhone(x flow.Session) string {
	if x.PhoneTyped {
		return visit.GroupPhone(x.Phone.Digits())
	}
	return x.Phone.Masked()
}

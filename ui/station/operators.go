package station

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"authenkiosk/desk/session"
	rules "authenkiosk/visit/desk"
)

// mostOfName is how much of an operator's name stands where others stand beside it.
const mostOfName = 20

// operators is the page on which an administrator changes who may sign in here. What the command
// line does besides, as to remove somebody, is not done at a desk.
type operators struct {
	s     *Station
	asked uint64 // grows when the page is cleared: what was asked for before comes too late
	all   []rules.Operator
	of    rules.OperatorID // is shown; empty: somebody new is to be added

	called     string // name, role and PIN as they are typed and chosen
	role       rules.Role
	pin, again string

	sure   bool // it is asked whether somebody is to be disabled
	busy   bool
	said   message // what came of it
	bad    bool    // it was not done
	unread bool    // who there is could not be read the last time, and that is said
	box    *fyne.Container
	names  *container.Scroll
	form   *container.Scroll
	start  fyne.Focusable
	at     string // where the keyboard was when the page was made anew; empty: elsewhere
}

func (p *operators) name() string            { return "operators" }
func (p *operators) key() shortcut           { return shortcut{fyne.Key4, true} }
func (p *operators) badge() int              { return 0 }
func (p *operators) typed(fyne.KeyName) bool { return false }

// forget drops what was typed: nobody is to find a PIN there.
func (p *operators) forget() { *p = operators{s: p.s, asked: p.asked + 1, role: rules.Staff} }

// first is where the keyboard was, if the page was made anew under it: the rest of a PIN is not to
// be read in the field for the name.
func (p *operators) first() fyne.Focusable {
	first := p.start
	if p.box != nil && p.at != "" {
		each(p.box, func(o fyne.CanvasObject) {
			n, named := o.(named)
			if f, is := o.(fyne.Focusable); named && is && n.Name() == p.at {
				first = f
			}
		})
	}
	return first
}

// back goes back to somebody new, or takes back the question.
func (p *operators) back() {
	if p.sure {
		p.sure = false
		p.show()
		return
	}
	p.choose("")
}

// look reads who there is, while they are shown.
func (p *operators) look() {
	s := p.s
	if s.page != page(p) {
		return
	}
	var all []rules.Operator
	var err error
	asked := p.asked
	s.o.Beside(func(context.Context) { all, err = s.o.Door.Operators() }, func() {
		if asked != p.asked {
			return
		}
		slices.SortFunc(all, func(a, b rules.Operator) int { return strings.Compare(a.Name.Full(), b.Name.Full()) })
		if err != nil {
			p.say(s.message("station.error.failed"), true)
			p.unread = true
			return
		}
		if same := reflect.DeepEqual(all, p.all); same && !p.unread {
			return
		}
		if p.unread {
			p.unread, p.said = false, nil
		}
		p.all = all
		p.show()
	})
}

func (p *operators) build() fyne.CanvasObject {
	if p.at = ""; p.box != nil {
		p.at = p.s.focusedName()
	}
	p.box = container.NewStack()
	p.show()
	return p.box
}

// show makes the widgets anew.
func (p *operators) show() {
	if p.box == nil {
		return
	}
	at := p.s.focusedName()
	form, said := container.NewVBox(), container.NewVBox()
	if p.start = nil; p.of != "" && !p.known() {
		p.begin("") // what was typed was for somebody who is not there any more
	}
	if p.of == "" {
		p.adding(form)
	} else {
		p.changing(form)
	}
	if p.said != nil {
		said.Add(toldOf(p.said, p.bad))
	}
	side := func(was *container.Scroll, o fyne.CanvasObject) *container.Scroll {
		is := container.NewVScroll(container.New(layout.NewCustomPaddedLayout(0, 0, 8, besideBar), o))
		if was != nil {
			is.Offset = was.Offset
		}
		return is
	}
	p.names, p.form = side(p.names, p.list()), side(p.form, form)
	p.box.Objects = []fyne.CanvasObject{container.NewBorder(said, nil, nil, nil,
		container.New(layout.NewGridLayoutWithColumns(2), p.names, p.form))}
	p.box.Refresh()
	if at != "" {
		p.s.focusName(at)
	}
}

// known reports whether whoever is shown is there.
func (p *operators) known() bool {
	return slices.ContainsFunc(p.all, func(o rules.Operator) bool { return o.ID == p.of })
}

// list are all who are there, and somebody new above them.
func (p *operators) list() fyne.CanvasObject {
	s := p.s
	list := container.NewVBox(title(s.say.Say("station.operators.title")))
	add := func(name, words string, of rules.OperatorID) {
		b := s.button(name, words, func() { p.choose(of) })
		b.Alignment = widget.ButtonAlignLeading
		b.chosen(of == p.of)
		list.Add(b)
	}
	add("operator-new", s.say.Say("station.operators.new"), "")
	for _, o := range p.all {
		words := shortened(o.Name.Full(), mostOfName) + " · " + s.say.Say("station.role."+string(o.Role))
		if _, locked := rules.WaitAfter(o.Failed); o.Disabled {
			words += " · " + s.say.Say("station.operators.disabled")
		} else if locked {
			words += " · " + s.say.Say("station.operators.locked")
		}
		add("operator-"+string(o.ID), words, o.ID)
	}
	return list
}

// choose shows somebody; what was typed for another is not kept.
func (p *operators) choose(of rules.OperatorID) {
	if p.busy {
		return
	}
	p.begin(of)
	p.said = nil
	p.show()
	p.focus()
}

// begin has nothing typed for somebody.
func (p *operators) begin(of rules.OperatorID) {
	p.of, p.called, p.pin, p.again, p.role, p.sure = of, "", "", "", rules.Staff, false
}

// focus puts the keyboard where it begins.
func (p *operators) focus() {
	if w := p.s.window; w != nil && p.start != nil {
		w.Canvas().Focus(p.start)
	}
}

// reveal brings what the keyboard has come to into sight.
func (p *operators) reveal(name string, o fyne.CanvasObject) {
	switch {
	case p.s.page != page(p) || p.form == nil:
	case strings.HasPrefix(name, "operator-"):
		scrollTo(p.names, o)
	default:
		scrollTo(p.form, o)
	}
}

// adding asks for somebody new.
func (p *operators) adding(form *fyne.Container) {
	s := p.s
	form.Add(title(s.say.Say("station.operators.new")))
	e := p.field(form, "called", "station.operators.name", &p.called, false)
	p.start = e
	form.Add(bold(label(s.say.Say("station.operators.role"))))
	roles := container.New(layout.NewGridLayoutWithColumns(len(rules.Roles())))
	for _, r := range rules.Roles() {
		b := s.button("role-"+string(r), s.say.Say("station.role."+string(r)), func() {
			p.role = r
			p.show()
		})
		b.chosen(r == p.role)
		roles.Add(b)
	}
	form.Add(roles)
	form.Add(wrapped(s.say.Say("station.operators.role." + string(p.role))))
	p.pins(form, p.add)
	p.button(form, "add-operator", "station.operators.add", p.add).strong()
}

// changing is what can be done with somebody.
func (p *operators) changing(form *fyne.Container) {
	s := p.s
	o := p.all[slices.IndexFunc(p.all, func(o rules.Operator) bool { return o.ID == p.of })]
	form.Add(title(shortened(o.Name.Full(), mostOfName)))
	why := "station.operators.reset-why"
	if o.Disabled {
		why = "station.operators.enable"
	}
	form.Add(wrapped(s.say.Say(why)))
	p.start = p.pins(form, p.reset)
	p.button(form, "reset-operator", "station.operators.reset", p.reset).strong()
	switch {
	case o.ID == s.who.ID || o.Disabled: // somebody has to be there who can let others in again
	case !p.sure:
		p.button(form, "disable-operator", "station.operators.disable", func() {
			p.sure = true
			p.show()
			s.focusName("keep-operator")
		})
	default:
		form.Add(bold(wrapped(s.say.Say("station.operators.sure", "Who", o.Name.Full()))))
		p.button(form, "keep-operator", "button.back", p.back)
		p.button(form, "confirm-disable", "station.operators.disable", func() {
			p.do(func(token string) error { return s.o.Door.DisableOperator(token, o.ID) }, s.message("station.said.operator-disabled", "Who", o.Name.Full()))
		})
	}
}

// pins are the two fields for a PIN, the first of which it returns.
func (p *operators) pins(form *fyne.Container, entered func()) *entry {
	first := p.field(form, "pin", "station.sign-in.pin", &p.pin, true)
	second := p.field(form, "again", "station.operators.again", &p.again, true)
	first.entered = func() { p.s.focusName("again") }
	second.entered = entered
	return first
}

// field asks for a text. Enter goes on to the next one.
func (p *operators) field(form *fyne.Container, name, key string, text *string, secret bool) *entry {
	e := p.s.entry(name, "", func() { p.s.focusName("pin") })
	e.Password, e.digits = secret, secret
	e.with(*text)
	e.OnChanged = func(now string) { *text = now }
	form.Add(bold(label(p.s.say.Say(key))))
	form.Add(e)
	return e
}

func (p *operators) button(form *fyne.Container, name, key string, act func()) *button {
	b := p.s.button(name, p.s.say.Say(key), act)
	if p.busy {
		b.Disable()
	}
	form.Add(b)
	return b
}

// chosen is the PIN that was typed, if it can be one.
func (p *operators) chosen() (pin rules.PIN, ok bool) {
	pin, err := rules.NewPIN(p.pin)
	switch {
	case errors.Is(err, rules.ErrWeakPIN):
		p.say(p.s.message("setup.wrong.weak-pin"), true)
	case err != nil:
		p.say(p.s.message("setup.wrong.pin"), true)
	case p.pin != p.again:
		p.say(p.s.message("station.operators.not-same"), true)
	default:
		return pin, true
	}
	return rules.PIN{}, false
}

func (p *operators) add() {
	name, err := rules.ParseOperatorName(p.called)
	if err != nil {
		p.say(p.s.message("setup.wrong.operator"), true)
		return
	}
	if pin, ok := p.chosen(); ok {
		role := p.role
		p.do(func(token string) error { return p.s.o.Door.AddOperator(token, name, role, pin) }, p.s.message("station.said.operator-added", "Who", name.Full()))
	}
}

func (p *operators) reset() {
	if pin, ok := p.chosen(); ok {
		of := p.all[slices.IndexFunc(p.all, func(o rules.Operator) bool { return o.ID == p.of })]
		p.do(func(token string) error { return p.s.o.Door.ResetOperator(token, of.ID, pin) }, p.s.message("station.said.operator-reset", "Who", of.Name.Full()))
	}
}

// do has something done once, and says what came of it.
func (p *operators) do(call func(token string) error, done message) {
	if p.busy {
		return
	}
	s := p.s
	p.busy = true
	p.say(s.message("station.doing"), false)
	token, asked, own := s.token, p.asked, p.of != "" && p.of == s.who.ID
	var err error
	s.o.Beside(func(context.Context) { err = call(token) }, func() {
		if asked != p.asked {
			return
		}
		p.busy, p.sure = false, false
		switch {
		case errors.Is(err, session.ErrOver), err == nil && own: // with another PIN one signs in again
			s.signOut("station.sign-in.over")
			return
		case errors.Is(err, rules.ErrOperatorTaken):
			p.say(s.message("station.operators.taken"), true)
			return
		case err != nil:
			p.say(s.refusal(err), true)
			return
		}
		p.begin("")
		p.say(done, false)
		p.focus()
		p.look()
	})
}

func (p *operators) say(what message, bad bool) {
	p.said, p.bad, p.unread = what, bad, false
	p.show()
}

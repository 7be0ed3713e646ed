package station

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"authenkiosk/ui/draw"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
	"authenkiosk/visit/flow"
)

// signIn is the page of somebody who is to say who they are.
type signIn struct {
	s         *Station
	operators []rules.Operator // who may sign in
	known     bool             // the list has been read
	unread    bool             // it could not be read the last time
	chosen    rules.OperatorID
	busy      bool             // a PIN is being looked at
	until     time.Time        // no PIN is looked at before; zero: now
	machine   bool             // it is the machine that is locked, whoever signs in
	of        rules.OperatorID // who is locked else: a colleague is not
	why       string           // key of the message; empty: none

	pin     *entry
	message *widget.Label
	choices map[rules.OperatorID]*button
	calls   *fyne.Container
	enter   *button
}

// begin forgets who was there.
func (p *signIn) begin(why string) { p.chosen, p.busy, p.why, p.pin = "", false, why, nil }

// kept says what has become of the visit that waits for whoever signs in: that it waits is not said
// any longer than it does.
func (p *signIn) kept(before, now flow.State) {
	if p.why != "station.sign-in.kept" || now != flow.Welcome || before == flow.Welcome {
		return
	}
	switch before {
	case flow.Sending, flow.Result, flow.Queued: // it has left
		p.say("")
	default:
		p.say("station.sign-in.not-kept")
	}
}

// look reads who there is. Somebody may be added, or disabled, by the command meanwhile.
func (p *signIn) look() {
	var all []rules.Operator
	var err error
	turn := p.s.turn
	p.s.looked = p.s.o.Now()
	p.s.o.Beside(func(context.Context) { all, err = p.s.o.Door.Operators() }, func() {
		if turn != p.s.turn || p.s.page != nil {
			return
		}
		p.heard(all, err)
	})
}

// heard shows who there is, if it is not what is shown: whoever types is not disturbed. While the
// list cannot be read, the one of before stays.
func (p *signIn) heard(all []rules.Operator, err error) {
	if err != nil {
		p.unread = true
		p.say("station.error.failed")
		return
	}
	if p.unread {
		p.unread = false
		p.say("")
	}
	before, known, chosen := p.operators, p.known, p.chosen
	p.operators, p.known = nil, true
	for _, o := range all {
		if !o.Disabled {
			p.operators = append(p.operators, o)
		}
	}
	slices.SortFunc(p.operators, func(a, b rules.Operator) int { return strings.Compare(a.Name.Full(), b.Name.Full()) })
	if !slices.ContainsFunc(p.operators, func(o rules.Operator) bool { return o.ID == p.chosen }) {
		p.chosen = ""
	}
	if p.chosen == "" && len(p.operators) == 1 {
		p.chosen = p.operators[0].ID
	}
	if chosen != "" && chosen != p.chosen {
		p.pin = nil // what was typed is the PIN of somebody who is not there any more
	}
	same := func(a, b rules.Operator) bool { return a.ID == b.ID && a.Name == b.Name && a.Role == b.Role }
	if !known || chosen != p.chosen || !slices.EqualFunc(before, p.operators, same) {
		p.s.build()
	}
}

func (p *signIn) first() fyne.Focusable {
	if p.chosen == "" && len(p.operators) > 0 {
		return p.choices[p.operators[0].ID]
	}
	if p.pin == nil {
		return nil
	}
	return p.pin
}

func (p *signIn) build() fyne.CanvasObject {
	s := p.s
	typed := ""
	if p.pin != nil {
		typed = p.pin.Text // the language was changed in the middle, or who there is
	}
	p.pin = s.entry("pin", s.say.Say("station.sign-in.pin"), p.submit)
	p.pin.Password, p.pin.digits = true, true
	p.pin.with(typed)
	p.message = wrapped("")
	p.message.Alignment = fyne.TextAlignCenter
	p.enter = s.button("sign-in", s.say.Say("station.sign-in.enter"), p.submit).strong()
	p.choices = map[rules.OperatorID]*button{}
	names := container.NewVBox()
	for _, o := range p.operators {
		b := s.button("operator-"+string(o.ID), shortened(o.Name.Full(), mostOfName)+" · "+s.say.Say("station.role."+string(o.Role)), func() { p.choose(o.ID) })
		b.Alignment = widget.ButtonAlignLeading
		p.choices[o.ID] = b
		names.Add(b)
	}
	if slices.ContainsFunc(p.operators, func(o rules.Operator) bool { return s.o.DemoPIN != "" && o.Name.Full() == s.o.DemoOperator }) {
		dock := draw.Speaker{Words: s.say.Words, Lang: s.o.Languages[0]} // in which the panel beside it stays
		names.Add(wrapped(s.say.Say("station.sign-in.demo", "Who", s.o.DemoOperator, "PIN", s.o.DemoPIN, "Tab", dock.Say("dock.open"))))
	}
	if p.known && len(p.operators) == 0 {
		names.Add(wrapped(s.say.Say("station.sign-in.nobody")))
	}
	left := container.NewBorder(bold(label(s.say.Say("station.sign-in.who"))), nil, nil, nil, container.NewVScroll(names))
	right := container.NewBorder(container.NewVBox(bold(label(s.say.Say("station.sign-in.pin"))), p.pin), container.NewVBox(p.enter, p.message), nil, nil, p.keypad())
	body := container.New(&inMiddle{fyne.NewSize(860, 560)}, container.New(layout.NewGridLayoutWithColumns(2), container.NewPadded(left), container.NewPadded(right)))
	head := container.NewVBox(title(s.o.Unit), label(s.say.Say("station.title")))
	p.calls = container.NewVBox()
	p.showCalls()
	foot := container.NewHBox(layout.NewSpacer(),
		s.button("language", s.say.Say("station.language")+"  F10", s.nextLanguage),
		s.button("colours", s.say.Say("station.colours")+"  F11", s.turnColours))
	p.show()
	return container.NewPadded(container.NewBorder(container.NewVBox(container.NewHBox(head, layout.NewSpacer(), s.zone()), p.calls, widget.NewSeparator()), foot, nil, nil, body))
}

// showCalls shows who calls for help. To answer, somebody signs in.
func (p *signIn) showCalls() {
	if p.calls != nil {
		p.calls.Objects = p.s.callLines()
		p.s.root.Refresh()
	}
}

// keypad is for fingers.
func (p *signIn) keypad() fyne.CanvasObject {
	grid := container.New(layout.NewGridLayoutWithColumns(3))
	for _, d := range "123456789" {
		grid.Add(p.digit(d))
	}
	grid.Add(p.s.button("clear", p.s.say.Say("station.sign-in.clear"), func() { p.pin.SetText("") }))
	grid.Add(p.digit('0'))
	grid.Add(p.s.button("backspace", "⌫", func() {
		if t := p.pin.Text; t != "" {
			p.put(t[:len(t)-1])
		}
	}))
	return grid
}

func (p *signIn) digit(d rune) *button {
	return p.s.button("digit-"+string(d), string(d), func() {
		if len(p.pin.Text) < rules.MaxPIN {
			p.put(p.pin.Text + string(d))
		}
	})
}

// put puts digits into the field. Whoever goes on at the keyboard types behind them.
func (p *signIn) put(digits string) {
	p.pin.SetText(digits)
	p.pin.CursorColumn = len(digits)
	p.pin.Refresh()
}

func (p *signIn) choose(id rules.OperatorID) {
	p.chosen = id
	p.why = ""
	p.show()
	if p.s.window != nil {
		p.s.window.Canvas().Focus(p.pin)
	}
}

// typed takes a digit that was typed beside the field, and reports whether it was one.
func (p *signIn) typed(r rune) bool {
	if _, is := draw.Digit(r); !is || p.pin == nil || p.s.window == nil {
		return false
	}
	p.s.window.Canvas().Focus(p.pin)
	p.pin.TypedRune(r)
	return true
}

// submit has the PIN looked at.
func (p *signIn) submit() {
	if p.busy || p.locked(p.s.o.Now()) {
		return
	}
	if p.chosen == "" {
		p.say("station.sign-in.choose")
		return
	}
	pin, err := rules.ParsePIN(strings.TrimSpace(p.pin.Text))
	p.pin.SetText("")
	if err != nil {
		p.say("station.sign-in.digits")
		return
	}
	p.busy = true
	p.say("station.sign-in.looking")
	id, turn := p.chosen, p.s.turn
	var token string
	var o rules.Operator
	p.s.o.Beside(func(context.Context) { token, o, err = p.s.o.Door.SignIn(id, pin) }, func() {
		p.busy = false
		if turn != p.s.turn {
			return
		}
		var locked *rules.LockedError
		switch {
		case err == nil:
			p.why, p.until = "", time.Time{}
			p.s.signedIn(token, o)
		case errors.As(err, &locked):
			p.lock(id, locked)
		case errors.Is(err, rules.ErrSignIn):
			p.say("station.sign-in.wrong")
		default:
			p.say("station.error.failed")
		}
	})
}

// lock says that no PIN of somebody is looked at, and until when.
func (p *signIn) lock(id rules.OperatorID, l *rules.LockedError) {
	p.machine, p.of = l.Machine, id
	if l.Wait == 0 {
		p.say("station.sign-in.locked")
		return
	}
	p.until = p.s.o.Now().Add(l.Wait)
	p.say("")
}

func (p *signIn) locked(now time.Time) bool {
	return now.Before(p.until) && (p.machine || p.chosen == p.of)
}

func (p *signIn) tick(now time.Time) {
	if now.Sub(p.s.looked) >= lookEvery {
		p.look()
	}
	switch {
	case p.until.IsZero():
	case now.Before(p.until):
		p.show()
	default:
		p.until = time.Time{}
		p.show()
	}
}

func (p *signIn) say(key string) {
	p.why = key
	if p.message != nil { // else the page is not there yet
		p.show()
	}
}

// show brings the buttons and the message up to date.
func (p *signIn) show() {
	for id, b := range p.choices {
		b.chosen(id == p.chosen)
	}
	words := ""
	now := p.s.o.Now()
	switch {
	case p.locked(now):
		key := "station.sign-in.wait"
		if p.machine {
			key = "station.sign-in.wait-machine"
		}
		left := int((p.until.Sub(now) + time.Second - 1) / time.Second)
		words = p.s.say.Say(key, "Time", strconv.Itoa(left/60)+":"+twoDigits(left%60))
	case p.why != "":
		words = p.s.say.Say(p.why)
	}
	p.message.SetText(strings.ReplaceAll(words, "\u200b", "\u200a"))
	if p.locked(now) || p.busy {
		p.enter.Disable()
	} else {
		p.enter.Enable()
	}
}

func twoDigits(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// zone warns of a zone that is not real.
func (s *Station) zone() fyne.CanvasObject {
	if s.o.Zone == visit.ZoneProduction {
		return container.NewWithoutLayout()
	}
	colours := NewTheme(s.dark).Colors
	ground := canvas.NewRectangle(colours.Banner)
	ground.CornerRadius = 6
	words := canvas.NewText(s.say.Say("zone."+string(s.o.Zone)), colours.OnBanner)
	words.TextSize, words.TextStyle.Bold = captionSize, true
	return container.NewCenter(container.NewStack(ground, container.New(layout.NewCustomPaddedLayout(4, 4, 12, 12), words)))
}

// inMiddle puts one object of at most that size into the middle.
type inMiddle struct{ most fyne.Size }

func (l *inMiddle) MinSize(objects []fyne.CanvasObject) fyne.Size { return objects[0].MinSize() }

func (l *inMiddle) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	is := objects[0].MinSize().Max(fyne.NewSize(min(size.Width, l.most.Width), min(size.Height, l.most.Height)))
	objects[0].Move(fyne.NewPos((size.Width-is.Width)/2, (size.Height-is.Height)/2))
	objects[0].Resize(is)
}

package station

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"authenkiosk/ui/draw"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// bigSize is that of a code, which is read out from a step away.
const bigSize = 44

// draw makes the widgets of a view: what is to be done above, what is known at the left, what
// is asked for at the right, and the keys below.
func (p *newVisit) draw(v view) fyne.CanvasObject {
	head := container.NewVBox()
	for _, b := range p.banners() {
		l := bold(wrapped(b.words))
		l.Importance = b.look
		head.Add(l)
	}
	t := title(strings.ReplaceAll(v.title, "\u200b", "\u200a"))
	t.Wrapping, t.Importance = fyne.TextWrapWord, v.look
	head.Add(t)
	for _, line := range v.lines {
		head.Add(wrapped(line))
	}
	if p.said != nil {
		head.Add(bold(wrapped(p.said.words())))
	}
	head.Add(widget.NewSeparator())
	sides := container.New(layout.NewGridLayoutWithColumns(2), container.NewVScroll(p.known(v)), container.New(layout.NewCustomPaddedLayout(0, 0, 8, 0), p.asked(v)))
	return container.NewBorder(head, p.keys(v), nil, nil, sides)
}

// shape tells views apart that need other widgets.
func (p *newVisit) shape(v view) string {
	var b strings.Builder
	fmt.Fprint(&b, p.s.say.Lang, p.s.dark, p.said.words(), p.banners(), v.title, v.look, v.lines, v.facts, v.big, v.under, v.qr, v.waits, v.picture, v.number != nil, p.ending())
	for _, c := range v.choices {
		fmt.Fprint(&b, "|", c.name, c.words, c.chosen)
	}
	for _, a := range v.acts {
		fmt.Fprint(&b, "|", a.key, a.name, a.off, a.confirms)
	}
	return b.String()
}

// drawNumber draws the number that is typed, with what the flow has not heard of yet behind it.
func (p *newVisit) drawNumber(begun string) {
	n := p.now.number
	if n == nil || p.digits == nil {
		return
	}
	digits := n.digits + p.sent
	keys := p.s.digits // of the flow's own, which hears of them later
	for _, r := range begun {
		if d, is := keys.Typed(r, digits == ""); is && n.more(digits) {
			digits += string(rune(d))
		}
	}
	if text := n.shown(digits); p.digits.Text != text {
		p.digits.Text = text
		p.digits.Refresh()
	}
	words, look := thin(n.says), widget.MediumImportance
	if n.wrong {
		look = widget.DangerImportance
	}
	if p.says.Text != words || p.says.Importance != look {
		p.says.Importance = look
		p.says.SetText(words)
	}
}

// banner is a line above all.
type banner struct {
	words string
	look  widget.Importance
}

// banners say what else is going on: an item that is to be completed, a card that waits.
func (p *newVisit) banners() (all []banner) {
	add := func(words string, look widget.Importance) { all = append(all, banner{words, look}) }
	nobody := p.m.Session.Person.PID.IsZero()
	switch item, second := p.m.Item, p.m.Second; {
	case p.m.Session.Method == visit.MethodLine && (item != "" || second.Of != ""):
		add(p.say("phone-no-item", "Number", cmp.Or(item, second.Of).Number()), widget.DangerImportance)
	case item != "" && (nobody || p.m.Completes() != ""):
		add(p.say("item", "Number", item.Number()), widget.HighImportance)
	case item != "":
		add(p.say("item-other", "Number", item.Number()), widget.DangerImportance)
	case second.Of != "" && (nobody || p.m.Another().Of != ""):
		add(p.say("second", "Number", second.Of.Number(), "Reason", p.s.say.Say("station.second."+second.Why)), widget.HighImportance)
	case second.Of != "":
		add(p.say("second-other", "Number", second.Of.Number()), widget.DangerImportance)
	}
	if !p.m.Waiting.IsZero() {
		add(p.say("waits"), widget.WarningImportance)
	}
	return all
}

// known are the facts, the name above them.
func (p *newVisit) known(v view) fyne.CanvasObject {
	list := container.NewVBox()
	form := container.New(&pairs{150})
	for _, f := range v.facts {
		if f.key == "name" {
			name := title(f.value)
			name.Wrapping = fyne.TextWrapWord
			list.Add(name)
			continue
		}
		form.Add(bold(label(p.s.say.Say("station.column." + f.key))))
		form.Add(wrapped(f.value))
	}
	list.Add(form)
	return list
}

// asked is what is to be typed, chosen or looked at.
func (p *newVisit) asked(v view) fyne.CanvasObject {
	list := container.NewVBox()
	if v.big != "" {
		list.Add(p.large(v.big))
		under := wrapped(v.under)
		under.Alignment = fyne.TextAlignCenter
		list.Add(under)
	}
	p.wait = nil
	if v.waits {
		p.wait = bold(wrapped(p.waited()))
		p.wait.Alignment = fyne.TextAlignCenter
		list.Add(p.wait)
	}
	if v.qr != "" {
		if code, err := draw.QRPicture(v.qr); err == nil { // else it is too long for a code, and doctor says so
			picture := canvas.NewImageFromImage(code)
			picture.ScaleMode, picture.FillMode = canvas.ImageScalePixels, canvas.ImageFillStretch
			return container.NewBorder(list, nil, nil, nil, container.New(&inModules{code.Bounds().Dx()}, picture))
		}
	}
	if p.digits = nil; v.number != nil {
		p.digits, p.says = p.large(""), bold(wrapped(""))
		p.says.Alignment = fyne.TextAlignCenter
		p.drawNumber(p.s.keys.begun())
		list.Add(p.digits)
		list.Add(container.New(&twoLines{}, p.says))
		list.Add(p.keypad())
	}
	for i, c := range v.choices {
		words := c.words
		if i < 9 {
			words = strconv.Itoa(i+1) + "  " + words
		}
		b := p.s.button(c.name, words, p.settled(c.do))
		b.Alignment = widget.ButtonAlignLeading
		b.chosen(c.chosen)
		list.Add(b)
	}
	if v.picture {
		return container.NewBorder(list, nil, nil, nil, p.picture)
	}
	return container.NewVScroll(container.New(layout.NewCustomPaddedLayout(0, 0, 0, besideBar), list))
}

// twoLines keeps room for words that may take a second line: what is below them must not move
// away under a finger that types.
type twoLines struct{}

// MinSize implements fyne.Layout.
func (l *twoLines) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return objects[0].MinSize().Max(fyne.NewSize(0, 2*rowHeight))
}

// Layout implements fyne.Layout.
func (l *twoLines) Layout(objects []fyne.CanvasObject, size fyne.Size) { objects[0].Resize(size) }

// inModules makes a QR code as large as there is room, of modules that are a whole number of
// pixels of the theme.
type inModules struct{ modules int }

// MinSize implements fyne.Layout: three pixels a module are read from an arm's length.
func (l *inModules) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSquareSize(float32(moduleSize * l.modules))
}

// Layout implements fyne.Layout.
func (l *inModules) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	side := float32(int(min(size.Width, size.Height)) / l.modules * l.modules)
	objects[0].Resize(fyne.NewSquareSize(side))
	objects[0].Move(fyne.NewPos(float32(int(size.Width-side)/2), float32(int(size.Height-side)/2)))
}

// large is a line in large type.
func (p *newVisit) large(words string) *canvas.Text {
	t := canvas.NewText(strings.ReplaceAll(words, "\u200b", ""), NewTheme(p.s.dark).Colors.Ink)
	t.TextSize, t.TextStyle.Bold, t.Alignment = bigSize, true, fyne.TextAlignCenter
	return t
}

// keypad is for fingers.
func (p *newVisit) keypad() fyne.CanvasObject {
	grid := container.New(layout.NewGridLayoutWithColumns(3))
	digit := func(d byte) { grid.Add(p.s.button("digit-"+string(d), string(d), p.send(flow.TapDigit{Digit: d}))) }
	for _, d := range []byte("123456789") {
		digit(d)
	}
	grid.Add(p.s.button("clear", p.s.say.Say("station.sign-in.clear"), p.send(flow.TapClear{})))
	digit('0')
	grid.Add(p.s.button("backspace", "⌫", p.send(flow.TapBackspace{})))
	return grid
}

// settled has a touch do nothing that comes right after the page has changed: it was meant for
// what stood there before.
func (p *newVisit) settled(do func()) func() {
	return func() {
		if p.stood() >= settle {
			do()
		}
	}
}

// keys are the buttons of what can be done, each with its key.
func (p *newVisit) keys(v view) fyne.CanvasObject {
	var row []fyne.CanvasObject
	for _, a := range v.acts {
		b := p.s.button(a.name, p.say("do."+a.name)+"  "+string(a.key), p.settled(a.do))
		if a.off {
			b.Disable()
		}
		if a.confirms {
			b.byHand = true
			row = append(row, wide(260, b.strong()))
			continue
		}
		row = append(row, b)
	}
	if end := p.ending(); end != "" {
		row = append(row, p.s.button("end", p.say(end)+"  Esc", func() {
			if p.ending() == end { // else a code has come that nobody has seen yet
				p.back()
			}
		}))
	}
	if len(row) == 0 {
		return container.NewVBox()
	}
	return container.NewVBox(widget.NewSeparator(), container.NewHBox(row...))
}

// ending is what Escape does; empty: nothing.
func (p *newVisit) ending() string {
	switch p.m.State {
	case flow.Welcome:
		if p.m.Item != "" || p.m.Second.Of != "" {
			return "esc.cancel"
		}
		return ""
	case flow.Sending:
		return ""
	case flow.Result, flow.Queued, flow.AlreadyHere, flow.AlreadyElsewhere, flow.NoRight, flow.Desk:
		return "esc.next"
	case flow.PhoneEntry:
		if !p.m.Session.Phone.IsZero() {
			return "esc.back"
		}
	case flow.ClaimTypeChoice:
		if _, back := p.m.BackFromClaimTypes(); back {
			return "esc.back"
		}
	}
	return "esc.cancel"
}

package station

import (
	"image"
	"image/draw"
	"reflect"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"authenkiosk/desk"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
	"authenkiosk/visit/flow"
)

// settle is how long no key counts after the page has changed: it was meant for what stood
// there before.
const settle = 300 * time.Millisecond

// overrun is how long a digit counts for nothing after the last one of a phone: it is one too
// many of that, typed by somebody who looks at a paper.
const overrun = time.Second

// newVisit is the page on which a visit is made. It shows what the flow says and tells it what
// a hand does: F9 alone confirms a visit, never Enter and never a scan.
type newVisit struct {
	s       *Station
	m       flow.Station
	told    bool      // the flow knows that the page is in front
	since   time.Time // what is asked for stands there
	led     bool      // the last digit of a phone has led there
	said    message   // what came of the last key
	nothing details   // no visit of a list is shown here

	now     view
	drawn   string // what of it is drawn, but for the number that is typed
	box     *fyne.Container
	sent    string        // digits that were typed, and that the flow has not shown yet
	digits  *canvas.Text  // of that number; nil: none is asked for
	says    *widget.Label // what is missing of it
	picture *canvas.Image // of the camera
	wait    *widget.Label // says how long the page waits for the patient; nil: it does not
}

func newNewVisit(s *Station) *newVisit {
	return &newVisit{s: s, nothing: details{s: s}, picture: &canvas.Image{FillMode: canvas.ImageFillContain, ScaleMode: canvas.ImageScaleFastest}}
}

func (p *newVisit) name() string  { return "new" }
func (p *newVisit) key() shortcut { return shortcut{key: fyne.KeyF3} }
func (p *newVisit) look()         {}

// badge says that a card or a patient waits.
func (p *newVisit) badge() int {
	if p.m.State != flow.Welcome || !p.m.Waiting.IsZero() {
		return 1
	}
	return 0
}

// busy reports whether a patient is there who is not done: what is typed for them must not be
// lost.
func (p *newVisit) busy() bool { return p.m.State != flow.Welcome && p.ending() != "esc.next" }

// first is nothing: whatever is typed on the page is heard, wherever the keyboard is.
func (p *newVisit) first() fyne.Focusable { return nil }

func (p *newVisit) forget() {
	p.said, p.box, p.wait, p.digits, p.now, p.drawn, p.sent = nil, nil, nil, nil, view{}, "", ""
}

// tick brings up to date how long the page waits.
func (p *newVisit) tick() {
	if p.wait != nil {
		say(p.wait, p.waited())
	}
}

func (p *newVisit) back() {
	p.s.keys.hand()
	switch p.ending() {
	case "":
	case "esc.back":
		p.s.o.Send(flow.TapBack{})
	case "esc.next":
		if p.stood() >= settle { // else nobody has read it
			p.s.o.Send(flow.TapClose{})
		}
	default:
		p.s.o.Send(flow.TapClose{})
	}
}

// show tells the flow whether the page is in front.
func (p *newVisit) show(is bool) {
	if p.told != is {
		p.told = is
		p.s.o.Send(flow.PageShown{Shown: is})
	}
	if !is {
		p.forget()
	}
}

// Visit shows how the visit at this desk stands. It must be called in the goroutine of the
// window.
func (s *Station) Visit(m flow.Station) {
	p := s.fresh
	before := p.m
	p.m = m
	if here := before.Session.Insertion == m.Session.Insertion; !here || before.State != m.State {
		p.said = nil
		p.since, p.led = s.o.Now(), here && before.State == flow.PhoneEntry
	}
	p.taken(before, m)
	if m.State != flow.PhotoAim && m.State != flow.PhotoReview || before.Session.Insertion != m.Session.Insertion {
		p.forgetPicture()
	}
	s.steady.Do(func() { s.showVisit(before, m) })
}

// showVisit draws what the visit has become.
func (s *Station) showVisit(before, m flow.Station) {
	p := s.fresh
	if s.page == nil {
		s.signIn.kept(before.State, m.State)
		return
	}
	if m.Waiting != before.Waiting && !m.Waiting.IsZero() && s.o.OnCard == visit.OnCardPage && !s.shown().working() && !s.typing() && s.may(rules.NewVisit) {
		s.open(p)
	}
	if reflect.DeepEqual(before, m) {
		return
	}
	s.frame.refresh()
	p.refresh()
}

// taken notes which of the digits that were typed the flow has taken.
func (p *newVisit) taken(before, m flow.Station) {
	was, is := before.Session.PhoneInput+before.Session.PIDInput, m.Session.PhoneInput+m.Session.PIDInput
	more, there := strings.CutPrefix(is, was)
	if !there || before.State != m.State || before.Session.Insertion != m.Session.Insertion {
		p.sent = ""
		return
	}
	if rest, next := strings.CutPrefix(p.sent, more); next {
		p.sent = rest
	} else {
		p.sent = ""
	}
}

// forgetPicture wipes the pixels of the camera.
func (p *newVisit) forgetPicture() {
	if pix, ok := p.picture.Image.(*image.RGBA); ok {
		clear(pix.Pix)
	}
	p.picture.Image = nil
}

// Frame shows the newest picture of the camera, of which it keeps a copy.
func (s *Station) Frame() {
	img, ok := s.o.Preview()
	p := s.fresh
	if !ok || img == nil || p.box == nil || p.m.State != flow.PhotoAim && p.m.State != flow.PhotoReview {
		return
	}
	to, same := p.picture.Image.(*image.RGBA)
	if !same || to.Rect.Size() != img.Bounds().Size() {
		to = image.NewRGBA(image.Rectangle{Max: img.Bounds().Size()})
		p.picture.Image = to
	}
	draw.Draw(to, to.Rect, img, img.Bounds().Min, draw.Src)
	p.picture.Refresh()
}

// begin opens the page for an item: by the patient's card, or by that of somebody who
// vouches.
func (p *newVisit) begin(i desk.Item, vouched bool) {
	p.s.open(p)
	p.s.o.Send(flow.TapItem{Item: i.ID, Of: i.PID})
	if vouched {
		p.s.o.Send(flow.TapMethod{Method: visit.MethodCertifier})
	}
}

// second opens the page for a second code of the person of a visit; there are the codes that NHSO
// has of them.
func (p *newVisit) second(i desk.Item, why rules.SecondReason, there []visit.Authentication) {
	second := flow.Second{Of: i.ID, Why: string(why), Claim: i.ClaimType.Code, Other: !why.SameService(), Besides: []visit.AuthenCode{i.Code}}
	for _, a := range there {
		if !slices.Contains(second.Besides, a.Code) {
			second.Besides = append(second.Besides, a.Code)
		}
	}
	p.s.open(p)
	p.s.o.Send(flow.TapSecond{Second: second, Of: i.PID})
}

func (p *newVisit) build() fyne.CanvasObject {
	p.box, p.drawn = container.NewStack(), ""
	p.refresh()
	return p.box
}

// refresh shows the model. The widgets stay while nothing but the number changes that is being
// typed: to make them anew for each digit keeps whoever types waiting.
func (p *newVisit) refresh() {
	if p.box == nil {
		return
	}
	at := p.s.focusedName()
	p.now = p.view()
	drawn := p.shape(p.now)
	if drawn == p.drawn {
		p.drawNumber(p.s.keys.begun())
		return
	}
	p.drawn = drawn
	p.box.Objects = []fyne.CanvasObject{p.draw(p.now)}
	p.box.Refresh()
	if w := p.s.window; w != nil && at != "" && p.s.page == page(p) && !p.s.focusName(at) {
		w.Canvas().Unfocus()
	}
}

// commands are the keys that mean something here. Any other may be a letter's, of which Fyne
// tells before the letter: what a scanner reads must not end there.
var commands = []fyne.KeyName{fyne.KeyBackspace, fyne.KeyDelete, fyne.KeyF5, fyne.KeyF6, fyne.KeyF7, fyne.KeyF8, fyne.KeyF9}

// typed does what a key means now.
func (p *newVisit) typed(key fyne.KeyName) bool {
	if !slices.Contains(commands, key) {
		return false
	}
	hand := p.s.keys.hand()
	switch key {
	case fyne.KeyBackspace:
		p.s.o.Send(flow.TapBackspace{})
		return true
	case fyne.KeyDelete:
		p.s.o.Send(flow.TapClear{})
		return true
	}
	if key == fyne.KeyF9 && hand && p.m.State == flow.PhoneEntry {
		p.s.o.Send(flow.TapConfirm{}) // behind the last digit, which is still on its way to the flow
		return true
	}
	for _, a := range p.now.acts {
		if a.key != key {
			continue
		}
		if hand && !a.off && (p.stood() >= settle || a.confirms && p.led) { // F9 follows the last digit of a phone
			a.do()
		}
		return true
	}
	return key == fyne.KeyF9 // it confirms here, or nothing
}

// stood is how long what is asked for stands there.
func (p *newVisit) stood() time.Duration { return p.s.o.Now().Sub(p.since) }

// meant is how long it must have stood there for a digit to be a choice.
func (p *newVisit) meant() time.Duration {
	if p.led {
		return overrun
	}
	return settle
}

// hand takes what a hand has typed: digits of the number that is asked for, or of a choice.
func (p *newVisit) hand(run string) {
	for _, r := range run {
		d, ok := p.s.digits.Typed(r, p.now.number != nil && p.now.number.digits+p.sent == "")
		switch {
		case !ok:
		case p.now.number != nil:
			if n := p.now.number; n.more(n.digits + p.sent) {
				p.sent += string(rune(d))
			}
			p.s.o.Send(flow.TapDigit{Digit: d})
		case d != '0' && int(d-'1') < len(p.now.choices) && p.stood() >= p.meant():
			p.now.choices[d-'1'].do()
			return
		}
	}
}

// scan takes the number of a patient where it is asked for. Any other scan would lead away
// from whoever is there.
func (p *newVisit) scan(text string) bool {
	if !p.busy() {
		return false
	}
	if p.m.State == flow.PIDEntry && len(strings.Trim(text, "0123456789")) == 0 && len(text) == 13 {
		p.s.o.Send(flow.TapClear{})
		p.hand(text)
		return true
	}
	p.said = p.s.message("station.new.scanned")
	p.refresh()
	return true
}

// send is what a key or a button tells the flow, behind what was typed before it.
func (p *newVisit) send(events ...flow.Event) func() {
	return func() {
		p.s.keys.hand()
		for _, e := range events {
			p.s.o.Send(e)
		}
	}
}

func (p *newVisit) copyCode(code visit.AuthenCode) func() {
	return func() {
		p.s.o.Copy(string(code))
		p.said = p.s.message("station.said.code-copied")
		p.refresh()
	}
}

// changeOperator lets a colleague sign in who goes on with what is half typed.
func (s *Station) changeOperator() {
	s.keys.hand()
	s.o.Send(flow.OperatorChanges{})
	s.signOut("station.sign-in.kept")
}

package station

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"authenkiosk/desk"
	"authenkiosk/ui/draw"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
	"authenkiosk/visit/flow"
)

// lookEvery is how often lists are brought up to date, that of who may sign in as well.
const lookEvery = 5 * time.Second

// lookPause is how long lists stay at least, however much changes at other machines.
const lookPause = time.Second

// clipboardFor is how long the number of a person stays in the clipboard: time to go to a
// page of NHSO and paste it.
const clipboardFor = time.Minute

// Station is the screen of the front desk. All of it belongs to the goroutine of the
// window.
type Station struct {
	o      Options
	say    draw.Speaker
	dark   bool
	window fyne.Window
	root   *fyne.Container
	keys   *keyboard
	held   draw.Held
	steady draw.Steady // what was not done by a hand is drawn when no finger is on a button

	who    rules.Operator
	token  string    // empty: nobody is signed in
	turn   uint64    // grows when somebody signs in or out: what was asked for before comes too late
	used   time.Time // when a hand was last at the station
	looked time.Time // when lists were last brought up to date
	behind bool      // something has changed since, elsewhere
	owners []*owner  // of visits; this machine is the first
	nhso   visit.DeviceState
	card   visit.PID // whose card is in the reader; zero: nobody's
	copied string    // the number of a person that was copied; empty: none is in the clipboard by us
	digits draw.Digits

	signIn  signIn
	frame   frame
	letters letters
	today   *today
	fresh   *newVisit
	work    *work
	counts  *numbers
	stands  *devices
	counter *counter
	staff   *operators
	set     *settings
	pages   []page
	page    page // nil: nobody is signed in
}

// page is one of the pages of somebody who is signed in.
type page interface {
	name() string
	key() shortcut
	typed(fyne.KeyName) bool // does what a key means on this page alone
	badge() int
	build() fyne.CanvasObject // makes its widgets anew, of what it knows
	first() fyne.Focusable    // where the keyboard begins
	look()                    // brings it up to date
	back()                    // what Escape does
	forget()                  // nobody is signed in any more
}

// New returns a station at which nobody is signed in.
func New(o Options) (*Station, error) {
	words, err := draw.LoadWords()
	if err != nil {
		return nil, err
	}
	s := &Station{o: o, owners: ownersOf(o), say: draw.Speaker{Words: words, Lang: o.Languages[0]}, root: container.NewStack()}
	s.steady.Later = o.Later
	s.o.Beside = func(work func(context.Context), then func()) {
		o.Beside(work, func() { s.steady.Do(then) })
	}
	s.keys = &keyboard{now: o.Now, later: o.Later, scanned: s.scanned, typed: s.typedByHand, echo: s.echo}
	s.signIn.s, s.frame.s, s.letters.s = s, s, s
	s.today, s.fresh, s.work, s.counts, s.counter = newToday(s), newNewVisit(s), newWork(s), newNumbers(s), newCounter(s)
	s.stands = newDevices(s)
	s.staff = &operators{s: s, role: rules.Staff}
	s.pages = []page{s.today, s.fresh, s.work, s.counter, s.counts, s.stands, s.staff}
	if o.Settings != nil {
		s.set = &settings{s: s}
		s.pages = append(s.pages, s.set)
	}
	s.signIn.look()
	s.build()
	return s, nil
}

// Content is what the window shows.
func (s *Station) Content() fyne.CanvasObject { return s.root }

// Attach has the window's keyboard work for the station. The content is set by the caller.
func (s *Station) Attach(w fyne.Window) {
	s.window = w
	s.listen(w)
	s.held.Listen(w)
	w.Canvas().SetOnTypedRune(s.typedRune)
	w.Canvas().SetOnTypedKey(func(e *fyne.KeyEvent) {
		switch {
		case s.held.Again(e.Name), s.typedKey(e):
		case e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter:
			if s.keys.enter() {
				s.entered()
			}
		}
	})
	s.focus()
}

// entered does what Enter means where the keyboard is nowhere, as after a touch: what the button
// does that names it.
func (s *Station) entered() {
	switch {
	case s.page == nil:
		s.signIn.submit()
	case s.set != nil && s.page == page(s.set) && s.set.screen != nil:
		s.touched()
		s.set.screen.Enter()
	}
}

// typedRune takes a letter that is typed where there is no field. Where somebody is to sign
// in it can only be meant for the PIN.
func (s *Station) typedRune(r rune) {
	if s.page == nil && s.signIn.typed(r) {
		return
	}
	s.keys.letter(r, nil)
}

// ScreenName tells what is shown, for the local status and tests.
func (s *Station) ScreenName() string {
	if s.page == nil {
		return "sign-in"
	}
	return s.page.name()
}

// build shows what is to be shown in new widgets.
func (s *Station) build() {
	s.fresh.show(s.page == page(s.fresh))
	if s.set != nil && s.page != page(s.set) {
		s.set.forget()
	}
	if s.page != page(s.staff) {
		s.staff.forget()
	}
	if s.page == nil {
		s.root.Objects = []fyne.CanvasObject{s.signIn.build()}
	} else {
		s.root.Objects = []fyne.CanvasObject{s.frame.build(s.page.build())}
	}
	s.root.Refresh()
	s.o.Shows(s.ScreenName())
	s.focus()
}

// focus puts the keyboard where the page begins. It does not touch other windows.
func (s *Station) focus() {
	if s.window == nil {
		return
	}
	at := s.signIn.first()
	if s.page != nil {
		at = s.page.first()
	}
	if at == nil {
		s.window.Canvas().Unfocus()
		return
	}
	s.window.Canvas().Focus(at)
}

// typedKey does what a key means on every page, and reports whether it means anything.
func (s *Station) typedKey(e *fyne.KeyEvent) bool {
	switch {
	case e.Name == fyne.KeyF10:
		s.touched()
		s.nextLanguage()
	case e.Name == fyne.KeyF11:
		s.touched()
		s.turnColours()
	case s.page == nil:
		return false
	case e.Name == fyne.KeyF12:
		s.leave()
	default:
		s.touched()
		return s.typedOnPage(e.Name)
	}
	return true
}

func (s *Station) typedOnPage(key fyne.KeyName) bool {
	if s.page.typed(key) {
		return true
	}
	switch key {
	case fyne.KeyF5:
		if p, is := s.page.(interface{ fresh() }); is {
			p.fresh()
		}
		s.lookAtAll()
		return true
	case fyne.KeyEscape:
		s.page.back()
		return true
	case fyne.KeyF9:
		s.showCard()
		return true
	}
	return s.turnTo(shortcut{key: key}) || s.shown().typed(key)
}

// offers reports whether the role of whoever is signed in has that page.
func (s *Station) offers(p page) bool {
	switch p {
	case page(s.fresh):
		return s.may(rules.NewVisit)
	case page(s.counter):
		return s.may(rules.CheckRight) || s.may(rules.OpenItem)
	case page(s.staff):
		return s.may(rules.SetOperators)
	case page(s.set):
		return s.may(rules.SetMachine)
	}
	return true
}

// open turns to a page.
func (s *Station) open(p page) {
	s.page = p
	s.build()
	p.look()
}

func (s *Station) nextLanguage() {
	i := slices.Index(s.o.Languages, s.say.Lang)
	s.say.Lang = s.o.Languages[(i+1)%len(s.o.Languages)]
	s.build()
}

func (s *Station) turnColours() {
	s.dark = !s.dark
	fyne.CurrentApp().Settings().SetTheme(NewTheme(s.dark))
	s.build()
}

// touched notes that a hand is at the station.
func (s *Station) touched() { s.used = s.o.Now() }

// Tick is to be called a few times a second.
func (s *Station) Tick(now time.Time) {
	switch {
	case s.page == nil:
		s.signIn.tick(now)
	case now.Sub(s.used) >= s.o.Idle:
		s.signOut("station.sign-in.idle")
	case now.Sub(s.looked) >= lookEvery, s.behind && now.Sub(s.looked) >= lookPause:
		s.lookAtAll()
	}
	s.fresh.tick()
}

// may reports whether the role of whoever is signed in allows it.
func (s *Station) may(a rules.Action) bool { return rules.Allowed(s.who.Role, a) }

// signedIn begins the work of an operator.
func (s *Station) signedIn(token string, o rules.Operator) {
	s.turn++
	s.token, s.who = token, o
	for _, at := range s.owners {
		at.asOf, at.away = time.Time{}, nil
	}
	s.touched()
	s.page = s.today
	if s.fresh.busy() && s.may(rules.NewVisit) {
		s.page = s.fresh // a colleague has left a visit half typed
	}
	s.build()
	s.lookAtAll()
}

// leave is when the operator signs out. What is half typed of a visit is out of sight at once and
// waits as for a colleague: to ask would leave the patient on the screen of whoever has pressed the
// key and gone, and to drop it would have the patient say everything again. What is being sent goes
// on by itself.
func (s *Station) leave() {
	s.keys.hand() // the last digit is of the visit
	if s.fresh.busy() && s.fresh.m.State != flow.Sending {
		s.changeOperator()
		return
	}
	s.signOut("")
}

// signOut ends it, and says why if it was not the operator who did.
func (s *Station) signOut(why string) {
	s.keys.hand()
	token := s.token
	s.turn++
	s.token, s.who, s.page = "", rules.Operator{}, nil
	for _, p := range s.pages {
		p.forget()
	}
	s.uncopy(s.copied) // it is in the audit for whoever leaves, not for whoever comes
	s.o.Door.SignOut(token)
	s.signIn.begin(why)
	s.build()
	s.signIn.look()
}

// scanned hears what a scanner has read. It finds, or stays in the field for a code, and
// confirms nothing. A PIN stays as well: at a machine that stands still now and then it
// could not be typed else.
func (s *Station) scanned(text string, undo func()) {
	if s.page == nil || s.page == page(s.staff) || s.set != nil && s.page == page(s.set) { // what is typed there would be lost with its page
		return
	}
	s.touched()
	text = strings.TrimSpace(draw.FromThaiKeys(text))
	if s.shown().scan(text, undo) || s.page == page(s.counter) && s.counter.scan(text, undo) {
		return
	}
	undo()
	if s.page != page(s.fresh) || !s.fresh.scan(text) {
		s.find(text)
	}
}

// typedByHand hears what a hand has typed, wherever the keyboard was.
func (s *Station) typedByHand(text string) {
	if s.page == page(s.fresh) {
		s.touched()
		s.fresh.hand(text)
	}
}

// echo draws at once what is being typed, where digits are asked for. The flow hears of them when
// it is known that they are a hand's: a scan types none.
func (s *Station) echo(text string) {
	if s.page == page(s.fresh) {
		s.fresh.drawNumber(text)
	}
}

// Devices brings the lights up to date.
func (s *Station) Devices(d visit.Devices) {
	s.nhso = d.NHSO
	if s.page != nil {
		s.steady.Do(s.frame.refresh)
	}
}

// words says why a call was refused.
func (s *Station) words(err error) string {
	var refused *desk.Error
	if !errors.As(err, &refused) {
		return s.say.Say("station.error.failed")
	}
	if refused.Code == desk.Held && refused.By != "" {
		return s.say.Say("station.error.held-by", "Who", refused.By, "Time", s.clock(refused.Since))
	}
	return s.say.Say("station.error." + string(refused.Code))
}

// copyForAWhile copies a number, which is not to stay where every program can read it.
func (s *Station) copyForAWhile(text string) {
	s.o.Copy(text)
	s.copied = text
	s.o.Later(clipboardFor, func() { s.uncopy(text) })
}

// uncopy takes a number out of the clipboard, unless something else is there by now.
func (s *Station) uncopy(text string) {
	if s.copied == text {
		s.copied = ""
	}
	if text != "" && s.o.Copied() == text {
		s.o.Copy("")
	}
}

// Close hears that the window goes. What was copied would outlive it.
func (s *Station) Close() { s.uncopy(s.copied) }

// Leave gives the keyboard of the window back, and knows nobody any more: what cannot be seen is
// not worked by keys.
func (s *Station) Leave() {
	s.uncopy(s.copied)
	s.turn++
	s.token, s.who, s.page = "", rules.Operator{}, nil
	for _, p := range s.pages {
		p.forget()
	}
	c := s.window.Canvas()
	c.Unfocus()
	c.SetOnTypedRune(nil)
	c.SetOnTypedKey(nil)
	s.window = nil
}

// clock is the time of day in Thailand.
func (s *Station) clock(at time.Time) string { return at.In(visit.Bangkok).Format("15:04") }

// day is a date as people write it: in Thai with the year of the Buddhist era.
func (s *Station) day(d visit.Date) string {
	year := d.Year
	if s.say.Lang == "th" {
		year += visit.BuddhistEraOffset
	}
	return s.say.Say("date", "Day", d.Day, "Month", s.say.Say(monthKey(d)), "Year", year)
}

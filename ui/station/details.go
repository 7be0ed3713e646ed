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

	"authenkiosk/desk"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

// detailsWidth is that of the pane beside the rows.
const detailsWidth = 460

// besideBar is what the bar of a scroll takes: nothing that is touched lies beneath it.
const besideBar = 24

// details is one visit, with what became of it and what can be done.
type details struct {
	s       *Station
	closed  func()           // hears that nothing is shown any more
	changed func(moved bool) // hears that there is something to show; moved: the visit stands elsewhere

	at     *owner   // the machine that has it
	id     visit.ID // empty: none
	of     desk.Details
	known  bool        // of is that of id
	unread message     // why it could not be read last; nil: it could
	person desk.Person // zero: not shown
	code   string      // is being typed
	choice *choice     // a reason is being chosen; nil: none
	busy   bool        // something is being done
	said   message     // what came of it
	bad    bool        // it was not done
	box    *fyne.Container
	names  []string // of the widgets in it
	scroll *container.Scroll
	focus  string         // the widget at which the keyboard is, here or elsewhere
	start  fyne.Focusable // what Enter in the list goes to
}

// open shows a visit.
func (d *details) open(at *owner, id visit.ID) {
	if d.id == id {
		return
	}
	*d = details{s: d.s, closed: d.closed, changed: d.changed, box: d.box, at: at, id: id}
	d.build()
	d.changed(false)
	d.look()
}

// enter brings the keyboard to what can be done.
func (d *details) enter() {
	if d.start != nil && d.s.window != nil {
		d.s.window.Canvas().Focus(d.start)
	}
}

func (d *details) leave() { *d = details{s: d.s, closed: d.closed, changed: d.changed} }

// back undoes one step.
func (d *details) back() {
	if d.choice != nil {
		d.choice = nil
		d.build()
		return
	}
	d.leave()
	d.closed()
}

// look brings it up to date.
func (d *details) look() {
	id := d.id
	if id == "" {
		return
	}
	var of desk.Details
	d.s.ask(d.at, func(ctx context.Context, dk desk.Desk, o desk.Operator) (err error) {
		of, err = dk.Visit(ctx, o, id)
		return err
	}, func(err error) {
		if d.id != id {
			return
		}
		before := d.unread.words()
		if d.unread = nil; err != nil {
			d.unread = d.s.refusal(err)
		}
		changed := err == nil && (!d.known || !reflect.DeepEqual(of, d.of))
		if changed {
			d.of, d.known = of, true
		}
		if changed || d.unread.words() != before {
			d.build()
		}
	})
}

func (d *details) say(what message, bad bool) {
	d.said, d.bad = what, bad
	d.build()
}

// pane is where it is shown.
func (d *details) pane() fyne.CanvasObject {
	d.box = container.NewStack()
	d.build()
	return d.box
}

// build makes the widgets anew, and leaves the keyboard where it was.
func (d *details) build() {
	if d.box == nil || d.id == "" {
		return
	}
	if at := d.s.focusedName(); at != "" { // nothing has the keyboard while every button here is disabled
		d.focus = at
	}
	inside := slices.Contains(d.names, d.focus)
	d.start = nil
	list := container.NewVBox()
	switch {
	case d.unread != nil:
		list.Add(toldOf(d.unread, true))
	case !d.known:
		list.Add(label(d.s.say.Say("station.doing")))
	}
	if d.known {
		d.head(list)
		if d.said != nil {
			list.Add(toldOf(d.said, d.bad))
		}
		d.actions(list)
		d.facts(list)
		d.history(list)
	}
	d.box.Objects = []fyne.CanvasObject{container.NewBorder(
		container.NewBorder(nil, nil, title(d.id.Number()), d.s.button("close-details", d.s.say.Say("button.close")+"  Esc", d.s.page.back)), nil, nil, nil,
		d.scrolled(container.New(layout.NewCustomPaddedLayout(0, 0, 0, besideBar), list)))}
	d.box.Refresh()
	if inside && !d.busy && !d.s.focusName(d.focus) {
		d.enter() // the button that was pressed is gone: what comes next takes its place
	}
	d.names = nil
	each(list, func(o fyne.CanvasObject) {
		if n, ok := o.(named); ok {
			d.names = append(d.names, n.Name())
		}
	})
}

// toldOf is a line that says what came of something; bad: it did not succeed.
func toldOf(what message, bad bool) *widget.Label {
	l := bold(wrapped(what.words()))
	l.Importance = widget.SuccessImportance
	if bad {
		l.Importance = widget.DangerImportance
	}
	return l
}

// scrolled lets the content be scrolled, from where it was.
func (d *details) scrolled(content fyne.CanvasObject) fyne.CanvasObject {
	scroll := container.NewVScroll(content)
	if d.scroll != nil {
		scroll.Offset = d.scroll.Offset
	}
	d.scroll = scroll
	return scroll
}

// reveal brings what the keyboard has come to into sight.
func (d *details) reveal(name string, o fyne.CanvasObject) {
	if d.scroll != nil && slices.Contains(d.names, name) {
		scrollTo(d.scroll, o)
	}
}

// scrollTo brings something into sight.
func scrollTo(scroll *container.Scroll, o fyne.CanvasObject) {
	driver := fyne.CurrentApp().Driver()
	top := driver.AbsolutePositionForObject(o).Y - driver.AbsolutePositionForObject(scroll).Y
	below := top + o.Size().Height - scroll.Size().Height
	switch offset := scroll.Offset; {
	case top < 0:
		scroll.ScrollToOffset(offset.AddXY(0, top))
	case below > 0:
		scroll.ScrollToOffset(offset.AddXY(0, below))
	}
}

// add puts a button into the list; the first is where Enter goes.
func (d *details) add(list *fyne.Container, b *button) *button {
	list.Add(b)
	return d.live(b)
}

// live has the button work unless something is being done.
func (d *details) live(b *button) *button {
	if d.busy {
		b.Disable()
	}
	if d.start == nil {
		d.start = b
	}
	return b
}

// head says what happened and until when it can be solved.
func (d *details) head(list *fyne.Container) {
	s, i := d.s, d.of.Item
	if i.Kind.Open() {
		l := wrapped(s.say.Say("station.kind." + string(i.Kind)))
		l.TextStyle.Bold, l.Importance = true, s.colourOf(i)
		list.Add(l)
		var more []string
		if i.Problem != visit.NoProblem {
			more = append(more, s.say.Say(problemKey(s.say, i.Problem)))
		}
		if until := s.until(i); until != "" {
			more = append(more, s.say.Say("station.until", "Until", until))
		}
		if i.HeldBy != "" {
			more = append(more, s.say.Say("station.held-by", "Who", i.HeldBy, "Time", s.clock(i.HeldSince)))
		}
		list.Add(wrapped(strings.Join(more, "\n")))
		return
	}
	words, look := s.state(row{&i, d.at})
	l := bold(wrapped(words))
	l.Importance = look
	list.Add(l)
	if i.Closed != "" {
		list.Add(wrapped(s.say.Say("station.closed-because", "Reason", s.say.Say("station.reason."+string(i.Closed)))))
	}
	if i.SecondOf != "" {
		list.Add(wrapped(s.say.Say("station.second-of", "Number", i.SecondOf.Number(), "Reason", s.say.Say("station.second."+string(i.Second)))))
	}
	if i.Void != "" {
		l := wrapped(s.say.Say("station.void-because", "Reason", s.say.Say("station.void."+string(i.Void)), "Who", i.VoidBy))
		l.Importance = widget.DangerImportance
		list.Add(l)
	}
}

// facts are what is known of the visit, masked unless somebody has asked for more.
func (d *details) facts(list *fyne.Container) {
	s, i := d.s, d.of.Item
	name, pid, phone := i.Name, i.PID, i.Phone
	hn := ""
	if !d.person.PID.IsZero() {
		name, pid, phone, hn = d.person.Name.Full(), grouped(d.person.PID), d.person.Phone.Digits(), d.person.HN.Text()
	}
	form := container.New(&pairs{150})
	for _, f := range []struct{ key, value string }{
		{"code", string(i.Code)},
		{"name", name},
		{"pid", pid},
		{"hn", hn},
		{"phone", phone},
		{"claim", s.claim(i.ClaimType)},
		{"method", s.method(i.Method)},
		{"date", s.day(i.Day) + " " + s.clock(i.Saved)},
		{"certifier", d.person.Certifier.Full()},
		{"message", d.person.Message},
	} {
		if f.value == "" {
			continue
		}
		form.Add(bold(label(s.say.Say("station.column." + f.key))))
		form.Add(wrapped(f.value))
	}
	list.Add(widget.NewSeparator())
	list.Add(form)
	if d.person.PID.IsZero() && d.may(rules.ShowVisit) {
		d.add(list, s.button("show-person", s.say.Say("station.show-person")+"  F8", d.showPerson))
	}
}

// history is what became of it.
func (d *details) history(list *fyne.Container) {
	list.Add(widget.NewSeparator())
	list.Add(bold(label(d.s.say.Say("station.history"))))
	var lines []string
	for _, e := range d.of.History {
		words := []string{d.s.clock(e.At), d.s.event(e.What)}
		if result := d.s.event(e.Result); result != e.Result { // the others are of the program, and in the audit
			words = append(words, result)
		}
		if strings.Contains(e.Who, "/") {
			words = append(words, e.Who)
		}
		lines = append(lines, strings.Join(words, " · "))
	}
	list.Add(wrapped(strings.Join(lines, "\n")))
}

// event words what the audit calls by a name of its own, which may be that of a reason.
func (s *Station) event(name string) string {
	for _, list := range []string{"station.event.", "station.second.", "station.void.", "station.reason.", "station.open."} {
		if s.say.Knows(list + name) {
			return s.say.Say(list + name)
		}
	}
	return name
}

// method is how a person has shown who they are; empty: nobody has yet, as of an item with an
// HN alone.
func (s *Station) method(m visit.Method) string {
	if m == "" {
		return ""
	}
	return s.say.Say("station.method." + string(m))
}

// showPerson shows who it is. It is in the audit.
func (d *details) showPerson() {
	d.tellWho(rules.ShowVisit, func(p desk.Person) {
		d.person = p
		d.say(nil, false)
	})
}

// errNotTold says that a desk has not told of whom it was asked.
var errNotTold = errors.New("the desk does not tell of the one it was asked for")

// tellWho asks who it is. A desk that tells of nobody, or of somebody else, has failed.
func (d *details) tellWho(why rules.Action, then func(desk.Person)) {
	id := d.id
	var found []desk.Person
	d.do(func(ctx context.Context, dk desk.Desk, o desk.Operator) (err error) {
		found, err = dk.Reveal(ctx, o, why, id)
		if err == nil && (len(found) != 1 || found[0].ID != id) {
			err = errNotTold
		}
		return err
	}, func() { then(found[0]) })
}

// do has something done once, and says why it was not.
func (d *details) do(call func(context.Context, desk.Desk, desk.Operator) error, then func()) {
	if d.busy || d.id == "" {
		return
	}
	id := d.id
	d.busy = true
	d.say(d.s.message("station.doing"), false)
	d.s.ask(d.at, call, func(err error) {
		if d.id != id {
			return // another one is shown by now
		}
		d.busy = false
		if err != nil {
			d.say(d.s.refusal(err), true)
			d.look()
			return
		}
		d.said = nil
		then()
	})
}

// grouped is a number as it stands on a card.
func grouped(p visit.PID) string {
	n := p.Digits()
	if len(n) != 13 {
		return n
	}
	return n[:1] + "-" + n[1:5] + "-" + n[5:10] + "-" + n[10:12] + "-" + n[12:]
}

// pairs puts names and values beside each other.
type pairs struct{ width float32 }

func (l *pairs) MinSize(objects []fyne.CanvasObject) fyne.Size {
	high := float32(0)
	for i := 0; i+1 < len(objects); i += 2 {
		high += max(objects[i].MinSize().Height, objects[i+1].MinSize().Height)
	}
	return fyne.NewSize(l.width*2, high)
}

func (l *pairs) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	y := float32(0)
	for i := 0; i+1 < len(objects); i += 2 {
		objects[i].Move(fyne.NewPos(0, y))
		objects[i].Resize(fyne.NewSize(l.width, objects[i].MinSize().Height))
		objects[i+1].Resize(fyne.NewSize(size.Width-l.width, objects[i+1].MinSize().Height))
		objects[i+1].Move(fyne.NewPos(l.width, y))
		high := max(objects[i].MinSize().Height, objects[i+1].MinSize().Height)
		y += high
	}
}

package station

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

// Card hears whose card is in the reader, or nobody's. It never raises the window nor takes
// the focus: somebody may be typing in another program.
func (s *Station) Card(holder visit.PID) {
	s.card = holder
	s.counter.card(holder)
	if s.page == nil {
		s.signIn.card(holder)
		return
	}
	s.steady.Do(func() {
		if s.page == page(s.counter) {
			s.counter.show()
		}
		s.frame.refresh()
	})
}

// showCard lists the visits of whoever's card is in the reader.
func (s *Station) showCard() {
	if s.card.IsZero() || !s.may(rules.ShowNames) {
		return
	}
	holder := s.card
	s.page = s.today
	s.build()
	s.today.holder(holder)
}

// working reports whether something of a visit is half done: a card does not throw it away.
func (d *details) working() bool { return d.busy || d.choice != nil || d.code != "" }

// typingFor is how long somebody is taken to type behind a letter.
const typingFor = 2 * time.Second

// typing reports whether somebody types in a field: a card turns to no other page under their
// hands, where the next digit would mean something else.
func (s *Station) typing() bool {
	if s.window == nil || s.o.Now().Sub(s.keys.last) >= typingFor {
		return false
	}
	field, is := s.window.Canvas().Focused().(*entry)
	return is && field.Text != ""
}

// cardNotice is the line that offers the visits of a card.
func (s *Station) cardNotice() fyne.CanvasObject {
	words := bold(label(s.say.Say("station.card-notice")))
	words.Importance = widget.HighImportance
	row := container.NewHBox(words, layout.NewSpacer())
	if s.offers(s.fresh) {
		row.Add(s.button("serve-card", s.say.Say("station.page.new")+"  F3", func() { s.open(s.fresh) }))
	}
	row.Add(s.button("show-card", s.say.Say("station.show-card")+"  F9", s.showCard))
	return row
}

// card chooses whom a card names, unless somebody types a PIN: it would count as a wrong one of
// theirs. Their PIN proves it.
func (p *signIn) card(holder visit.PID) {
	if holder.IsZero() || p.busy {
		return
	}
	turn := p.s.turn
	var o rules.Operator
	var err error
	p.s.o.Beside(func(context.Context) { o, err = p.s.o.Door.OfCard(holder) }, func() {
		if p.pin.Text != "" || p.busy || err != nil || turn != p.s.turn || p.s.page != nil || p.choices[o.ID] == nil {
			return
		}
		p.chosen = o.ID
		p.say("station.sign-in.card")
		if p.s.window != nil {
			p.s.window.Canvas().Focus(p.pin)
		}
	})
}

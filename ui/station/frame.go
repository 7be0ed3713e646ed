package station

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"authenkiosk/desk"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

// frame is what stands around every page: the way to the others, and the status line.
type frame struct {
	s      *Station
	status *widget.Label
	who    *widget.Label
	notice *fyne.Container
	said   string             // what notice shows
	turn   map[string]*button // to a page, by its name
	rail   *fyne.Container
	change *button // lets a colleague go on with a visit that is half typed
}

func (f *frame) build(inside fyne.CanvasObject) fyne.CanvasObject {
	s := f.s
	f.turn = map[string]*button{}
	rail := container.NewVBox()
	f.rail = rail
	for _, p := range s.pages {
		if !s.offers(p) {
			continue
		}
		b := s.button("page-"+p.name(), "", func() { s.goTo(p) })
		b.Alignment = widget.ButtonAlignLeading
		f.turn[p.name()] = b
		rail.Add(b)
	}
	rail.Add(layout.NewSpacer())
	f.change = s.button("change-operator", s.say.Say("station.change-operator")+"  "+keyOfChange.String(), s.changeOperator)
	f.change.Alignment = widget.ButtonAlignLeading
	rail.Add(f.change)
	keys, letters := s.letters.build(inside)
	if letters != nil {
		letters.Alignment = widget.ButtonAlignLeading
		rail.Add(letters)
	}
	for _, b := range []*button{
		s.button("language", s.say.Say("station.language")+"  F10", s.nextLanguage),
		s.button("colours", s.say.Say("station.colours")+"  F11", s.turnColours),
		s.button("sign-out", s.say.Say("station.sign-out")+"  F12", s.leave),
	} {
		b.Alignment = widget.ButtonAlignLeading
		rail.Add(b)
	}
	f.status, f.who = label(""), bold(label(""))
	f.status.Truncation = fyne.TextTruncateEllipsis
	f.notice, f.said = container.NewVBox(), ""
	top := container.NewVBox(
		container.NewBorder(nil, nil, bold(label(s.o.Unit)), container.NewHBox(s.zone(), f.who), f.status),
		widget.NewSeparator())
	f.refresh()
	// The lines come and go with cards and calls: the way to the other pages stays where it is.
	return container.NewPadded(container.NewBorder(top, nil, wide(190, rail), nil, container.New(layout.NewCustomPaddedLayout(0, 0, 8, 0), container.NewBorder(f.notice, keys, nil, nil, inside))))
}

// refresh brings the words of the frame up to date.
func (f *frame) refresh() {
	s := f.s
	if f.status == nil || s.page == nil { // nobody is signed in any more
		return
	}
	for _, p := range s.pages {
		b := f.turn[p.name()]
		if b == nil {
			continue // it is not for whoever is signed in
		}
		words := s.say.Say("station.page."+p.name()) + "  " + p.key().String()
		if n := p.badge(); n > 0 {
			words += "  (" + strconv.Itoa(n) + ")"
		}
		if b.Text != words {
			b.SetText(words)
		}
		b.chosen(p == s.page)
	}
	if hidden := !s.fresh.busy(); f.change.Hidden != hidden {
		f.change.Hidden = hidden
		f.rail.Refresh()
	}
	f.notices()
	parts := []string{s.o.HCode, s.say.Say("light.nhso") + " " + s.say.Say("device."+s.nhsoState())}
	switch {
	case s.here().asOf.IsZero():
	case s.here().away != nil:
		parts = append(parts, s.say.Say("station.stale", "Time", s.clock(s.here().asOf)))
	default:
		parts = append(parts, s.say.Say("station.as-of", "Time", s.clock(s.here().asOf)))
	}
	if words := strings.Join(parts, " · "); f.status.Text != words {
		f.status.SetText(words)
	}
	importance := widget.MediumImportance
	if s.here().away != nil || s.nhso == visit.DeviceDown {
		importance = widget.DangerImportance
	}
	if f.status.Importance != importance {
		f.status.Importance = importance
		f.status.Refresh()
	}
	if words := s.who.Name.Full() + " · " + s.say.Say("station.role."+string(s.who.Role)); f.who.Text != words {
		f.who.SetText(words)
	}
}

// notices brings the lines above the page up to date. They are made anew only when there
// is something else to say: a button must not go away under a finger.
func (f *frame) notices() {
	s := f.s
	card := !s.card.IsZero() && s.page != page(s.fresh) && s.may(rules.ShowNames)
	now := []any{s.say.Lang, s.dark, card}
	for _, at := range s.owners {
		now = append(now, at.calls, at.answer.words(), s.absence(at), s.mayAt(at, rules.AnswerCall))
	}
	said := fmt.Sprint(now...)
	if said == f.said {
		return
	}
	f.said = said
	f.notice.Objects = s.callLines()
	if card {
		f.notice.Add(s.cardNotice())
	}
	for _, at := range s.owners[1:] {
		if words := s.absence(at); words != "" {
			away := wrapped(words)
			away.Importance = widget.WarningImportance
			f.notice.Add(away)
		}
	}
	f.notice.Refresh()
}

// absence says why the visits of another machine are not those of this moment; empty: they
// are.
func (s *Station) absence(at *owner) string {
	switch {
	case at.away == nil:
		return ""
	case errors.Is(at.away, desk.NotSignedIn):
		return s.say.Say("station.away.not-signed-in", "Machine", at.name)
	case at.asOf.IsZero():
		return s.say.Say("station.away", "Machine", at.name)
	}
	return s.say.Say("station.away.as-of", "Machine", at.name, "Time", s.clock(at.asOf))
}

// nhsoState is the word for how NHSO is.
func (s *Station) nhsoState() string {
	if s.nhso == visit.DeviceAbsent {
		return visit.DeviceUnknown.String()
	}
	return s.nhso.String()
}

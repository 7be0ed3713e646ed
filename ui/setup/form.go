package setup

import (
	"cmp"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	model "authenkiosk/app/setup"
	"authenkiosk/visit"
)

// frame is what stands around the form.
func (s *Screen) frame() fyne.CanvasObject {
	say := s.say()
	s.buildKeyboard()
	middle := container.NewBorder(nil, s.foot, nil, nil, container.NewVScroll(container.New(layout.NewCustomPaddedLayout(0, 8, 8, 24), s.form)))
	body := container.NewBorder(nil, s.keys, s.rail, nil, container.New(layout.NewCustomPaddedLayout(0, 0, 12, 0), middle))
	if s.m.Settings {
		return body
	}
	head := container.NewBorder(nil, nil, bold(widget.NewLabel(spaced(say.Say("setup.title."+string(s.m.Face))))), s.button("language", say.Say("station.language")+"  F10", func() {
		s.typedKey(&fyne.KeyEvent{Name: fyne.KeyF10})
	}))
	return container.NewPadded(container.NewBorder(container.NewVBox(head, widget.NewSeparator()), nil, nil, nil, body))
}

// railWidth has room for every step in either language.
const railWidth = 190

// wide is nothing that has a width.
func wide(width float32) fyne.CanvasObject {
	r := canvas.NewRectangle(color.Transparent)
	r.SetMinSize(fyne.NewSize(width, 0))
	return r
}

// marks say how a step stands, besides its colour.
var marks = map[model.State]string{model.Good: "✓ ", model.Without: "– ", model.Bad: "! "}

// buildRail lists the steps.
func (s *Screen) buildRail() {
	s.rail.Objects = nil
	for _, step := range s.m.Steps() {
		b := s.button("step-"+string(step), marks[s.m.Check(step).State]+s.say().Say("setup.step."+string(step)), func() { s.send(model.Go{To: step}) })
		b.Alignment = widget.ButtonAlignLeading
		switch {
		case step == s.m.Step:
			b.Importance = widget.HighImportance
		case !s.m.MayGo(step):
			b.Disable()
		}
		s.rail.Add(b)
	}
	s.rail.Add(wide(railWidth))
	s.rail.Refresh()
}

// buildForm makes what the step asks.
func (s *Screen) buildForm() {
	say := s.say()
	s.entries, s.wrong = nil, map[string]*message{}
	step := string(s.m.Step)
	about := "setup.about." + step
	if s.m.Step == model.Look || s.m.Step == model.Finish {
		about += "." + string(s.m.Face)
	}
	s.form.Objects = []fyne.CanvasObject{title(say.Say("setup.step." + step)), wrapped(say.Say(about))}
	for _, a := range s.m.Asks() {
		s.form.Add(bold(wrapped(say.Say("setup.ask." + a.Key))))
		if hint := "setup.hint." + a.Key; say.Knows(hint) {
			s.form.Add(wrapped(say.Say(hint)))
		}
		if a.Options != nil {
			s.form.Add(s.options(a))
		} else {
			s.form.Add(s.field(a))
		}
		s.wrong[a.Key] = newMessage(widget.DangerImportance)
		s.form.Add(s.wrong[a.Key].Label)
	}
	if s.m.Step == model.Finish {
		s.summary()
	}
	s.form.Refresh()
}

func (s *Screen) options(a model.Ask) fyne.CanvasObject {
	row := container.New(&flow{})
	for _, o := range a.Options {
		label := o.Label
		if label == "" {
			label = s.say().Say("setup.option." + a.Key + "." + o.Name)
		}
		b := s.button(a.Key+"="+cmp.Or(o.Name, o.Label), label, func() { s.send(model.Chose{Option: o}) })
		if s.m.Chosen(o) {
			b.Importance = widget.HighImportance
		}
		row.Add(b)
	}
	return row
}

func (s *Screen) field(a model.Ask) fyne.CanvasObject {
	e := s.entry(a.Key, s.m.Text(a), func(text string) {
		s.o.Touched()
		s.send(model.Typed{Key: a.Key, Text: text})
	})
	e.digits = a.Digits
	if a.Given {
		e.SetPlaceHolder(s.say().Say("setup.given"))
	}
	s.entries = append(s.entries, e)
	return e
}

// showWrong says what is wrong with the answers.
func (s *Screen) showWrong() {
	for _, a := range s.m.Asks() {
		words := ""
		if key := s.m.Wrong(a); key != "" && (s.m.Strict || !s.m.Missing(a)) {
			words = s.say().Say(key)
		}
		if m := s.wrong[a.Key]; m != nil && m.Text != spaced(words) {
			m.say(words)
		}
	}
}

// summary tells how each step has come out.
func (s *Screen) summary() {
	for _, step := range s.m.Steps() {
		c := s.m.Check(step)
		if step == model.Start || step == model.Finish {
			continue
		}
		line := wrapped(marks[c.State] + s.say().Say("setup.step."+string(step)) + detail(c))
		if c.State == model.Without {
			line.Importance = widget.WarningImportance
		}
		s.form.Add(line)
	}
}

func detail(c model.Check) string {
	if c.Detail == "" {
		return ""
	}
	return " · " + c.Detail
}

// buildFoot makes what was found out, and the ways on.
func (s *Screen) buildFoot() {
	say, c := s.say(), s.m.Check(s.m.Step)
	m := newMessage(importances[c.State])
	m.say(s.found(c))
	s.foot.Objects = []fyne.CanvasObject{widget.NewSeparator(), m.Label}
	if s.m.Failed != "" {
		failed := newMessage(widget.DangerImportance)
		failed.say(say.Say("setup.failed") + " · " + s.m.Failed)
		s.foot.Add(failed.Label)
	}
	ways := container.New(&flow{})
	add := func(name string, strong bool, act func()) {
		b := s.button(name, say.Say("setup.button."+name), act)
		if strong {
			b.Importance = widget.HighImportance
		}
		if s.m.Saving {
			b.Disable()
		}
		ways.Add(b)
	}
	event := func(e model.Event) func() { return func() { s.send(e) } }
	if !s.m.Settings && s.m.Step != model.Start {
		add("back", false, event(model.Back{}))
	}
	switch {
	case c.State == model.Judge:
		add("fine", true, event(model.Judged{Fine: true}))
		add("not-fine", false, event(model.Judged{}))
	case s.m.Settings:
		add("save", true, event(model.Next{}))
	case s.m.Step == model.Finish:
		add("finish", true, event(model.Next{}))
	default:
		add("next", true, event(model.Next{}))
	}
	if s.m.MayGoWithout() {
		add("without", false, event(model.GoWithout{}))
	}
	switch s.m.Step {
	case model.NHSO, model.Reader, model.Slips, model.Camera:
		add("again", false, event(model.Again{}))
	case model.Start:
		add("demo", false, event(model.TryDemo{}))
	}
	if s.m.Saved {
		add("restart", false, func() { s.o.Begin(false) })
	}
	if len(s.entries) > 0 {
		add("keyboard", false, func() { s.letters = !s.letters; s.build() })
	}
	s.foot.Add(ways)
	s.foot.Refresh()
}

var importances = map[model.State]widget.Importance{
	model.Checking: widget.MediumImportance, model.Judge: widget.WarningImportance, model.Good: widget.SuccessImportance,
	model.Bad: widget.DangerImportance, model.Without: widget.WarningImportance,
}

// found is what was found out, in words.
func (s *Screen) found(c model.Check) string {
	say, step := s.say(), string(s.m.Step)
	switch {
	case s.m.Saving:
		return say.Say("setup.saving")
	case s.m.Saved:
		return say.Say("setup.saved")
	case c.State == model.Checking:
		return say.Say("setup.checking." + step)
	case c.State == model.Judge:
		return say.Say("setup.judge")
	case c.State == model.Good && say.Knows("setup.good."+step):
		return say.Say("setup.good."+step) + detail(c)
	case c.State != model.Bad && c.State != model.Without:
		return ""
	case c.Say != "":
		return say.Say(c.Say) + detail(c)
	case c.Problem != visit.NoProblem:
		return say.Say("problem."+c.Problem.String()+".title") + " · " + c.Problem.HelpCode() + detail(c)
	}
	return ""
}

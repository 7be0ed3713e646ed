package setup

import (
	"cmp"
	"fmt"
	"image/color"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	model "authenkiosk/app/setup"
	"authenkiosk/visit"
)

// frame is what stands around the form.
func (s *Screen) frame() fyne.CanvasObject {
	say := s.say()
	s.buildKeyboard()
	s.scroll = container.NewVScroll(container.New(layout.NewCustomPaddedLayout(0, 8, 8, 24), s.form))
	middle := container.NewBorder(nil, s.foot, nil, nil, s.scroll)
	body := container.NewBorder(nil, s.keys, container.NewVScroll(s.rail), nil, container.New(layout.NewCustomPaddedLayout(0, 0, 12, 0), middle))
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
	shape := fmt.Sprint(s.say().Lang, s.m.Step)
	for _, step := range s.m.Steps() {
		shape += fmt.Sprint(step, marks[s.m.Check(step).State], s.m.MayGo(step))
	}
	if shape == s.railShape {
		return
	}
	s.railShape = shape
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
		// What is wrong stands beside the question: nothing moves when it comes and goes, also
		// under a finger.
		wrong := newMessage(widget.DangerImportance)
		wrong.Wrapping, wrong.Truncation = fyne.TextWrapOff, fyne.TextTruncateEllipsis
		s.wrong[a.Key] = wrong
		s.form.Add(container.NewBorder(nil, nil, bold(widget.NewLabel(spaced(say.Say("setup.ask."+a.Key)))), nil, wrong.Label))
		if hint := "setup.hint." + a.Key; say.Knows(hint) {
			s.form.Add(wrapped(say.Say(hint)))
		}
		if a.Options != nil {
			s.form.Add(s.options(a))
		} else {
			s.form.Add(s.field(a))
		}
	}
	if s.m.Step == model.Finish {
		s.summary()
	}
	s.form.Refresh()
}

func (s *Screen) options(a model.Ask) fyne.CanvasObject {
	row := s.flow(a.Key)
	for _, o := range a.Options {
		b := s.button(a.Key+"="+cmp.Or(o.Name, o.Label), s.label(a, o), func() { s.send(model.Chose{Option: o}) })
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
	if a.Secret {
		return s.covered(e)
	}
	return e
}

// covered covers what is typed in a field, with a button beside it that shows it: it is typed
// once.
func (s *Screen) covered(e *entry) fyne.CanvasObject {
	e.ActionItem = wide(0) // the one of Fyne is too small for a finger, and no key reaches it
	var b *button
	show := func() {
		e.Password = !s.bare[e.name]
		words, eye := "setup.button.show", theme.VisibilityIcon()
		if !e.Password {
			words, eye = "setup.button.hide", theme.VisibilityOffIcon()
		}
		b.Text, b.Icon = spaced(s.say().Say(words)), eye
		b.Refresh()
		e.Refresh()
	}
	b = s.button("show-"+e.name, "", func() {
		s.bare[e.name] = !s.bare[e.name]
		show()
	})
	show()
	return container.NewBorder(nil, nil, nil, b, e)
}

// showWrong says what is wrong with the answers, but of the field in which somebody types.
func (s *Screen) showWrong() {
	for _, a := range s.m.Asks() {
		words := ""
		if key := s.m.Wrong(a); key != "" && (s.m.Strict || !s.m.Missing(a) && a.Key != s.typing) {
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
		answers := s.answers(step)
		if step == model.Clerks && answers == "" {
			c.State, answers = model.Without, " · "+s.say().Say("setup.nobody")
		}
		line := wrapped(marks[c.State] + s.say().Say("setup.step."+string(step)) + answers + detail(c))
		if c.State == model.Without {
			line.Importance = widget.WarningImportance
		}
		s.form.Add(line)
	}
}

// answers are what was answered at a step, but for secrets.
func (s *Screen) answers(step model.Step) (words string) {
	at := s.m
	at.Step = step
	for _, a := range at.Asks() {
		answer := at.Text(a)
		switch i := slices.IndexFunc(a.Options, at.Chosen); {
		case a.Secret:
			continue
		case i >= 0:
			answer = s.label(a, a.Options[i])
		}
		if answer == "" {
			continue
		}
		if words += " · "; step == model.Look { // whose answers say nothing without their questions
			words += s.say().Say("setup.ask."+a.Key) + ": "
		}
		words += answer
	}
	return words
}

// label is an option in words.
func (s *Screen) label(a model.Ask, o model.Option) string {
	if o.Label != "" {
		return o.Label
	}
	return s.say().Say("setup.option." + a.Key + "." + o.Name)
}

func detail(c model.Check) string {
	if c.Detail == "" {
		return ""
	}
	return " · " + c.Detail
}

// way is a button on the way on.
type way struct {
	name   string
	strong bool
	act    func()
}

// ways are the buttons that make sense now.
func (s *Screen) ways() (list []way) {
	event := func(name string, strong bool, e model.Event) {
		list = append(list, way{name, strong, func() { s.send(e) }})
	}
	if !s.m.Settings && s.m.Step != model.Start {
		event("back", false, model.Back{})
	}
	switch {
	case s.m.Check(s.m.Step).State == model.Judge:
		event("fine", true, model.Judged{Fine: true})
		event("not-fine", false, model.Judged{})
	case s.m.Settings:
		event("save", true, model.Next{})
	case s.m.Step == model.Finish:
		event("finish", true, model.Next{})
	default:
		event("next", true, model.Next{})
	}
	if s.m.MayGoWithout() {
		event("without", false, model.GoWithout{})
	}
	switch s.m.Step {
	case model.NHSO, model.Reader, model.Slips, model.Camera:
		event("again", false, model.Again{})
	case model.Start:
		event("demo", false, model.TryDemo{})
	}
	if s.m.Saved {
		list = append(list, way{"restart", false, func() { s.o.Begin(false) }})
	}
	if len(s.entries) > 0 {
		list = append(list, way{"keyboard", false, func() { s.letters = !s.letters; s.build() }})
	}
	return list
}

// buildFoot makes what was found out, and the ways on. Buttons stay while they are the same:
// what comes from a device meanwhile must take none from under a finger.
func (s *Screen) buildFoot() {
	say, c, ways := s.say(), s.m.Check(s.m.Step), s.ways()
	shape := fmt.Sprint(say.Lang, s.m.Saving)
	for _, w := range ways {
		shape += " " + w.name
	}
	if shape != s.footShape {
		s.footShape = shape
		s.told, s.failed = newMessage(widget.MediumImportance), newMessage(widget.DangerImportance)
		row := s.flow("")
		for _, w := range ways {
			b := s.button(w.name, say.Say("setup.button."+w.name), w.act)
			if w.strong {
				b.Importance = widget.HighImportance
			}
			if s.m.Saving {
				b.Disable()
			}
			row.Add(b)
		}
		s.foot.Objects = []fyne.CanvasObject{widget.NewSeparator(), s.told.Label, s.failed.Label, row}
		s.foot.Refresh()
	}
	if s.told.Importance = importances[c.State]; s.waits() {
		s.told.Importance = widget.WarningImportance
	}
	s.told.say(s.found(c))
	failed := ""
	if s.m.Failed != "" {
		failed = say.Say("setup.failed") + " · " + s.m.Failed
	}
	s.failed.say(failed)
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
	case s.waits():
		return say.Say("setup.waits")
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
		return say.Say(s.problem(c.Problem)) + " · " + c.Problem.HelpCode() + detail(c)
	}
	return ""
}

// waits reports whether somebody wanted to go on while a card is waited for: that alone does
// not go on.
func (s *Screen) waits() bool {
	return s.m.Strict && s.m.Step == model.Reader && s.m.Check(model.Reader).State == model.Checking
}

// problem is the key of the words for a problem: those for whoever sets up, else for the
// staff, else for patients.
func (s *Screen) problem(p visit.Problem) string {
	for _, key := range []string{"setup.bad." + p.String(), "station.problem." + p.String()} {
		if s.say().Knows(key) {
			return key
		}
	}
	return "problem." + p.String() + ".title"
}

package station

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"authenkiosk/desk"
	"authenkiosk/ui/draw"
)

// lookAtDevicesEvery is how often devices are asked for while they are shown.
const lookAtDevicesEvery = 10 * time.Second

// States of a finding, as doctor has them.
const (
	findingOK      = "ok"
	findingFailed  = "failed"
	findingSkipped = "skipped"
)

// devices is the page of what the machines stand on.
type devices struct {
	s        *Station
	findings map[*owner][]desk.Finding
	failed   map[*owner]error // why there are no findings of the last look; nil: there are
	looked   time.Time
	asked    uint64              // the number of the last question; answers to others come too late
	printing bool                // a test page is on its way
	judge    bool                // somebody is to say whether it has come out right
	tested   func() desk.Finding // what became of the last one, in words of the moment; nil: there was none

	list  *fyne.Container
	side  *fyne.Container
	start *button
}

func newDevices(s *Station) *devices {
	p := &devices{s: s}
	p.forget()
	return p
}

func (p *devices) name() string            { return "devices" }
func (p *devices) key() shortcut           { return shortcut{fyne.Key2, true} }
func (p *devices) badge() int              { return 0 }
func (p *devices) first() fyne.Focusable   { return p.start }
func (p *devices) typed(fyne.KeyName) bool { return false }
func (p *devices) back()                   {}

func (p *devices) forget() {
	*p = devices{s: p.s, asked: p.asked + 1, findings: map[*owner][]desk.Finding{}, failed: map[*owner]error{}}
}

// fresh looks at once.
func (p *devices) fresh() {
	p.looked = time.Time{}
	p.look()
}

// look looks at the devices, now and then, while they are shown.
func (p *devices) look() {
	if p.s.page != page(p) || p.s.o.Now().Sub(p.looked) < lookAtDevicesEvery {
		return
	}
	p.looked = p.s.o.Now()
	p.asked++
	asked := p.asked
	for _, at := range p.s.owners {
		var found []desk.Finding
		p.s.ask(at, func(ctx context.Context, d desk.Desk, o desk.Operator) (err error) {
			found, err = d.Devices(ctx, o)
			return err
		}, func(err error) {
			if asked != p.asked {
				return
			}
			p.findings[at], p.failed[at] = found, err
			p.refresh()
		})
	}
}

// found is what was found out about a machine, or why nothing was.
func (p *devices) found(at *owner) (all []desk.Finding, known bool) {
	if err := p.failed[at]; err != nil {
		return []desk.Finding{{Check: "station", State: findingFailed, Detail: bare(p.s.words(err))}}, true
	}
	all, known = p.findings[at]
	return all, known
}

func (p *devices) build() fyne.CanvasObject {
	s := p.s
	p.list, p.side = container.NewVBox(), container.NewVBox()
	p.start = s.button("reload", s.say.Say("station.reload")+"  F5", p.fresh)
	p.refresh()
	list := container.NewVScroll(container.New(layout.NewCustomPaddedLayout(0, 0, 0, besideBar), p.list))
	return container.NewBorder(nil, nil, nil, container.New(layout.NewCustomPaddedLayout(0, 0, 8, 0), wide(sideWidth, p.side)), list)
}

// sideWidth is that of what stands beside the findings.
const sideWidth = 380

// refresh draws what was found out.
func (p *devices) refresh() {
	if p.list == nil {
		return
	}
	s := p.s
	p.list.Objects = nil
	for _, at := range s.owners {
		p.list.Add(bold(label(at.name)))
		found, known := p.found(at)
		if !known {
			p.list.Add(label(s.say.Say("station.doing")))
		}
		if at == s.here() && p.tested != nil {
			p.list.Add(p.line(p.tested()))
		}
		for _, f := range found {
			p.list.Add(p.line(f))
		}
	}
	p.list.Refresh()
	p.side.Objects = nil
	p.side.Add(p.start)
	p.testPrint()
	p.support()
	p.side.Refresh()
}

// line is one finding: a word for how it is, in a colour besides, what it is of, and more.
func (p *devices) line(f desk.Finding) fyne.CanvasObject {
	s := p.s
	state := bold(label(s.say.Say("station.finding." + f.State)))
	state.Importance = map[string]widget.Importance{
		findingOK: widget.SuccessImportance, findingFailed: widget.DangerImportance, findingSkipped: widget.LowImportance,
	}[f.State]
	if state.Importance == widget.MediumImportance {
		state.Importance = widget.WarningImportance
	}
	check, detail := label(s.check(f.Check)), wrapped(f.Detail)
	check.Truncation = fyne.TextTruncateEllipsis
	return container.New(&findingLayout{}, state, check, detail)
}

// check is what a finding is of: a light by its words, all else as doctor calls it.
func (s *Station) check(name string) string {
	if light, is := strings.CutPrefix(name, "light "); is {
		if key := "light." + strings.ToLower(light); s.say.Knows(key) {
			return s.say.Say(key)
		}
	}
	if name == testPage || name == "station" {
		return s.say.Say("station.check." + strings.ReplaceAll(name, " ", "-"))
	}
	return name
}

// findingLayout puts the parts of a finding beside each other.
type findingLayout struct{}

const (
	stateWidth = 130
	checkWidth = 170
)

func (l *findingLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(stateWidth+checkWidth+200, max(objects[0].MinSize().Height, objects[2].MinSize().Height))
}

func (l *findingLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	x := float32(0)
	for i, width := range []float32{stateWidth, checkWidth, max(0, size.Width-stateWidth-checkWidth)} {
		objects[i].Move(fyne.NewPos(x, 0))
		objects[i].Resize(fyne.NewSize(width, objects[i].MinSize().Height))
		x += width
	}
}

// testPage is the check of what a person saw of the test page.
const testPage = "test page"

// testPrint offers a test page, and asks what came of it.
func (p *devices) testPrint() {
	s := p.s
	if s.o.TestPrint == nil {
		return
	}
	b := s.button("test-print", s.say.Say("station.test-print"), p.print)
	if p.printing {
		b.Disable()
	}
	p.side.Add(b)
	switch {
	case p.printing:
		p.side.Add(wrapped(s.say.Say("station.doing")))
	case p.judge:
		p.side.Add(bold(wrapped(s.say.Say("station.test-print.ask"))))
		p.side.Add(container.New(layout.NewGridLayoutWithColumns(2),
			s.button("test-print-right", s.say.Say("station.test-print.right"), func() { p.judged(findingOK, "station.test-print.was-right") }).strong(),
			s.button("test-print-wrong", s.say.Say("station.test-print.wrong"), func() { p.judged(findingFailed, "station.test-print.was-wrong") })))
	}
}

// print has a test page printed.
func (p *devices) print() {
	s, turn := p.s, p.s.turn
	p.printing, p.judge, p.tested = true, false, nil
	p.refresh()
	var err error
	s.o.Beside(func(ctx context.Context) { err = s.o.TestPrint(ctx) }, func() {
		if turn != s.turn {
			return
		}
		p.printing, p.judge = false, err == nil
		if err != nil {
			p.tested = func() desk.Finding {
				return desk.Finding{Check: testPage, State: findingFailed, Detail: err.Error()}
			}
		}
		p.refresh()
		s.focusName("test-print-right")
	})
}

// judged keeps what a person saw. No printer knows whether its letters can be read.
func (p *devices) judged(state, words string) {
	p.judge = false
	at := p.s.clock(p.s.o.Now())
	p.tested = func() desk.Finding {
		return desk.Finding{Check: testPage, State: state, Detail: p.s.plain(words, "Time", at)}
	}
	p.refresh()
	p.s.focusName("test-print")
}

// moduleSize is the side of a module of the QR code for support, in pixels of the theme.
const moduleSize = 3

// support shows what was found out as a QR code, for a phone that takes it to somebody who
// can help. Nothing of a person is in it.
func (p *devices) support() {
	s := p.s
	if _, known := p.found(s.here()); !known {
		return
	}
	picture, err := draw.QRPicture(p.supportText())
	if err != nil {
		return // it is on the screen as words
	}
	code := canvas.NewImageFromImage(picture)
	code.ScaleMode, code.FillMode = canvas.ImageScalePixels, canvas.ImageFillContain
	side := float32(picture.Bounds().Dx() * moduleSize)
	code.SetMinSize(fyne.NewSize(side, side))
	p.side.Add(bold(wrapped(s.say.Say("station.support"))))
	p.side.Add(container.NewCenter(code))
	p.side.Add(wrapped(s.say.Say("station.support.text")))
}

// Bounds of the text for support, in letters: more makes a code that phones do not read.
const (
	mostSupport = 700
	mostDetail  = 90
)

// supportText is what the QR code says: the program, where it stands, and what is not well.
func (p *devices) supportText() string {
	s := p.s
	text := fmt.Sprintf("AuthenKiosk %s\n%s %s %s\n%s", s.o.Version, s.o.HCode, s.o.Zone, s.o.Machine, s.o.Now().Format(time.RFC3339))
	well := 0
	all, _ := p.found(s.here())
	if p.tested != nil {
		all = append(slices.Clip(all), p.tested())
	}
	for _, f := range all {
		switch f.State {
		case findingOK:
			well++
			continue
		case findingSkipped, "":
			continue
		}
		line := fmt.Sprintf("\n%s %s: %s", f.State, f.Check, shortened(f.Detail, mostDetail))
		if len(text)+len(line) > mostSupport {
			return text + "\n..."
		}
		text += line
	}
	return fmt.Sprintf("%s\nok %d", text, well)
}

// shortened keeps the first letters.
func shortened(text string, most int) string {
	if letters := []rune(text); len(letters) > most {
		return string(letters[:most]) + "..."
	}
	return text
}

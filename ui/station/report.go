package station

import (
	"context"
	"strconv"

	"authenkiosk/desk"
	"authenkiosk/desk/sheet"
	"authenkiosk/visit"
)

// reportButtons are what can be done with the report of the day.
func (p *numbers) reportButtons(known bool) (list []*button) {
	s := p.s
	if s.o.PrintPage != nil {
		list = append(list, s.button("print-report", s.say.Say("station.report-print"), func() { p.report("station.report-printed", p.print) }))
	}
	if s.o.PDF != nil && s.o.Save != nil {
		list = append(list, s.button("save-report", s.say.Say("station.report-save"), func() { p.report("station.exported", p.save()) }))
	}
	for _, b := range list {
		if p.busy || !known {
			b.Disable()
		}
	}
	return list
}

// report makes the report of the day, and says what came of it; done are the words for that.
func (p *numbers) report(done string, do func(context.Context, []sheet.Line) (path string, err error)) {
	s, turn := p.s, p.s.turn
	if p.busy {
		return
	}
	p.busy, p.said = true, s.message("station.doing")
	p.refresh()
	f, _ := p.all()
	lines := p.page(f)
	var path string
	var err error
	s.o.Beside(func(ctx context.Context) { path, err = do(ctx, lines) }, func() {
		if turn != s.turn {
			return
		}
		if p.busy, p.said = false, s.message(done, "File", path); err != nil {
			p.said = s.message("station.report-failed")
		}
		p.refresh()
	})
}

func (p *numbers) print(ctx context.Context, lines []sheet.Line) (string, error) {
	return "", p.s.o.PrintPage(ctx, lines)
}

// save keeps the report as a file. The day is that of the moment in which it was asked for.
func (p *numbers) save() func(context.Context, []sheet.Line) (string, error) {
	name := "authenkiosk-report-" + p.shownDay().String() + "-" + p.s.o.Now().In(visit.Bangkok).Format("150405") + ".pdf"
	return func(_ context.Context, lines []sheet.Line) (string, error) {
		pdf, err := p.s.o.PDF(lines)
		if err != nil {
			return "", err
		}
		return p.s.o.Save(name, pdf)
	}
}

// page is the report of the day in Thai: it goes to the files of the unit, whatever the
// language of the screen is.
func (p *numbers) page(f desk.Figures) []sheet.Line {
	thai := &Station{o: p.s.o, say: p.s.say, owners: p.s.owners}
	thai.say.Lang = "th"
	s, in := thai, &numbers{s: thai}
	heading := func(key string) sheet.Line { return sheet.Line{Text: s.say.Say(key), Bold: true} }
	lines := []sheet.Line{
		{Text: s.say.Say("station.report.title", "Date", s.day(p.shownDay())), Large: true, Bold: true},
		{Text: s.o.Unit + " (" + s.o.HCode + ")"},
	}
	for _, at := range p.s.owners {
		key := "station.report.machine"
		if _, known := p.figures[at]; !known {
			key = "station.report.without"
		}
		lines = append(lines, sheet.Line{Text: s.say.Say(key, "Machine", at.name)})
	}
	all := f.Total()
	lines = append(lines, sheet.Line{}, sheet.Line{Text: s.say.Say("station.numbers.all"), Value: strconv.Itoa(all.All()), Bold: true})
	for _, kind := range kindsOfHour {
		lines = append(lines, sheet.Line{Text: s.say.Say(kind.key), Value: strconv.Itoa(kind.of(all))})
	}
	lines = append(lines, sheet.Line{Text: s.say.Say("station.numbers.median"), Value: s.median(f)})
	var byHour []bar
	for _, c := range hours(f) {
		byHour = append(byHour, bar{s.say.Say("station.report.hour", "Hour", c.label), c.of.All()})
	}
	for _, chart := range []struct {
		key  string
		bars []bar
	}{{"station.numbers.hours", byHour}, {"station.numbers.methods", in.methods(f)}, {"station.numbers.why", in.reasons(f)}} {
		if len(chart.bars) > 0 {
			lines = append(append(lines, sheet.Line{}, heading(chart.key)), barLines(chart.bars)...)
		}
	}
	return append(lines, sheet.Line{}, sheet.Line{Text: s.say.Say("station.report.made", "Time", s.clock(s.o.Now()), "Who", p.s.who.Name.Full())})
}

func barLines(bars []bar) (lines []sheet.Line) {
	most := 1
	for _, b := range bars {
		most = max(most, b.n)
	}
	for _, b := range bars {
		lines = append(lines, sheet.Line{Text: b.label, Value: strconv.Itoa(b.n), Bar: true, Share: float64(b.n) / float64(most)})
	}
	return lines
}

package station

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"authenkiosk/desk"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

const (
	// countEvery is how often a day is counted anew while its figures are shown: every visit
	// of it is read for that.
	countEvery = 30 * time.Second
	// daysShown is how many days are shown beside each other.
	daysShown = 7
	// reasonsShown is how many reasons for which visits have failed are shown.
	reasonsShown = 5
)

// numbers is the page of what can be counted.
type numbers struct {
	s       *Station
	day     visit.Date // that was chosen; zero: today
	of      visit.Date // that of the figures; zero: none were asked for
	figures map[*owner]desk.Figures
	days    map[*owner]map[visit.Date]desk.Numbers
	failed  map[*owner]error // why the last count came to nothing
	counted time.Time        // when a day was counted last
	asked   uint64           // the number of the last question; answers to others come too late
	said    message          // what came of a report
	busy    bool             // one is being made

	box   *fyne.Container
	found *widget.Label
	start *button
}

func newNumbers(s *Station) *numbers {
	p := &numbers{s: s}
	p.forget()
	return p
}

func (p *numbers) name() string            { return "numbers" }
func (p *numbers) key() shortcut           { return shortcut{key: fyne.KeyF1} }
func (p *numbers) badge() int              { return 0 }
func (p *numbers) first() fyne.Focusable   { return p.start }
func (p *numbers) typed(fyne.KeyName) bool { return false }
func (p *numbers) back()                   {}

func (p *numbers) forget() {
	*p = numbers{s: p.s, asked: p.asked + 1, figures: map[*owner]desk.Figures{}, failed: map[*owner]error{}, days: map[*owner]map[visit.Date]desk.Numbers{}}
}

// shownDay is the day that is shown: after midnight the one before, until its figures are
// there in its place.
func (p *numbers) shownDay() visit.Date { return cmp.Or(p.of, p.wanted()) }

// wanted is the day that is to be shown.
func (p *numbers) wanted() visit.Date { return cmp.Or(p.day, visit.ServiceDateOf(p.s.o.Now())) }

// turn goes to another day.
func (p *numbers) turn(days int) {
	day, there := p.s.dayAfter(p.day, days)
	if !there {
		return
	}
	p.day, p.said = day, nil
	p.fresh()
	p.refresh()
}

// fresh counts anew.
func (p *numbers) fresh() {
	p.counted = time.Time{}
	p.look()
}

// look counts the day, now and then, while it is shown.
func (p *numbers) look() {
	if p.s.page != page(p) || p.s.o.Now().Sub(p.counted) < countEvery {
		return
	}
	p.counted = p.s.o.Now()
	p.asked++
	asked, day := p.asked, p.wanted()
	if p.of != day {
		p.of = day
		clear(p.figures)
	}
	for _, at := range p.s.owners {
		var f desk.Figures
		days := map[visit.Date]desk.Numbers{}
		p.s.ask(at, func(ctx context.Context, d desk.Desk, o desk.Operator) (err error) {
			if f, err = d.Figures(ctx, o, day); err != nil {
				return err
			}
			for n := range daysShown {
				of := visit.ServiceDateOf(day.Midnight().AddDate(0, 0, -n))
				if days[of], err = d.Numbers(ctx, o, of); err != nil {
					return err
				}
			}
			return nil
		}, func(err error) {
			if asked != p.asked {
				return
			}
			if p.failed[at] = err; err == nil {
				p.figures[at], p.days[at] = f, days
			}
			p.refresh()
		})
	}
}

func (p *numbers) build() fyne.CanvasObject {
	s := p.s
	p.box, p.found = container.NewStack(), wrapped("")
	p.start = s.button("reload", s.say.Say("station.reload")+"  F5", p.fresh)
	p.refresh()
	return container.NewBorder(nil, p.found, nil, nil, p.box)
}

// all are the figures of every machine that has told them.
func (p *numbers) all() (sum desk.Figures, known bool) {
	for _, at := range p.s.owners {
		f, is := p.figures[at]
		if known = known || is; is {
			sum.Add(f)
		}
	}
	return sum, known
}

// week are the days until the one that is shown, the oldest first.
func (p *numbers) week() (columns []stacked) {
	for n := daysShown - 1; n >= 0; n-- {
		day := visit.ServiceDateOf(p.shownDay().Midnight().AddDate(0, 0, -n))
		var of desk.Hour
		for _, days := range p.days {
			states := days[day].States
			of.Done += states[visit.StateDone]
			of.Waiting += states[visit.StatePending] + states[visit.StateInflight]
			of.Failed += states[visit.StateRefused] + states[visit.StateStaff]
			of.Closed += states[visit.StateDropped]
		}
		columns = append(columns, stacked{p.s.say.Say("station.numbers.day", "Day", day.Day, "Month", int(day.Month)), of})
	}
	return columns
}

// hours are those in which there were visits, and at least those of an office.
func hours(f desk.Figures) (columns []stacked) {
	first, last := 7, 16
	for n, h := range f.Hours {
		if h.All() > 0 {
			first, last = min(first, n), max(last, n)
		}
	}
	for n := first; n <= last; n++ {
		columns = append(columns, stacked{strconv.Itoa(n), f.Hours[n]})
	}
	return columns
}

// methods and reasons are the bars of the day, the longest first.
func (p *numbers) methods(f desk.Figures) (bars []bar) {
	for _, m := range visit.Methods() {
		if n := f.Methods[m]; n > 0 {
			bars = append(bars, bar{p.s.plain("station.method." + string(m)), n})
		}
	}
	return longestFirst(bars)
}

func (p *numbers) reasons(f desk.Figures) (bars []bar) {
	for _, name := range slices.Sorted(maps.Keys(f.Failed)) {
		bars = append(bars, bar{p.s.plain(p.s.reasonKey(name)), f.Failed[name]})
	}
	bars = longestFirst(bars)
	if len(bars) > reasonsShown {
		rest := bar{p.s.plain("station.numbers.others"), 0}
		for _, b := range bars[reasonsShown-1:] {
			rest.n += b.n
		}
		bars = append(bars[:reasonsShown-1:reasonsShown-1], rest)
	}
	return bars
}

// reasonKey is the key of the words for a problem: those of the work that it makes, or
// those of the problem itself where it makes none of its own.
func (s *Station) reasonKey(problem string) string {
	for _, p := range visit.Problems() {
		if p.String() != problem {
			continue
		}
		switch kind := (rules.Item{State: visit.StateStaff, Problem: p}).Next(visit.Date{}).Kind; kind {
		case rules.Refused, rules.Other:
			return problemKey(s.say, p)
		default:
			return "station.kind." + string(kind)
		}
	}
	return "station.kind.other" // of a version that knows more, or of none
}

func longestFirst(bars []bar) []bar {
	slices.SortStableFunc(bars, func(a, b bar) int { return cmp.Compare(b.n, a.n) })
	return bars
}

// refresh draws the figures that are known.
func (p *numbers) refresh() {
	if p.box == nil {
		return
	}
	s := p.s
	f, known := p.all()
	date := bold(label(s.day(p.shownDay())))
	days := container.NewHBox(s.arrow("day-before", -1, p.turn), date, s.arrow("day-after", 1, p.turn), p.start)
	tools := container.NewHBox()
	for _, b := range p.reportButtons(known) {
		tools.Add(b)
	}
	head := container.NewBorder(nil, nil, days, tools)
	words := p.said.words()
	for _, at := range s.owners {
		if err := p.failed[at]; err != nil && words == "" {
			words = at.name + ": " + s.words(err)
		}
	}
	if words == "" && f.Unreadable > 0 {
		words = s.say.Say("station.unreadable", "Count", f.Unreadable)
	}
	say(p.found, words)
	if !known {
		p.box.Objects = []fyne.CanvasObject{container.NewBorder(head, nil, nil, nil, container.NewCenter(label(s.say.Say("station.doing"))))}
		p.box.Refresh()
		return
	}
	left := container.New(layout.NewGridLayoutWithRows(2),
		titled(s.say.Say("station.numbers.hours"), s.columnChart(hours(f))), titled(s.say.Say("station.numbers.days"), s.columnChart(p.week())))
	colours := NewTheme(s.dark).Colors
	right := container.NewVBox(titled(s.say.Say("station.numbers.methods"), s.barChart(p.methods(f), colours.Accent)))
	if why := p.reasons(f); len(why) > 0 {
		right.Add(titled(s.say.Say("station.numbers.why"), s.barChart(why, colours.Bad)))
	}
	body := container.NewBorder(nil, nil, nil, wide(460, container.New(layout.NewCustomPaddedLayout(0, 0, 16, 0), right)), left)
	p.box.Objects = []fyne.CanvasObject{container.NewBorder(container.NewVBox(head, p.tiles(f)), nil, nil, nil, body)}
	p.box.Refresh()
}

// tiles are the figures of the day in large letters; they are the legend of the charts.
func (p *numbers) tiles(f desk.Figures) fyne.CanvasObject {
	s, row := p.s, container.New(layout.NewGridLayoutWithColumns(len(kindsOfHour)+2))
	all := f.Total()
	row.Add(s.tile(strconv.Itoa(all.All()), s.say.Say("station.numbers.all"), nil))
	for i, kind := range kindsOfHour {
		row.Add(s.tile(strconv.Itoa(kind.of(all)), s.say.Say(kind.key), s.coloursOfHour()[i]))
	}
	row.Add(s.tile(s.median(f), s.say.Say("station.numbers.median"), nil))
	return row
}

// median is how long half of the patients have waited, for people.
func (s *Station) median(f desk.Figures) string {
	seconds, ok := f.Median()
	if !ok {
		return "-"
	}
	return s.plain("station.numbers.seconds", "Count", seconds)
}

func titled(words string, inside fyne.CanvasObject) fyne.CanvasObject {
	return container.NewBorder(bold(label(bare(words))), nil, nil, nil, inside)
}

package station

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"authenkiosk/desk"
	"authenkiosk/desk/sheet"
	"authenkiosk/ui/draw/drawtest"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

func noPDF([]sheet.Line) ([]byte, error)               { return []byte("%PDF"), nil }
func noPrinter(context.Context, []sheet.Line) error    { return nil }
func withoutPaper(context.Context, []sheet.Line) error { return errors.New("no paper") }
func (w *world) figure(key string) (figure string)     { return w.textBefore(w.say.Say(key)) }
func (w *world) counted(key, want string, t *testing.T) {
	t.Helper()
	if got := w.figure(key); got != want {
		t.Errorf("%s is %q, want %q", key, got, want)
	}
}

// textBefore is the text that stands before another one on the screen.
func (w *world) textBefore(words string) string {
	_, texts := w.Layout()
	i := slices.IndexFunc(texts, func(t string) bool { return bare(strings.ReplaceAll(t, "\u200a", "")) == bare(words) })
	if i < 1 {
		return ""
	}
	return bare(texts[i-1])
}

func TestTheNumbersOfADayAreShownAndAreThoseOfTheDayThatIsChosen(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Administrator)
	for n := range 5 {
		w.add(n+1, visit.StateDone, visit.NoProblem)
	}
	w.add(6, visit.StatePending, visit.NoProblem)
	w.add(7, visit.StateRefused, visit.NoRight)
	w.add(8, visit.StateStaff, visit.UpstreamCannot)
	w.signInAs(rules.Administrator)
	w.key(fyne.KeyF1)
	w.counted("station.numbers.all", "8", t)
	w.counted("station.numbers.done", "5", t)
	w.counted("station.numbers.waiting", "1", t)
	w.counted("station.numbers.failed", "2", t)
	w.shows(w.say.Say("station.problem.no-right"))
	w.shows(w.say.Say("station.method.card"))
	w.add(9, visit.StatePending, visit.NoProblem)
	w.pass(lookEvery)
	w.Tick(w.clock)
	w.counted("station.numbers.waiting", "1", t) // it is not counted as often as lists are read
	w.pass(countEvery)
	w.Tick(w.clock)
	w.counted("station.numbers.waiting", "2", t)
	w.add(10, visit.StatePending, visit.NoProblem)
	w.key(fyne.KeyF5) // but at once when somebody asks
	w.counted("station.numbers.waiting", "3", t)
	w.tap("day-before")
	w.counted("station.numbers.all", "0", t)
	w.tap("day-after")
	w.tap("day-after") // there is no day after today
	w.counted("station.numbers.all", "10", t)
}

func TestTheReportOfADayIsInThaiAndSaysWhatItHasAndOfWhich(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	w.o.PDF = func(lines []sheet.Line) ([]byte, error) {
		text := ""
		for _, l := range lines {
			text += bare(l.Text) + "|" + l.Value + "\n"
		}
		return []byte(text), nil
	}
	w.o.PrintPage = withoutPaper
	v := w.add(1, visit.StateDone, visit.NoProblem)
	w.signInAs(rules.Staff)
	w.key(fyne.KeyF10, fyne.KeyF1) // English on the screen
	w.tap("print-report")
	w.shows(w.say.Say("station.report-failed"))
	w.tap("save-report")
	text := w.saved()
	for _, want := range []string{"22 พฤศจิกายน 2569", "โรงพยาบาลทดสอบ (99999)", "ทั้งหมด|1", "มีรหัสแล้ว|1", "12 นาฬิกา|1", "desk-1"} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %q in %q", want, text)
		}
	}
	for _, never := range []string{v.Name.First, v.PID.Digits(), v.PID.Masked()} {
		if strings.Contains(text, never) {
			t.Errorf("the report has %q", never)
		}
	}
}

func TestTheNumbersOfADayAreNotCalledThoseOfTheNextAfterMidnight(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	w.o.PDF = func(lines []sheet.Line) ([]byte, error) { return []byte(lines[0].Text), nil }
	w.clock = w.clock.Add(12*time.Hour - 5*time.Second)
	w.add(1, visit.StateDone, visit.NoProblem)
	w.signInAs(rules.Staff)
	w.key(fyne.KeyF1)
	day := w.day(visit.ServiceDateOf(w.clock))
	w.pass(10 * time.Second)
	next := w.day(visit.ServiceDateOf(w.clock))
	w.tap("save-report")
	if text := w.saved(); !strings.Contains(text, day) || strings.Contains(text, next) {
		t.Errorf("the report is of %q", text)
	}
	w.pass(countEvery)
	w.Tick(w.clock)
	w.counted("station.numbers.all", "0", t)
	w.shows(next)
	w.tap("day-before")
	w.counted("station.numbers.all", "1", t)
	w.shows(day)
}

func TestTheBarsOfReasonsAreNoMoreThanHaveRoomAndAddUp(t *testing.T) {
	w := newWorld(t, visit.OnCardNotice, rules.Staff)
	f := desk.Figures{Failed: map[string]int{}}
	words := drawtest.Catalogue(t, "th")
	all := 0
	for i, p := range visit.Problems() {
		f.Failed[p.String()] = i + 1
		if words[w.reasonKey(p.String())] == nil {
			t.Errorf("nothing says what %s is", p)
		}
		all += i + 1
		bars := w.counts.reasons(f)
		sum := 0
		for _, b := range bars {
			sum += b.n
		}
		if len(bars) != min(i+1, reasonsShown) || sum != all {
			t.Fatalf("%d problems: %d bars of %d visits, want %d", i+1, len(bars), sum, all)
		}
	}
	if hours := hours(desk.Figures{Hours: [24]desk.Hour{0: {Done: 1}, 23: {Failed: 1}}}); len(hours) != 24 {
		t.Errorf("%d hours of a day and a night", len(hours))
	}
}

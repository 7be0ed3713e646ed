package station

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"authenkiosk/desk"
	"authenkiosk/ui/draw/drawtest"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
	"authenkiosk/visit/flow"
)

var quoted = regexp.MustCompile(`“[^”]*”`)

// foreign are the texts on the screen that the words of the other language make.
func (w *world) foreign(lang string) (all []string) {
	w.t.Helper()
	mine, other := drawtest.Catalogue(w.t, w.say.Lang), drawtest.Catalogue(w.t, lang)
	_, texts := w.Layout()
	for key, words := range other {
		if !strings.HasPrefix(key, "station.") || key == "station.language" || slices.Equal(words, mine[key]) {
			continue
		}
		for _, one := range words {
			for _, part := range strings.FieldsFunc(strings.NewReplacer("{{", "|{{", "}}", "}}|").Replace(one), func(r rune) bool { return r == '|' }) {
				if part = strings.TrimSpace(bare(part)); strings.HasPrefix(part, "{{") || len([]rune(part)) < 6 {
					continue
				}
				for _, text := range texts {
					text = quoted.ReplaceAllString(text, "") // the name of a menu in LINE
					text = bare(strings.ReplaceAll(text, "\u200a", ""))
					if strings.Contains(text, part) && !strings.Contains(text, "เจ้าหน้าที่-") { // the name of an operator
						all = append(all, key+": "+text)
					}
				}
			}
		}
	}
	return all
}

// Whatever a page says follows the language, also what it said before that was changed.
func TestNothingStaysInTheLanguageOfBefore(t *testing.T) {
	on := func(name string) func(*world) {
		return func(w *world) {
			for _, p := range w.pages {
				if p.name() == name {
					w.open(p)
				}
			}
		}
	}
	w := newWorldOf(t, visit.OnCardNotice, []string{"kiosk-1"}, rules.Lead)
	w.o.PDF, w.o.PrintPage = noPDF, noPrinter
	w.o.TestPrint = func(context.Context) error { return nil }
	w.devicesOf(desk.Finding{Check: "token", State: "ok", Detail: "5 ms"})
	w.add(1, visit.StateStaff, visit.NoRight)
	w.clock = w.clock.Add(1e9)
	w.add(2, visit.StateDone, visit.NoProblem)
	w.signInAs(rules.Lead)
	for _, c := range []struct {
		name string
		come func(*world)
	}{
		{"today", on("today")},
		{"today, a file", func(w *world) { w.tap("export"); w.tap("export-csv") }},
		{"today, a full disk", func(w *world) { w.full = errors.New("full"); w.tap("export"); w.tap("export-csv") }},
		{"today, copied", func(w *world) { w.key(fyne.KeyDown, fyne.KeyF7) }},
		{"work", func(w *world) { on("work")(w); w.key(fyne.KeyDown) }},
		{"work, no code", func(w *world) { on("work")(w); w.key(fyne.KeyDown); w.tap("ask") }},
		{"work, NHSO is away", func(w *world) { on("work")(w); w.key(fyne.KeyDown); w.nhso.Says(errors.New("away")); w.tap("ask") }},
		{"work, held", func(w *world) { on("work")(w); w.key(fyne.KeyDown); w.tap("hold") }},
		{"work, a wrong code", func(w *world) { on("work")(w); w.key(fyne.KeyDown); w.tap("settle") }},
		{"work, a reason", func(w *world) { on("work")(w); w.key(fyne.KeyDown); w.tap("close") }},
		{"work, not found", func(w *world) { on("work")(w); w.scanner("V-FFF-FFF-FFF") }},
		{"new", on("new")},
		{"new, a scan", func(w *world) { on("new")(w); w.patient(1, somePID, ""); w.scanner("0811112222") }},
		{"new, copied", func(w *world) {
			on("new")(w)
			w.patient(1, somePID, somePhone)
			w.key(fyne.KeyF9)
			w.gets(1)
			w.key(fyne.KeyF7)
		}},
		{"new, not made", func(w *world) {
			on("new")(w)
			w.patient(1, somePID, somePhone)
			w.key(fyne.KeyF9)
			w.tellAll(flow.VisitNotSaved{Number: 1, Why: "held"})
		}},
		{"new, by phone", func(w *world) { on("new")(w); w.byPhone() }},
		{"counter, no number", func(w *world) { on("counter")(w); w.tap("check-right") }},
		{"counter, a right", func(w *world) { on("counter")(w); w.scanner(somePID) }},
		{"counter, NHSO is away", func(w *world) { w.rights.err = errors.New("away"); on("counter")(w); w.scanner(somePID) }},
		{"counter, opened", func(w *world) { on("counter")(w); w.tap("open-unconscious"); w.tap("open-item") }},
		{"numbers", on("numbers")},
		{"numbers, printed", func(w *world) { on("numbers")(w); w.tap("print-report") }},
		{"devices", on("devices")},
		{"devices, printed", func(w *world) { on("devices")(w); w.tap("test-print") }},
		{"devices, judged", func(w *world) { on("devices")(w); w.tap("test-print"); w.tap("test-print-right") }},
		{"a call", func(w *world) {
			w.Calls(0, []desk.Call{{ID: "a", Machine: "kiosk-1", Screen: "welcome", Since: w.clock}})
		}},
		{"a call, not answered", func(w *world) {
			w.Calls(0, []desk.Call{{ID: "a", Machine: "kiosk-1", Screen: "welcome", Since: w.clock}})
			w.tap("coming-a")
		}},
		{"a card", func(w *world) { w.Card(pidOf(w.t, somePID)) }},
		{"sign-in", func(w *world) { w.key(fyne.KeyF12) }},
		{"sign-in, a wrong PIN", func(w *world) { w.hand("000000"); w.key(fyne.KeyReturn) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.t = t
			w.tellAll(flow.TapClose{}, flow.CardRemoved{})
			w.Card(visit.PID{})
			w.Calls(0, nil)
			w.full, w.rights.err = nil, nil
			w.nhso.Says(nil)
			if w.page != nil {
				w.open(w.today)
				for _, p := range w.pages {
					p.forget()
				}
				w.open(w.today)
				w.lookAtAll()
			}
			if w.say.Lang == "en" {
				w.key(fyne.KeyF10)
			}
			c.come(w)
			if mixed := w.foreign("en"); len(mixed) > 0 {
				t.Errorf("there are words of both languages: %q", mixed)
			}
			said := len(w.texts())
			w.key(fyne.KeyF10)
			if stays := w.foreign("th"); len(stays) > 0 {
				t.Errorf("these stay: %q", stays)
			}
			if len(w.texts()) < said/4 {
				t.Errorf("what was said is gone: %q", w.texts())
			}
		})
	}
}

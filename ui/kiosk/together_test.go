package kiosk

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"authenkiosk/ui/draw"
	"authenkiosk/visit/flow"
)

// everySize calls look with every screen in both languages, on every display and in
// every size of text.
func everySize(t *testing.T, look func(t *testing.T, name string, k *Kiosk)) {
	for _, size := range displays {
		for _, lang := range []string{"th", "en"} {
			t.Run(fmt.Sprintf("%.0fx%.0f/%s", size.Width, size.Height, lang), func(t *testing.T) {
				k := shown(t, sampleOptions(), welcomeModel(), size)
				for i, s := range samples(t) {
					for letters := flow.TextNormal; letters <= flow.TextLargest; letters++ {
						if leftOut(i + int(letters)) {
							continue
						}
						s.model.Prefs = flow.Prefs{Language: lang, TextSize: letters}
						k.Show(s.model)
						look(t, fmt.Sprintf("%s, text %d", s.name, letters), k)
					}
				}
			})
		}
	}
}

// shownTexts are the texts on the screen by their keys.
func shownTexts(k *Kiosk) map[string]*draw.Text {
	out := map[string]*draw.Text{}
	for key, p := range k.s.Pool {
		if x, ok := p.Piece.(*draw.Text); ok && p.Drawing == k.s.Drawing && x.Used > 0 {
			out[key] = x
		}
	}
	return out
}

var (
	endsWithNumber = regexp.MustCompile(`(^| )[0-9]+$`)
	beginsWithUnit = regexp.MustCompile(`^(หลัก|วินาที|นาที|วัน|บาท|น\.|digit|second|minute|day)`)
	goesOn         = regexp.MustCompile(`^(ไม่ได้|เท่านั้น)`)
)

func TestWhatIsReadTogetherStandsTogether(t *testing.T) {
	everySize(t, func(t *testing.T, name string, k *Kiosk) {
		shown := shownTexts(k)
		for key, x := range shown {
			checkLines(t, name+", "+key, x)
			checkPictureOf(t, name, key, k)
		}
		checkRows(t, name, shown)
	})
}

// checkLines looks for a line that ends within what is read as one.
func checkLines(t *testing.T, where string, x *draw.Text) {
	t.Helper()
	for i := 1; i < x.Used; i++ {
		before, line := x.Lines[i-1].Text, x.Lines[i].Text
		switch {
		case strings.HasPrefix(line, "ๆ"):
			t.Errorf("%s: %q begins with a sign of repetition", where, line)
		case endsWithNumber.MatchString(before) && beginsWithUnit.MatchString(line):
			t.Errorf("%s: %q is parted from its unit %q", where, before, line)
		case strings.HasSuffix(before, "ไม่") && !strings.HasSuffix(before, "หรือไม่"):
			t.Errorf("%s: %q ends with a \"not\" of %q", where, before, line)
		case strings.HasSuffix(before, "สปสช.") && goesOn.MatchString(line):
			t.Errorf("%s: the sentence goes on after the abbreviation: %q, %q", where, before, line)
		}
	}
}

// rows are the texts that stand together and are read as a list or a choice.
var rows = []*regexp.Regexp{
	regexp.MustCompile(`/text/step-[0-9]$`),
	regexp.MustCompile(`/text/check-[a-z]+$`),
	regexp.MustCompile(`/text/way-[a-z]+$`),
	regexp.MustCompile(`/text/text-way-[a-z]+$`),
	regexp.MustCompile(`/text/button-(bad-chip|no-card)$`),
	regexp.MustCompile(`/text/button-phone-owner-[a-z]+$`),
	regexp.MustCompile(`/text/button-(retake|use-photo)$`),
	regexp.MustCompile(`/text/button-(reprint|other-service|done)$`),
	regexp.MustCompile(`/text/button-(help|language|text-size|contrast|start-again)$`),
}

// checkRows looks for texts of other sizes in one row, but for buttons that cannot be
// touched now.
func checkRows(t *testing.T, name string, shown map[string]*draw.Text) {
	t.Helper()
	for _, row := range rows {
		var first string
		for key, x := range shown {
			if !row.MatchString(key) || strings.Contains(key, "/button-") && !x.In.Style.Bold {
				continue
			}
			if first == "" {
				first = key
			}
			if a, b := shown[first].Lines[0].TextSize, x.Lines[0].TextSize; max(a, b) > min(a, b)*1.02 {
				t.Errorf("%s: %s has %.1f pixels, %s %.1f", name, first, a, key, b)
			}
		}
	}
}

// checkPictureOf looks for a button whose picture is far from its words.
func checkPictureOf(t *testing.T, name, key string, k *Kiosk) {
	t.Helper()
	screen, button, ok := strings.Cut(key, "/text/button-")
	p := k.s.Pool[screen+"/picture/button-"+button]
	if !ok || p == nil || p.Drawing != k.s.Drawing {
		return
	}
	pic, x := p.Piece.(draw.Picture).Image, k.s.Pool[key].Piece.(*draw.Text)
	begin := x.Lines[0].Position().X
	for _, l := range x.Lines[:x.Used] {
		begin = min(begin, l.Position().X)
	}
	if gap := begin - pic.Position().X - pic.Size().Width; gap > 30*k.s.Geo.Unit {
		t.Errorf("%s: %.0f pixels between the picture and the words of %s", name, gap, button)
	}
}

func TestWhoHasTheCardIsNotToldToLookForIt(t *testing.T) {
	for _, c := range []struct {
		sample     string
		says, hush []string
	}{
		{"no-card", []string{"no-card.again"}, []string{"no-card.found"}},
		{"no-card-at-all", []string{"no-card.found"}, []string{"no-card.again"}},
		{"no-card-staff", []string{"no-card.staff", "no-card.no-number"}, []string{"no-card.staff-chip"}},
		{"no-card-staff-chip", []string{"no-card.staff-chip", "no-card.bring-card"}, []string{"no-card.staff", "no-card.no-number", "no-card.bring"}},
	} {
		k := shown(t, sampleOptions(), modelOf(t, c.sample), panels[0])
		said := map[string]bool{}
		k.words.Said = func(key string) { said[key] = true }
		k.draw()
		for _, key := range c.says {
			if !said[key] {
				t.Errorf("%s does not say %s", c.sample, key)
			}
		}
		for _, key := range c.hush {
			if said[key] {
				t.Errorf("%s says %s", c.sample, key)
			}
		}
	}
}

func TestTheReasonDoesNotRepeatTheTitle(t *testing.T) {
	for sample, want := range map[string]bool{"welcome-no-reader": false, "welcome-service-refuses": true, "welcome-clock": true} {
		k := shown(t, sampleOptions(), modelOf(t, sample), panels[0])
		if _, got := shownTexts(k)["welcome/text/reason"]; got != want {
			t.Errorf("%s: a reason under the title: %t", sample, got)
		}
	}
}

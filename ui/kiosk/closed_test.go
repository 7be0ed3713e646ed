package kiosk

import (
	"fmt"
	"strings"
	"testing"

	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

var startProblems = []visit.Problem{visit.ConfigWrong, visit.DataInUse, visit.DataUnusable}

func TestAProgramThatCannotStartSaysWhomToCallAndWhy(t *testing.T) {
	for _, size := range panels {
		for _, lang := range []string{"th", "en"} {
			for text := flow.TextNormal; text <= flow.TextLargest; text++ {
				for _, p := range startProblems {
					o := sampleOptions()
					o.Closed, o.Unit.Phone = p, "080-000-1234"
					if p == visit.DataInUse { // the longest that a unit may have
						o.Unit.Phone = "02-000-1234 ต่อ 101-103,200"
					}
					k := shown(t, o, flow.Model{Prefs: flow.Prefs{Language: lang, TextSize: text}}, size)
					name := fmt.Sprintf("%v, %v, %s, %v", p, size, lang, text)
					checkLayout(t, name, k, size)
					words := strings.Join(strings.Fields(strings.Join(k.Texts(), "\n")), " ")
					for _, want := range []string{p.HelpCode(), o.Unit.Phone} {
						if !strings.Contains(words, want) {
							t.Errorf("%s: %s is not there", name, want)
						}
					}
					for _, w := range k.Layout() {
						if w.Name != "language" && w.Name != "text-size" && w.Name != "contrast" {
							t.Errorf("%s: %s can be touched, and does nothing", name, w.Name)
						}
					}
				}
			}
		}
	}
}

func TestAUnitWithoutANumberIsSentToTheStaff(t *testing.T) {
	o := sampleOptions()
	o.Closed, o.Unit.Phone, o.Unit.Name = visit.DataInUse, "", ""
	k := shown(t, o, flow.Model{}, panels[0])
	checkLayout(t, "no unit", k, panels[0])
	if words := strings.Join(k.Texts(), "\n"); !strings.Contains(words, "เจ้าหน้าที่") {
		t.Errorf("%q", words)
	}
}

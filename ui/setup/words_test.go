package setup

import (
	"slices"
	"strings"
	"testing"

	model "authenkiosk/app/setup"
	"authenkiosk/ui/draw/drawtest"
	"authenkiosk/visit"
)

// TestEveryQuestionHasWordsAndNoWordIsLeftOver walks what can be asked.
func TestEveryQuestionHasWordsAndNoWordIsLeftOver(t *testing.T) {
	th := drawtest.Catalogue(t, "th")
	said := map[string]bool{}
	say := func(key string) {
		said[key] = true
		if th[key] == nil {
			t.Errorf("%s is missing", key)
		}
	}
	may := func(key string) { said[key] = true }
	for _, face := range []model.Face{model.Kiosk, model.Station} {
		say("setup.title." + string(face))
		say("setup.about.look." + string(face))
		say("setup.about.finish." + string(face))
		for _, kind := range visit.PrinterKinds() {
			for _, source := range []string{"", "mjpeg:"} {
				m := model.New(face, false, map[string]string{"printer.kind": string(kind), "camera.source": source}, model.Known{})
				m.Found.Agent, m.Found.Windows = true, true
				for _, m.Step = range model.Steps() {
					say("setup.step." + string(m.Step))
					if m.Step != model.Look && m.Step != model.Finish {
						say("setup.about." + string(m.Step))
					}
					for _, a := range m.Asks() {
						say("setup.ask." + a.Key)
						may("setup.hint." + a.Key)
						for _, o := range a.Options {
							if o.Label == "" {
								say("setup.option." + a.Key + "." + o.Name)
							}
						}
						for _, text := range []string{"", "1", "123456"} {
							m.Values[a.Key] = text
							if key := m.Wrong(a); key != "" {
								say(key)
							}
						}
					}
				}
			}
		}
	}
	say("setup.wrong.camera.address")
	say("setup.wrong.clerk")
	for _, step := range []model.Step{model.NHSO, model.Reader, model.Slips, model.Camera} {
		say("setup.checking." + string(step))
		say("setup.good." + string(step))
	}
	for key := range th {
		if strings.HasPrefix(key, "setup.") && !said[key] && !slices.ContainsFunc([]string{"setup.button.", "setup.key.", "setup.bad."}, func(p string) bool { return strings.HasPrefix(key, p) }) &&
			!slices.Contains([]string{"setup.given", "setup.failed", "setup.saving", "setup.saved", "setup.judge", "setup.waits", "setup.nobody"}, key) {
			t.Errorf("%s is never said", key)
		}
	}
}

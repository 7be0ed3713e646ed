package kiosk

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"authenkiosk/ui/draw"
	"authenkiosk/ui/draw/drawtest"
	"authenkiosk/visit/flow"
)

var placeholder = regexp.MustCompile(`\{\{\.(\w+)\}\}`)

func TestHelpNamesOnlyButtonsThatAreOnTheScreen(t *testing.T) {
	for _, lang := range []string{"th", "en"} {
		texts := drawtest.Catalogue(t, lang)
		k := shown(t, sampleOptions(), welcomeModel(), panels[0])
		for _, s := range samples(t) {
			if s.model.Help || s.model.Warning {
				continue
			}
			s.model.Prefs.Language = lang
			k.Show(s.model)
			onScreen := k.Texts()
			help := (&scene{Kiosk: k, m: s.model}).helpKey()
			for _, name := range placeholder.FindAllStringSubmatch(texts[help][0], -1) {
				key, ok := helpButtons[name[1]]
				if label := draw.Plain(k.speaker().Say(key)); !ok || !slices.Contains(onScreen, label) {
					t.Errorf("%s, %s: the help names %s (%q), the screen has %q", lang, s.name, name[1], label, onScreen)
				}
			}
		}
	}
}

func TestHelpAsksForACardOnlyWhereOneCanBeOfUse(t *testing.T) {
	k := shown(t, sampleOptions(), welcomeModel(), panels[0])
	for screen, want := range map[string]string{
		"welcome":                    "help.welcome",
		"welcome-no-reader":          "help.desk",
		"welcome-closed":             "help.desk",
		"welcome-card-in":            "help.take-card",
		"no-card":                    "help.no-card",
		"no-card-broken":             "help.no-card-no-reader",
		"card-fault-card-expired":    "help.desk",
		"card-fault-card-unreadable": "help.card-fault",
		"card-fault-reader-gone":     "help.desk",
		"certifier-no-reader":        "help.desk",
		"certifier":                  "help.certifier",
	} {
		if got := (&scene{Kiosk: k, m: modelOf(t, screen)}).helpKey(); got != want {
			t.Errorf("%s: %s, want %s", screen, got, want)
		}
	}
}

func TestLanguageSizeColoursAndHelpCanBeTouchedUnderHelp(t *testing.T) {
	for _, panel := range panels {
		k := shown(t, sampleOptions(), modelOf(t, "help-confirm"), panel)
		var names []string
		for _, w := range k.Layout() {
			names = append(names, w.Name)
		}
		for _, want := range []string{"help", "language", "text-size", "contrast", "help-close"} {
			if !slices.Contains(names, want) {
				t.Errorf("%v: %s is not there: %v", panel, want, names)
			}
		}
		for _, hidden := range []string{"confirm", "change-phone"} {
			if slices.Contains(names, hidden) {
				t.Errorf("%v: %s can be touched through the help", panel, hidden)
			}
		}
	}
}

func TestTheHelpDoesNotSayThatAVisitIsSavedBeforeItIs(t *testing.T) {
	for lang, claim := range map[string]string{"th": "บันทึกไว้แล้ว", "en": "is saved"} {
		m := modelOf(t, "sending") // the disk has not answered
		m.Help, m.Prefs.Language = true, lang
		k := shown(t, sampleOptions(), m, panels[0])
		if words := strings.Join(k.Texts(), " "); strings.Contains(words, claim) {
			t.Errorf("%q", words)
		}
	}
}

func TestEscapeClosesTheHelpWhereverItIs(t *testing.T) {
	for _, state := range flow.States() {
		k, r := recording(t, modelOf(t, "help-"+state.String()))
		k.typedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
		if got := fmt.Sprintf("%#v", r.events); got != fmt.Sprintf("%#v", []flow.Event{flow.TapHelp{}}) {
			t.Errorf("%s: %s", state, got)
		}
	}
}

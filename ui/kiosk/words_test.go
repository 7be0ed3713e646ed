package kiosk

import (
	"slices"
	"strings"
	"testing"
	"time"

	"authenkiosk/ui/draw/drawtest"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

func TestEveryTextIsThereInBothLanguages(t *testing.T) {
	th, en := drawtest.Catalogue(t, "th"), drawtest.Catalogue(t, "en")
	for key := range th {
		if en[key] == nil {
			t.Errorf("%s is missing in English", key)
		}
	}
	for key := range en {
		if th[key] == nil {
			t.Errorf("%s is missing in Thai", key)
		}
	}
	for _, p := range visit.Problems() {
		for _, part := range []string{".title", ".text"} {
			if key := "problem." + p.String() + part; th[key] == nil {
				t.Errorf("%s is missing", key)
			}
		}
	}
	for _, h := range flow.PhotoHints() {
		if key := "photo.hint." + h.String(); th[key] == nil {
			t.Errorf("%s is missing", key)
		}
	}
	for _, s := range flow.States() {
		if key := "help." + s.String(); th[key] == nil {
			t.Errorf("%s is missing", key)
		}
	}
}

func TestEveryTextIsUsedAndEveryUsedTextIsThere(t *testing.T) {
	used := map[string]bool{}
	for _, lang := range []string{"th", "en"} {
		k := shown(t, sampleOptions(), welcomeModel(), panels[0])
		k.words.Said = func(key string) { used[key] = true }
		for _, s := range samples(t) {
			s.model.Prefs.Language = lang
			k.Show(s.model)
			s.model.Prefs.TextSize = flow.TextLargest
			k.Show(s.model)
		}
		sayTheRest(k, used)
	}
	th := drawtest.Catalogue(t, "th")
	for key := range used {
		if th[key] == nil {
			t.Errorf("%s is said but not there", key)
		}
	}
	for key := range th {
		if !used[key] && !slices.ContainsFunc([]string{"slip.", "station.", "setup."}, func(p string) bool { return strings.HasPrefix(key, p) }) {
			t.Errorf("%s is never said", key)
		}
	}
}

// sayTheRest says what depends on the calendar, the zone, the dock and on rights
// and services that the samples do not have.
func sayTheRest(k *Kiosk, used map[string]bool) {
	for m := range 12 {
		k.Tick(noon.AddDate(0, m, 0).Add(1))
		k.draw()
	}
	k.o.Zone = visit.ZoneTest
	k.draw()
	k.Show(flow.Model{Way: flow.Way{State: flow.Reading}})
	k.Tick(k.now.Add(sayWaited * time.Second))
	k.o.PhotoDays = 0
	k.Show(flow.Model{Way: flow.Way{State: flow.PhotoAim}})
	for key := range k.words.Has {
		key = key[strings.Index(key, "/")+1:]
		if strings.HasPrefix(key, "right.") || strings.HasPrefix(key, "claim.") || strings.HasPrefix(key, "dock.") {
			used[key] = true
		}
	}
}

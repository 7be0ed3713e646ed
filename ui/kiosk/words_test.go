package kiosk

import (
	"encoding/json"
	"path"
	"strings"
	"testing"
	"time"
	"unicode"

	"authenkiosk/assets"
	"authenkiosk/ui/draw"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// catalogue is one language as it stands in the file.
func catalogue(t *testing.T, lang string) map[string][]string {
	t.Helper()
	data, err := assets.Words.ReadFile(path.Join("words", lang+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var raw map[string]any
	if err := json.Unmarshal(data, &raw); err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for key, v := range raw {
		switch v := v.(type) {
		case string:
			out[key] = []string{v}
		case map[string]any:
			for _, form := range v {
				out[key] = append(out[key], form.(string))
			}
		}
	}
	return out
}

func TestEveryTextIsThereInBothLanguages(t *testing.T) {
	th, en := catalogue(t, "th"), catalogue(t, "en")
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
	th := catalogue(t, "th")
	for key := range used {
		if th[key] == nil {
			t.Errorf("%s is said but not there", key)
		}
	}
	for key := range th {
		if !used[key] && !strings.HasPrefix(key, "slip.") {
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
	k.Show(flow.Model{State: flow.Reading})
	k.Tick(k.now.Add(sayWaited * time.Second))
	k.o.PhotoDays = 0
	k.Show(flow.Model{State: flow.PhotoAim})
	for key := range k.words.Has {
		key = key[strings.Index(key, "/")+1:]
		if strings.HasPrefix(key, "right.") || strings.HasPrefix(key, "claim.") || strings.HasPrefix(key, "dock.") {
			used[key] = true
		}
	}
}

// A line must be broken somewhere: more letters than this without a mark are a
// forgotten mark.
const longestThaiRun = 24

func TestThaiTextsAreMarkedWhereALineMayBreak(t *testing.T) {
	for key, forms := range catalogue(t, "th") {
		for _, form := range forms {
			run := 0
			for _, r := range form {
				switch {
				case !draw.IsThai(r):
					run = 0
				case unicode.Is(unicode.Mn, r): // stands above or below a letter
				default:
					run++
				}
				if run > longestThaiRun {
					t.Errorf("%s: no mark in %q", key, form)
					break
				}
			}
			for _, piece := range strings.Split(form, draw.ZeroWidthSpace) {
				if r := []rune(piece); len(r) > 0 && draw.FollowsLetter(r[0]) && draw.IsThai(r[0]) && r[0] != 'ๆ' {
					t.Errorf("%s: a mark before %q parts a letter from its sign", key, piece)
				}
			}
		}
	}
}

func TestAMissingTextShowsItsKeyInsteadOfStoppingTheKiosk(t *testing.T) {
	w, err := draw.LoadWords()
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"th", "xx"} {
		if got := (draw.Speaker{Words: w, Lang: lang}).Say("no.such.key"); got != "no.such.key" {
			t.Errorf("%s: %q", lang, got)
		}
	}
}

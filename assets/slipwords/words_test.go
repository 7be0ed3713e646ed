package slipwords

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"authenkiosk/visit"
)

func TestEveryLanguageHasEveryWordWithTheSamePlaceholders(t *testing.T) {
	place := regexp.MustCompile(`\{[a-z]+\}`)
	if got := Languages(); got[0] != Thai || !slices.Contains(got, "en") {
		t.Fatalf("languages %q", got)
	}
	thai := byLanguage()[Thai]
	for language, all := range byLanguage() {
		for key := range maps.Keys(thai) {
			if strings.TrimSpace(all[key]) == "" {
				t.Errorf("%s.json has no %q", language, key)
			}
			// A year is of the Buddhist era in some languages and not in others.
			years := strings.NewReplacer("{be}", "{year}", "{ce}", "{year}")
			here, there := place.FindAllString(years.Replace(all[key]), -1), place.FindAllString(years.Replace(thai[key]), -1)
			slices.Sort(here)
			slices.Sort(there)
			if !slices.Equal(here, there) {
				t.Errorf("%s.json: %q has %q, the Thai one %q", language, key, here, there)
			}
		}
		for key := range all {
			if thai[key] == "" {
				t.Errorf("%s.json has %q, which no slip uses", language, key)
			}
		}
	}
}

func TestEveryProblemHasAReason(t *testing.T) {
	for _, p := range visit.Problems() {
		if !Has("reason." + p.String()) {
			t.Errorf("no reason for %s", p)
		}
	}
	for key := range byLanguage()[Thai] {
		name, ok := strings.CutPrefix(key, "bring.")
		if ok && !Has("reason."+name) {
			t.Errorf("%s: no such problem", key)
		}
	}
}

func TestAMissingLanguageSpeaksThai(t *testing.T) {
	if In("xx", "title.queued") != In(Thai, "title.queued") || In("en", "title.queued") == In(Thai, "title.queued") {
		t.Error("wrong language")
	}
	if Known("xx") || !Known("en") || In("en", "no such word") != "" {
		t.Error("unknown words are known")
	}
	if got := Breaks("โปรด|รอ"); got != "โปรด\u200Bรอ" {
		t.Errorf("%q", got)
	}
}

// TestNoWordStandsTwiceInAFile guards against the second of two texts taking the
// place of the first without a word, as JSON has it.
func TestNoWordStandsTwiceInAFile(t *testing.T) {
	key := regexp.MustCompile(`(?m)^\s*"([^"]+)"\s*:`)
	for _, language := range Languages() {
		data, err := files.ReadFile(language + ".json")
		if err != nil {
			t.Fatal(err)
		}
		found := key.FindAllSubmatch(data, -1)
		if len(found) == 0 {
			t.Fatalf("%s.json: no words were found", language)
		}
		seen := map[string]bool{}
		for _, m := range found {
			if seen[string(m[1])] {
				t.Errorf("%s.json has %q twice", language, m[1])
			}
			seen[string(m[1])] = true
		}
	}
}

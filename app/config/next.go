package config

import (
	"fmt"
	"maps"
	"slices"
)

// nextKey is the one key of [kiosk] that holds sections of its own:
// [kiosk.next.PG0060001].
const nextKey = "kiosk.next"

// nextLanguages are the languages in which the way from here can be said.
var nextLanguages = []string{"th", "en"}

// NextAfter says in a language where a patient goes from here with a code for this
// claim type: the words for the type, else those for all. Empty: nothing is said.
func (k Kiosk) NextAfter(claimType, language string) string {
	if words, ok := k.NextFor[claimType][language]; ok {
		return words
	}
	switch language {
	case "th":
		return k.NextTH
	case "en":
		return k.NextEN
	}
	return ""
}

// next takes the words for claim types.
func (r *reader) next(value any) {
	table, ok := value.(map[string]any)
	if !ok {
		r.fail(nextKey, wrongType(value, "sections like [kiosk.next.PG0060001]"))
		return
	}
	for _, code := range slices.Sorted(maps.Keys(table)) {
		full := nextKey + "." + code
		if allowed := claimType(code); allowed != "" {
			r.fail(full, ": "+allowed)
			continue
		}
		words, ok := table[code].(map[string]any)
		if !ok {
			r.fail(full, wrongType(table[code], "a section with th and en"))
			continue
		}
		r.nextFor(code, words)
	}
}

// nextFor takes the words for one claim type. An empty text says nothing, one that
// is left out what is said for all.
func (r *reader) nextFor(code string, words map[string]any) {
	for language, value := range words {
		full := nextKey + "." + code + "." + language
		if !slices.Contains(nextLanguages, language) {
			r.fail(full, fmt.Sprintf(": unknown key; allowed in [%s.%s] are en, th", nextKey, code))
			continue
		}
		var said string
		if problem := text(func(*Config) *string { return &said }, orEmpty(short))(&r.config, value); problem != "" {
			r.fail(full, problem)
			continue
		}
		if r.config.Kiosk.NextFor == nil {
			r.config.Kiosk.NextFor = map[string]map[string]string{}
		}
		if r.config.Kiosk.NextFor[code] == nil {
			r.config.Kiosk.NextFor[code] = map[string]string{}
		}
		r.config.Kiosk.NextFor[code][language] = said
	}
}

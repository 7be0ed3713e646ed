// Package slipwords holds what stands on slips, in each language. A language is a
// file LANGUAGE.json beside this one: to add one, add its file (the tests tell
// which words it lacks). It must not know what a slip is.
package slipwords

import (
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
)

//go:embed *.json
var files embed.FS

// Thai is the language that is always there, and stands in for words that
// another one lacks.
const Thai = "th"

// Break marks in the files where a line may break between two words, because
// Thai has no spaces there. It becomes U+200B, which is hard to see and to type.
const (
	Break  = "|"
	zeroes = "\u200B"
)

var byLanguage = sync.OnceValue(func() map[string]map[string]string {
	entries, err := files.ReadDir(".")
	if err != nil {
		panic(fmt.Errorf("read the words of slips: %w", err)) // they are built in
	}
	all := map[string]map[string]string{}
	for _, e := range entries {
		data, err := files.ReadFile(e.Name())
		if err != nil {
			panic(fmt.Errorf("read %s: %w", e.Name(), err))
		}
		words := map[string]string{}
		if err := json.Unmarshal(data, &words); err != nil {
			panic(fmt.Errorf("parse %s: %w", e.Name(), err))
		}
		for key, text := range words {
			words[key] = Breaks(text)
		}
		all[strings.TrimSuffix(e.Name(), ".json")] = words
	}
	return all
})

// Languages returns the languages there are: Thai first, the others by name.
func Languages() []string {
	all := []string{Thai}
	for language := range byLanguage() {
		if language != Thai {
			all = append(all, language)
		}
	}
	slices.Sort(all[1:])
	return all
}

// Known reports whether there are words in that language.
func Known(language string) bool { return byLanguage()[language] != nil }

// Has reports whether there is such a word at all.
func Has(key string) bool { return byLanguage()[Thai][key] != "" }

// In returns a word in a language, else in Thai, else nothing. Lines may break
// at its U+200B.
func In(language, key string) string {
	if text := byLanguage()[language][key]; text != "" {
		return text
	}
	return byLanguage()[Thai][key]
}

// Breaks turns the marks of a text into U+200B.
func Breaks(text string) string { return strings.ReplaceAll(text, Break, zeroes) }

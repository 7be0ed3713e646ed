package ui

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"authenkiosk/assets"
)

// words are the texts of all languages.
type words struct {
	localizers map[string]*i18n.Localizer
	has        map[string]bool  // "th/welcome.title"
	said       func(key string) // told of every key that is used, for the tests
}

// loadWords reads the catalogues that are built into the program. A mistake in
// one of them is a mistake of the build.
func loadWords() (*words, error) {
	w := &words{localizers: map[string]*i18n.Localizer{}, has: map[string]bool{}, said: func(string) {}}
	bundle := i18n.NewBundle(language.Thai)
	bundle.RegisterUnmarshalFunc("json", json.Unmarshal)
	files, err := fs.Glob(assets.Words, "words/*.json")
	if err != nil {
		return nil, fmt.Errorf("list the words: %w", err)
	}
	for _, f := range files {
		data, err := assets.Words.ReadFile(f)
		if err != nil {
			return nil, fmt.Errorf("read the words: %w", err)
		}
		catalogue, err := bundle.ParseMessageFileBytes(data, path.Base(f))
		if err != nil {
			return nil, fmt.Errorf("understand the words in %s: %w", f, err)
		}
		lang := catalogue.Tag.String()
		w.localizers[lang] = i18n.NewLocalizer(bundle, lang)
		for _, m := range catalogue.Messages {
			w.has[lang+"/"+m.ID] = true
		}
	}
	return w, nil
}

// speaker says things in one language.
type speaker struct {
	words *words
	lang  string
}

// say returns the text of a key. Pairs of name and value fill its places.
func (s speaker) say(key string, pairs ...any) string { return s.text(key, nil, pairs) }

// count is say for a text that depends on a number.
func (s speaker) count(key string, n int, pairs ...any) string {
	return s.text(key, n, append([]any{"Count", n}, pairs...))
}

// knows reports whether there is a text of that key.
func (s speaker) knows(key string) bool { return s.words.has[s.lang+"/"+key] }

func (s speaker) text(key string, n any, pairs []any) string {
	s.words.said(key)
	data := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		data[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	l := s.words.localizers[s.lang]
	if l == nil {
		return key
	}
	text, err := l.Localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: data, PluralCount: n})
	if err != nil {
		return key
	}
	return text
}

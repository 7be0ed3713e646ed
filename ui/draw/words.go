package draw

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"authenkiosk/assets"
)

// Words are the texts of all languages.
type Words struct {
	localizers map[string]*i18n.Localizer
	Has        map[string]bool  // "th/welcome.title"
	Said       func(key string) // told of every key that is used, for the tests
}

// LoadWords reads the catalogues that are built into the program. A mistake in
// one of them is a mistake of the build.
func LoadWords() (*Words, error) {
	w := &Words{localizers: map[string]*i18n.Localizer{}, Has: map[string]bool{}, Said: func(string) {}}
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
			w.Has[lang+"/"+m.ID] = true
		}
	}
	return w, nil
}

// Speaker says things in one language.
type Speaker struct {
	Words *Words
	Lang  string
}

// Say returns the text of a key. Pairs of name and value fill its places.
func (s Speaker) Say(key string, pairs ...any) string { return s.text(key, nil, pairs) }

// Count is say for a text that depends on a number.
func (s Speaker) Count(key string, n int, pairs ...any) string {
	return s.text(key, n, append([]any{"Count", n}, pairs...))
}

// Knows reports whether there is a text of that key.
func (s Speaker) Knows(key string) bool { return s.Words.Has[s.Lang+"/"+key] }

func (s Speaker) text(key string, n any, pairs []any) string {
	s.Words.Said(key)
	data := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		data[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	l := s.Words.localizers[s.Lang]
	if l == nil {
		return key
	}
	text, err := l.Localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: data, PluralCount: n})
	if err != nil {
		return key
	}
	return text
}

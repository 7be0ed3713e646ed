package flow

// Prefs are a patient's own settings. They end with the session.
type Prefs struct {
	Language string // "th", "en"; empty: the unit's first language
	TextSize TextSize
	Contrast Contrast
}

// TextSize is one of the four sizes of text. No rule of the flow reads it.
type TextSize int

// The sizes, each larger than the one before.
const (
	TextNormal TextSize = iota
	TextLarge
	TextLarger
	TextLargest
	textSizeCount
)

// Contrast is one of the three colour themes.
type Contrast int

// The themes.
const (
	ContrastLight Contrast = iota
	ContrastDark
	ContrastBlackYellow
	contrastCount
)

// Step is what a touch of the bar on every screen makes of the settings.
func (p Prefs) Step(e Event) Prefs {
	switch e := e.(type) {
	case TapLanguage:
		p.Language = e.Language
	case TapTextSize:
		p.TextSize = (p.TextSize + 1) % textSizeCount
	case TapContrast:
		p.Contrast = (p.Contrast + 1) % contrastCount
	}
	return p
}

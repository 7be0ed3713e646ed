package draw

// Contrast is how the screens are coloured.
type Contrast int

// The contrasts.
const (
	ContrastLight Contrast = iota
	ContrastDark
	ContrastBlackYellow
)

// TextSize is how large all text is.
type TextSize int

// The sizes, from the smallest.
const (
	TextNormal TextSize = iota
	TextLarge
	TextLarger
	TextLargest
)

// Health is how something is that a light stands for.
type Health int

// The lights.
const (
	HealthUnknown  Health = iota
	HealthGood            // green
	HealthImpaired        // it works, but slowly or not for long
	HealthBad             // red
)

package escpos

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Cut is the way in which a printer is told to cut the paper.
type Cut string

// The ways. All but CutFeed need lines fed before, because the knife sits above
// the print head.
const (
	CutNone    Cut = "none"    // the patient tears the slip off
	CutFeed    Cut = "feed"    // GS V 66 0: feeds to the knife by itself, partial cut
	CutPartial Cut = "partial" // GS V 1
	CutFull    Cut = "full"    // GS V 0
	CutEscM    Cut = "esc-m"   // ESC m, of printers that ignore GS V
	CutEscI    Cut = "esc-i"   // ESC i, likewise, full cut
)

var cuts = map[Cut][]byte{
	CutNone: nil, CutFeed: {gs, 'V', 66, 0}, CutPartial: {gs, 'V', 1}, CutFull: {gs, 'V', 0},
	CutEscM: {esc, 'm'}, CutEscI: {esc, 'i'},
}

// Known reports whether the cut is one of the ways above.
func (c Cut) Known() bool {
	_, ok := cuts[c]
	return ok
}

// maxFeed is the most lines that make sense before a cut: about 8 cm.
const maxFeed = 20

// Model is what is peculiar to a family of printers.
type Model struct {
	Name string
	// Cut and FeedLines end a slip: lines of 1/6 inch, then the cut.
	Cut       Cut
	FeedLines int
	// Band is how many rows are sent under one header. Small bands spare small
	// buffers, and leave little to be cleared when a connection breaks.
	Band int
	// Pause follows each band, for printers without flow control whose buffer
	// runs over.
	Pause time.Duration
	// Silent printers are asked nothing: they have no way back to the computer.
	Silent bool
	// Fence says that GS r 1 may be sent. Printers that do not know it print it.
	Fence bool
	// Well is what the printer says instead of answers when all is well; nil: it is
	// found out, but on a serial line.
	Well []string
	// Clear empties all buffers at once, even when the printer is off line; nil
	// where no such command is known.
	Clear []byte
}

// usualBand of 128 rows is 9,216 bytes of an 80 mm slip, below the buffer of all
// but the smallest printers.
const usualBand = 128

// epsonClear is DLE DC4 8, clear all buffers, with the parameters that Epson's
// reference demands against accidents.
var epsonClear = []byte{dle, dc4, 8, 1, 3, 20, 1, 6, 2, 8}

// models holds every family that the configuration may name. Which clones ignore
// which cut was read in reports of users of open source drivers, not measured.
var models = []Model{
	{Name: "generic", Cut: CutPartial, FeedLines: 4, Band: usualBand, Fence: true},
	{Name: "epson-tm", Cut: CutFeed, Band: usualBand, Fence: true, Clear: epsonClear},
	{Name: "xprinter", Cut: CutFeed, FeedLines: 1, Band: usualBand, Fence: true},
	{Name: "gprinter", Cut: CutEscM, FeedLines: 5, Band: usualBand, Fence: true},
	{Name: "no-cutter", Cut: CutNone, FeedLines: 4, Band: usualBand, Fence: true},
	{Name: "small-buffer", Cut: CutPartial, FeedLines: 4, Band: 24, Pause: 20 * time.Millisecond, Fence: true},
	{Name: "write-only", Cut: CutPartial, FeedLines: 4, Band: usualBand, Silent: true},
}

// ModelNamed returns the model of a configuration; an empty name is "generic".
func ModelNamed(name string) (Model, error) {
	if name == "" {
		return models[0], nil
	}
	if i := slices.IndexFunc(models, func(m Model) bool { return m.Name == name }); i >= 0 {
		return models[i], nil
	}
	return Model{}, fmt.Errorf("printer model %q is not known: use one of %s", name, strings.Join(ModelNames(), ", "))
}

// ModelNames lists what ModelNamed knows.
func ModelNames() []string {
	names := make([]string, len(models))
	for i, m := range models {
		names[i] = m.Name
	}
	return names
}

// With returns the model with another cut or feed; an empty cut and a nil
// number of lines keep the model's own.
func (m Model) With(cut Cut, feedLines *int) (Model, error) {
	if cut != "" {
		if !cut.Known() {
			return m, fmt.Errorf("cut %q is not known", cut)
		}
		m.Cut = cut
	}
	if feedLines != nil {
		if *feedLines < 0 || *feedLines > maxFeed {
			return m, fmt.Errorf("feed of %d lines: 0 to %d are possible", *feedLines, maxFeed)
		}
		m.FeedLines = *feedLines
	}
	return m, nil
}

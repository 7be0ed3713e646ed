// Package template reads the file in which a hospital says what its slips show:
// which fields in which order, how large, with which texts, logo and QR code. It
// checks the file strictly and draws nothing.
package template

import (
	"fmt"
	"slices"

	"authenkiosk/assets/slipwords"
)

// Kind is the sort of slip.
type Kind int

// The sorts.
const (
	Code   Kind = iota // an authen code
	Queued             // received; the code follows
	Desk               // please go to the desk, and why
	Test               // a test page of the printer
	kinds
)

var kindNames = [kinds]string{"code", "queued", "desk", "test"}

// String returns the name of the kind in template files.
func (k Kind) String() string {
	if k < 0 || k >= kinds {
		return "unknown"
	}
	return kindNames[k]
}

// Kinds returns all kinds.
func Kinds() []Kind { return []Kind{Code, Queued, Desk, Test} }

// ParseKind reads the name of a kind.
func ParseKind(name string) (Kind, error) {
	if i := slices.Index(kindNames[:], name); i >= 0 {
		return Kind(i), nil
	}
	return 0, fmt.Errorf("kind %q: allowed are %s", name, quotedList(kindNames[:]))
}

// Paper is a size of paper.
type Paper string

// The papers: two rolls, by their width in millimetres, and two sheets.
const (
	Roll58 Paper = "58"
	Roll80 Paper = "80"
	A5     Paper = "a5"
	A4     Paper = "a4"
)

// Papers returns all papers.
func Papers() []Paper { return []Paper{Roll58, Roll80, A5, A4} }

// ParsePaper reads the name of a paper.
func ParsePaper(name string) (Paper, error) {
	if slices.Contains(Papers(), Paper(name)) {
		return Paper(name), nil
	}
	return "", fmt.Errorf("paper %q: allowed are %s", name, quotedList(Papers()))
}

// Size is a size of letters.
type Size string

// The sizes.
const (
	Small  Size = "small"
	Normal Size = "normal"
	Large  Size = "large"
	Huge   Size = "huge"
)

// Align is where a block stands on the paper.
type Align string

// The places.
const (
	Left   Align = "left"
	Center Align = "center"
	Right  Align = "right"
)

// Text is a text in each language. Lines may break at its U+200B.
type Text map[string]string

// In returns the text in that language, else in Thai, else in any.
func (t Text) In(language string) string {
	for _, l := range append([]string{language}, slipwords.Languages()...) {
		if t[l] != "" {
			return t[l]
		}
	}
	return ""
}

// Block is one thing on a slip.
type Block struct {
	Show     string // the field, see Fields
	File     string // where it is written, for messages
	Key      string // for example code[3]
	Line     int    // of the file
	Papers   []Paper
	Size     Size
	Align    Align
	Bold     bool
	Label    bool // fields with a label: whether it is printed
	Text     Text // the free text, or what stands for the built-in words
	MM       int  // height of a gap, width of a logo
	Content  string
	ModuleMM float64 // of a QR code
	Logo     *Logo

	lines map[string]int // of its keys
}

// Says reports whether the file sets that key of the block.
func (b Block) Says(key string) bool { return b.lines[key] > 0 }

// Problem is something that is wrong with the block, or with a key of it.
func (b Block) Problem(key, text string) *Problem {
	p := &Problem{File: b.File, Line: b.Line, Key: b.Key, Text: text}
	if key != "" {
		p.Key += "." + key
	}
	if n := b.lines[key]; n > 0 {
		p.Line = n
	}
	return p
}

// On reports whether the block is printed on that paper.
func (b Block) On(p Paper) bool { return len(b.Papers) == 0 || slices.Contains(b.Papers, p) }

// Template says what each kind of slip shows.
type Template struct {
	Name   string // of the file, for messages
	Blocks [kinds][]Block
	Next   map[string]Text // by code of the claim type, or "default"
}

// NextStep returns what a patient with that claim type does next; may be nil.
func (t *Template) NextStep(claim string) Text {
	if text, ok := t.Next[claim]; ok {
		return text
	}
	return t.Next[anyClaim]
}

const anyClaim = "default"

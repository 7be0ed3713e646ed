package printer

import (
	"errors"
	"fmt"
	"image"
	"runtime/debug"
	"slices"

	"authenkiosk/assets/slipwords"
	"authenkiosk/printer/template"
)

// Warnings draws samples of all kinds of slips on a paper, in those languages
// (none: Thai and English), and tells what of a template comes out otherwise than
// it says, by file, line and key: a QR code or logo that is wider than the paper,
// texts that do not fit in their size. A slip that cannot be drawn at all is
// printed with the built-in template, see DrawSafely. Nothing means all is well.
func Warnings(t *template.Template, p Paper, languages ...string) []*template.Problem {
	var all []*template.Problem
	for _, kind := range template.Kinds() {
		for _, turned := range [][]string{languages, reversed(languages)} {
			for _, problem := range warningsOf(t, kind, p, turned) {
				known := func(other *template.Problem) bool { return *other == *problem }
				if !slices.ContainsFunc(all, known) {
					all = append(all, problem)
				}
			}
		}
	}
	return all
}

// WarningsOf is Warnings for the names that a configuration has; a template that
// cannot be read is an error.
func WarningsOf(file, paper string, dpi int) ([]*template.Problem, error) {
	t, p, err := named(file, paper, dpi)
	if err != nil {
		return nil, err
	}
	return Warnings(t, p), nil
}

func reversed(languages []string) []string {
	if len(languages) == 0 {
		languages = []string{slipwords.Thai, "en"}
	}
	languages = slices.Clone(languages)
	slices.Reverse(languages)
	return languages
}

func warningsOf(t *template.Template, kind Kind, p Paper, languages []string) []*template.Problem {
	s, err := Sample(kind)
	if err != nil {
		return []*template.Problem{{File: t.Name, Key: kind.String(), Text: ": " + err.Error()}}
	}
	s.Languages, s.Zone = languages, "" // with bars, which take room
	l, err := tryArrange(t, s, p)
	var at *template.Problem
	switch {
	case errors.As(err, &at):
		return []*template.Problem{at}
	case err != nil:
		return []*template.Problem{{File: t.Name, Key: kind.String(), Text: fmt.Sprintf(": cannot be printed on paper %q: %v", p.Size, err)}}
	}
	if p.Height > 0 && l.zoom < lowZoom*p.zoom() {
		l.notes = append(l.notes, &template.Problem{File: t.Name, Key: kind.String(), Text: fmt.Sprintf(
			": too much for paper %q: all letters become %.0f percent of their size", p.Size, 100*l.zoom/p.zoom())})
	}
	return l.notes
}

// Shares of the size that was asked for, from which on nobody is warned: the code
// in huge letters always shrinks to the width of the paper.
const (
	lowLetters = 0.7
	lowZoom    = 0.75
)

// note remembers what of a block comes out otherwise than its template says.
func (l *layout) note(b template.Block, key, text string) {
	l.notes = append(l.notes, b.Problem(key, fmt.Sprintf("%s (paper %q)", text, l.paper.Size)))
}

// judge notes texts of the template that become much smaller than they should be,
// and any that are cut.
func (l *layout) judge(b template.Block, ll []line, px int) {
	own := len(b.Text) > 0 || b.Show == "next" && l.slip.Next == ""
	if len(ll) == 0 {
		return
	}
	got := ll[0].style.px
	switch {
	case got <= minPx && got < px:
		l.note(b, "size", fmt.Sprintf(" = %q: the text does not fit; it becomes as small as can be and may be cut", b.Size))
	case own && float64(got) < lowLetters*float64(px):
		l.note(b, "size", fmt.Sprintf(" = %q: the text does not fit; its letters become %d percent of that size", b.Size, 100*got/px))
	}
}

// DrawSafely draws a slip as the template says, nil being the built-in one. A
// patient must not go without a slip because of a template: when that fails, the
// built-in one is used, and blame tells what was wrong, for the log. Only err
// means that there is no picture.
func DrawSafely(t *template.Template, s Slip, p Paper) (m *image.Gray, blame, err error) {
	if t != nil && s.check() == nil {
		if m, blame = tryDraw(t, s, p); blame == nil {
			return m, nil, nil
		}
		blame = fmt.Errorf("the built-in template of slips replaces %s: %w", t.Name, blame)
	}
	m, err = tryDraw(template.Default(), s, p)
	return m, blame, err
}

func tryDraw(t *template.Template, s Slip, p Paper) (m *image.Gray, err error) {
	defer noPanic(&err)
	return Draw(t, s, p)
}

func tryArrange(t *template.Template, s Slip, p Paper) (l *layout, err error) {
	defer noPanic(&err)
	return arrange(t, s, p)
}

// noPanic makes a panic an error. What was drawn belongs to this call alone, so
// nothing is left half done.
func noPanic(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("draw slip: panic: %v\n%s", r, debug.Stack())
	}
}

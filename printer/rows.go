package printer

import (
	"strings"

	"authenkiosk/visit"
)

// rows draws the particulars, each a label and a value.
func (l *layout) rows() {
	l.rule()
	s := l.slip
	date, clock := dateWords(s.Date), timeWords(s.At)
	l.row(wordDate, date)
	if !s.At.IsZero() {
		l.row(wordTime, word{th: clock.in(l.primary)})
	}
	l.row(wordName, word{th: s.Name.Short()})
	l.row(wordPID, word{th: s.PID.Masked()})
	l.row(wordRight, word{th: rightText(s.Right)})
	l.row(wordService, word{th: strings.TrimSpace(s.Claim.Name + " " + s.Claim.Code)})
	l.row(wordMethod, methodWords[s.Method])
	if s.Kind == KindCode {
		l.row(wordVisit, word{th: s.Visit.Number()})
	}
}

// rightText joins main and sub right: สิทธิหลักประกันสุขภาพแห่งชาติ (UCS) · ... (89).
func rightText(r visit.Right) string {
	var parts []string
	for _, c := range []visit.Coded{r.Main, r.Sub} {
		switch {
		case c.ID == "" && c.Name == "":
		case c.ID == "" || c.Name == "":
			parts = append(parts, c.ID+c.Name)
		default:
			parts = append(parts, c.Name+" ("+c.ID+")")
		}
	}
	return strings.Join(parts, " · ")
}

// row draws a label and a value. A value without English is the same in every
// language. A row without a value is left out.
func (l *layout) row(label, value word) {
	first := value.th
	if value.en != "" {
		first = value.in(l.primary)
	}
	if strings.TrimSpace(first) == "" {
		return
	}
	second := ""
	if value.en != "" && l.secondary != "" {
		second = value.in(l.secondary)
	}
	if l.width < twoColumns {
		l.stacked(label, first, second)
	} else {
		l.beside(label, first, second)
	}
	l.gap(12)
}

// beside puts the label on the left, in two fifths of the paper, with its first
// line on the same baseline as that of the value.
func (l *layout) beside(label word, first, second string) {
	const gutter = 12
	split := l.width * 2 / 5
	names := l.pen.paragraph(label.in(l.primary), style{false, l.size(pxLabel)}, split-margin-gutter, maxLines)
	values := l.pen.paragraph(first, style{true, l.size(pxValue)}, l.width-margin-split, maxLines)
	top := l.y
	if len(names) > 0 && len(values) > 0 {
		l.gap(max(0, values[0].ascent()-names[0].ascent()))
	}
	l.lines(names, margin)
	l.small(l.label(label), margin, split-margin-gutter)
	end := l.y
	l.y = top
	if len(names) > 0 && len(values) > 0 {
		l.gap(max(0, names[0].ascent()-values[0].ascent()))
	}
	l.lines(values, split)
	l.small(second, split, l.width-margin-split)
	l.y = max(l.y, end)
}

// stacked puts the label above the value.
func (l *layout) stacked(label word, first, second string) {
	name := label.in(l.primary)
	if l.secondary != "" {
		name += " · " + label.in(l.secondary)
	}
	width := l.width - 2*margin
	l.lines(l.pen.paragraph(name, style{false, l.size(pxLabel)}, width, maxLines), margin)
	l.gap(4)
	l.lines(l.pen.paragraph(first, style{true, l.size(pxValue)}, width, maxLines), margin)
	l.small(second, margin, width)
}

func (l *layout) label(w word) string {
	if l.secondary == "" {
		return ""
	}
	return w.in(l.secondary)
}

// small draws what the second language says, right below.
func (l *layout) small(text string, x, width int) {
	if text == "" {
		return
	}
	l.gap(3)
	l.lines(l.pen.paragraph(text, style{false, l.size(pxSmall)}, width, maxLines), x)
}

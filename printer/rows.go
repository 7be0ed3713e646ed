package printer

import (
	"strconv"
	"strings"

	"authenkiosk/assets/slipwords"
	"authenkiosk/printer/template"
	"authenkiosk/visit"
)

// value returns what a row shows, in both languages.
func (l *layout) value(show string) (first, second string) {
	s := l.slip
	switch show {
	case "date":
		return dateIn(l.first, s.Date), dateIn(l.second, s.Date)
	case "time":
		if s.At.IsZero() {
			return "", ""
		}
		return timeIn(l.first, s.At), ""
	case "name":
		return s.Name.Short(), ""
	case "pid":
		return s.PID.Masked(), ""
	case "right":
		return rightText(s.Right), ""
	case "claim":
		return l.claim(s.Claim)
	case "method":
		return l.said(nil, methodWord(s))
	case "visit":
		if !s.found() {
			return "", ""
		}
		return s.Visit.Number(), ""
	case "help":
		return s.Problem.HelpCode(), ""
	case "message":
		return s.Message, ""
	case "bring":
		return l.said(nil, problemWord("bring", s.Problem))
	case "printer":
		return s.Printer, ""
	case "program":
		return s.Program, ""
	case "paper":
		return l.paperText(l.first), l.paperText(l.second)
	}
	return "", ""
}

func (l *layout) paperText(language string) string {
	key := "paper.page"
	if l.paper.Height == 0 {
		key = "paper.roll"
	}
	dots := strconv.Itoa(l.paper.Width)
	if l.paper.Height > 0 {
		dots += " x " + strconv.Itoa(l.paper.Height)
	}
	return strings.NewReplacer("{mm}", string(l.paper.Size), "{size}", strings.ToUpper(string(l.paper.Size)),
		"{dots}", dots, "{dpi}", strconv.Itoa(l.paper.DPI)).Replace(slipwords.In(language, key))
}

// rightText joins main and sub right, each on a line of its own:
// สิทธิหลักประกันสุขภาพแห่งชาติ (UCS), ช่วงอายุ 12-59 ปี (89).
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
	for i, part := range parts {
		parts[i] = strings.ReplaceAll(part, "\n", " ")
	}
	return strings.Join(parts, "\n")
}

// row draws a label and a value. A row without a value is left out.
func (l *layout) row(b template.Block) {
	first, second := l.value(b.Show)
	if strings.TrimSpace(first) == "" {
		return
	}
	if second == first || l.second == "" {
		second = ""
	}
	key := "label." + b.Show
	switch kind := l.slip.Kind; {
	case b.Show == "method" && kind == KindDesk:
		key = "label.tried"
	case b.Show == "date" && kind == KindDesk:
		key = "label.day" // no service was given
	case b.Show == "date" && kind == KindTest:
		key = "label.printed"
	}
	name, small := l.said(b.Text, key)
	l.before(0)
	if b.Label && b.Align == template.Left && float64(l.width)/l.zoom >= twoColumns {
		l.beside(b, name, small, first, second)
	} else {
		l.stacked(b, name, small, first, second)
	}
	l.gap(l.dots(12))
}

// beside puts the label on the left, in two fifths of the paper, with its first
// line on the same baseline as that of the value.
func (l *layout) beside(b template.Block, name, small, first, second string) {
	gutter, split, size := l.dots(12), l.width*2/5, letters[b.Size]
	left, right := split-l.edge-gutter, l.width-l.edge-split
	names := l.pen.paragraph(name, style{false, l.letters(size.label)}, left, maxLines)
	values := l.pen.paragraphs(first, style{b.Bold, l.letters(size.text)}, right, maxLines)
	l.judge(b, values, l.letters(size.text))
	l.judge(b, names, l.letters(size.label))
	top := l.y
	if len(names) > 0 && len(values) > 0 {
		l.gap(max(0, values[0].ascent()-names[0].ascent()))
	}
	l.lines(names, l.edge, left, template.Left)
	l.small(small, size.second, l.edge, left, template.Left)
	end := l.y
	l.y = top
	if len(names) > 0 && len(values) > 0 {
		l.gap(max(0, names[0].ascent()-values[0].ascent()))
	}
	l.lines(values, split, right, template.Left)
	l.small(second, size.second, split, right, template.Left)
	l.y = max(l.y, end)
}

// stacked puts the label above the value.
func (l *layout) stacked(b template.Block, name, small, first, second string) {
	width, size := l.width-2*l.edge, letters[b.Size]
	if b.Label {
		l.label(b, name, small, width)
		l.gap(max(l.dots(4), l.letters(size.text)/8))
	}
	values := l.pen.paragraphs(first, style{b.Bold, l.letters(size.text)}, width, maxLines)
	l.judge(b, values, l.letters(size.text))
	l.lines(values, l.edge, width, b.Align)
	l.small(second, size.second, l.edge, width, b.Align)
}

// label draws a label in both languages: on one line if they have room there.
func (l *layout) label(b template.Block, name, small string, width int) {
	s := style{false, l.letters(letters[b.Size].label)}
	if small == name {
		small = ""
	}
	if small != "" {
		if both := l.pen.shape(strings.ReplaceAll(l.pen.clean(name+" · "+small), zw, ""), s); both.width() <= width {
			l.lines([]line{both}, l.edge, width, b.Align)
			return
		}
	}
	names := l.pen.paragraph(name, s, width, maxLines)
	l.judge(b, names, s.px)
	l.lines(names, l.edge, width, b.Align)
	l.small(small, letters[b.Size].second, l.edge, width, b.Align)
}

// small draws what the second language says, right below.
func (l *layout) small(text string, px, x, width int, align template.Align) {
	if text == "" {
		return
	}
	l.gap(l.dots(3))
	l.lines(l.pen.paragraph(text, style{false, l.letters(px)}, width, maxLines), x, width, align)
}

// claim is the service in the plain words of the screens, or NHSO's own, with its
// code for the staff.
func (l *layout) claim(t visit.ClaimType) (first, second string) {
	key := "claim." + t.Code
	if !slipwords.Has(key) {
		return strings.TrimSpace(t.Name + " " + t.Code), ""
	}
	first, second = l.said(nil, key)
	return first + " " + t.Code, second
}

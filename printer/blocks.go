package printer

import (
	"fmt"
	"image"
	"strconv"
	"strings"

	"authenkiosk/assets/slipwords"
	"authenkiosk/printer/template"
	"authenkiosk/visit"
)

func reprintText(s Slip, language string) string {
	if s.ReprintCount > 0 {
		return strings.ReplaceAll(slipwords.In(language, "reprint.count"), "{n}", strconv.Itoa(s.ReprintCount))
	}
	return slipwords.In(language, "reprint")
}

// said returns a text of the template, else the built-in words, in both
// languages.
func (l *layout) said(t template.Text, key string) (first, second string) {
	if len(t) > 0 {
		first, second = t.In(l.first), t[l.second]
	} else {
		first = slipwords.In(l.first, key)
		if l.second != "" {
			second = slipwords.In(l.second, key)
		}
	}
	return first, second
}

// block draws one block; one that has nothing to show draws nothing.
func (l *layout) block(b template.Block) error {
	s := l.slip
	switch b.Show {
	case "rule":
		l.ruled = true
	case "gap":
		l.before(0)
		l.gap(l.paper.mm(float64(b.MM)))
	case "logo":
		l.logo(b)
	case "qr":
		return l.code(b)
	case "unit":
		l.both(b, s.UnitName, "", 0, maxLines)
	case "phone":
		if !s.UnitPhone.IsZero() {
			first, _ := l.said(b.Text, "phone")
			// The unit's own number: no secret, so it is not masked.
			l.both(b, first+" "+s.UnitPhone.String(), "", 6, maxLines)
		}
	case "title":
		first, second := l.said(b.Text, "title."+s.Kind.String())
		l.both(b, first, second, 6, maxLines)
	case "reprint":
		l.badge(b.Size)
	case "text":
		first, second := l.said(b.Text, "")
		l.both(b, first, second, 8, maxLines)
	case "code":
		l.both(b, s.Code.Grouped(), "", 14, 1)
	case "number":
		l.both(b, number(s.Visit), "", 14, 1)
	case "not_a_code", "follows":
		first, second := l.said(b.Text, b.Show)
		l.both(b, first, second, 8, maxLines)
	case "reason":
		first, second := l.said(nil, problemWord("reason", s.Problem))
		l.both(b, first, second, 12, maxLines)
	case "next":
		l.next(b)
	case "ruler":
		l.ruler()
	case "greys":
		l.greys()
	case "marks":
		l.marks()
	default:
		l.row(b)
	}
	return nil
}

// next says what the patient does now: what the caller says, else the template.
func (l *layout) next(b template.Block) {
	if strings.Trim(l.slip.Next, " "+zw) != "" {
		l.both(b, l.slip.Next, "", 8, maxLines)
		return
	}
	if t := l.template.NextStep(l.slip.Claim.Code); t != nil {
		l.both(b, t.In(l.first), t[l.second], 8, maxLines)
	}
}

func number(id visit.ID) string {
	if n := id.Number(); n != "" {
		return n
	}
	return string(id)
}

func (l *layout) code(b template.Block) error {
	content := l.slip.QR()
	if b.Content != "" && (content != "" || !strings.Contains(b.Content, "{")) {
		content = strings.NewReplacer("{code}", string(l.slip.Code), "{visit}", string(l.slip.Visit), "{number}", number(l.slip.Visit)).Replace(b.Content)
	}
	if content == "" {
		return nil
	}
	l.before(4)
	// A page has as much larger modules as it has larger letters.
	most := int(l.paper.dots(b.ModuleMM) * l.paper.enlarged())
	modules, module, err := l.qr(content, most, int(l.paper.dots(minModuleMM)), b.Align)
	if err == nil && module < most && b.Says("module_mm") {
		l.note(b, "module_mm", fmt.Sprintf(": the code has %d modules and its margin; so that it fits the paper they become %.2f mm", modules, float64(module)/l.paper.dots(1)))
	}
	return err
}

func (l *layout) logo(b template.Block) {
	width := l.width - 2*l.edge
	wanted := l.paper.mm(float64(b.MM))
	if wanted > width {
		l.note(b, "width_mm", fmt.Sprintf(" = %d: the paper has room for %d mm; the logo becomes that wide", b.MM, int(float64(width)/l.paper.dots(1))))
	}
	m := b.Logo.At(min(wanted, width))
	l.before(6)
	x := along(l.edge, width, m.Rect.Dx(), b.Align)
	l.grow(l.y + m.Rect.Dy())
	for y := range m.Rect.Dy() {
		copy(l.pix[(l.y+y)*l.width+x:], m.Pix[y*m.Stride:y*m.Stride+m.Rect.Dx()])
	}
	l.y += m.Rect.Dy()
	l.gap(l.dots(6))
}

// ruler draws millimetres over the whole printable width, so that one sees what
// the printer cuts off.
func (l *layout) ruler() {
	l.before(8)
	top := l.y
	for n := 0; l.paper.mm(float64(n)) < l.width; n++ {
		x, long := l.paper.mm(float64(n)), 12
		if n%5 == 0 {
			long = 24
		}
		if n%10 == 0 {
			long = 40
			if t := l.pen.shape(strconv.Itoa(n), style{px: l.letters(20)}); x+t.width() < l.width {
				l.text(t, x, top+l.dots(44), black)
			}
		}
		l.fill(image.Rect(x, top, x+max(1, l.thick/2), top+l.dots(long)), black)
	}
	// A bar over all dots shows those of the print head that are dead, and its ends
	// whether the printer cuts off an edge.
	l.fill(image.Rect(0, top+l.dots(44+30), l.width, top+l.dots(44+30+16)), black)
	l.y = top + l.dots(44+30+16)
	l.keep = append(l.keep, image.Rect(0, top, l.width, l.y))
}

// bayer is the order in which the dots of a grey become black.
var bayer = [4][4]int{{0, 8, 2, 10}, {12, 4, 14, 6}, {3, 11, 1, 9}, {15, 7, 13, 5}}

// greys draws nine fields from white to black, made of dots.
func (l *layout) greys() {
	const fields = 9
	l.before(8)
	area := image.Rect(l.edge, l.y, l.width-l.edge, l.y+l.dots(80))
	l.fill(area, black)
	for y := area.Min.Y + 2; y < area.Max.Y-2; y++ {
		for x := area.Min.X + 2; x < area.Max.X-2; x++ {
			if step := (x - area.Min.X) * fields / area.Dx(); bayer[y%4][x%4] >= step*2 {
				l.pix[y*l.width+x] = white
			}
		}
	}
	l.keep = append(l.keep, area)
	l.y = area.Max.Y
}

// sampleMarks has the highest and the deepest stacks of Thai letters.
const sampleMarks = "ปี่ป้าฎู กตัญญู น้ำ ที่ ญี่ปุ่น"

func (l *layout) marks() {
	for _, size := range []template.Size{template.Small, template.Normal, template.Large} {
		l.both(template.Block{Size: size, Align: template.Left}, sampleMarks, "", 10, maxLines)
	}
}

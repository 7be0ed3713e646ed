package printer

import (
	"sort"
	"strings"
	"unicode"
)

// mayBreak is U+200B, which marks where a line may break between Thai words.
const mayBreak = '\u200B'

const ellipsis = "…"

// clean makes a text fit to be drawn: one kind of space, no control characters,
// a question mark for what the font does not have, at most maxText characters.
// U+200B stays.
func (p *pen) clean(text string) string {
	var b strings.Builder
	n := 0
	for _, r := range strings.ToValidUTF8(text, "?") {
		if n++; n > maxText {
			b.WriteString(ellipsis)
			break
		}
		switch {
		case r == mayBreak:
		case unicode.IsSpace(r):
			r = ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			continue
		default:
			if _, ok := p.faces[0].NominalGlyph(r); !ok {
				r = '?'
			}
		}
		b.WriteRune(r)
	}
	return b.String()
}

// paragraph sets a text in lines no wider than width. When a word is too wide or
// the lines are too many, the letters shrink down to minPx; only then is a word
// cut in two, and the rest of a text that is still too long left out.
func (p *pen) paragraph(text string, s style, width, most int) []line {
	words := p.measure(split(p.clean(text)), s.bold)
	for ; s.px >= minPx; s.px-- {
		if rows, fits := fill(words, s.px, width); fits && len(rows) <= most {
			rows = balance(words, s.px, width, rows)
			if ll := p.shapeAll(rows, s); widest(ll) <= width {
				return ll
			}
		}
	}
	s.px = minPx
	return p.cut(words, s, width, most)
}

// cut sets a text at the smallest size and breaks words between clusters.
func (p *pen) cut(words []piece, s style, width, most int) []line {
	var parts []string
	for _, w := range words {
		if w.trimmed*float32(s.px) > float32(width)/2 {
			parts = append(parts, clusters(w.text)...)
		} else {
			parts = append(parts, w.text)
		}
	}
	rows, _ := fill(p.measure(parts, s.bold), s.px, width)
	if len(rows) > most {
		rows = rows[:most]
		rows[most-1] += ellipsis
	}
	for i, row := range rows {
		if p.shape(row, s).width() > width {
			rows[i] = p.shorten(row, s, width)
		}
	}
	return p.shapeAll(rows, s)
}

// shorten makes room for the mark that something is left out.
func (p *pen) shorten(row string, s style, width int) string {
	parts := clusters(strings.TrimSuffix(row, ellipsis))
	for len(parts) > 0 && p.shape(strings.Join(parts, "")+ellipsis, s).width() > width {
		parts = parts[:len(parts)-1]
	}
	return strings.TrimRight(strings.Join(parts, ""), " ") + ellipsis
}

func (p *pen) shapeAll(rows []string, s style) []line {
	ll := make([]line, len(rows))
	for i, row := range rows {
		ll[i] = p.shape(row, s)
	}
	return ll
}

func widest(ll []line) (w int) {
	for _, l := range ll {
		w = max(w, l.width())
	}
	return w
}

// piece is a word with its width per em: with and without the space that may
// follow it.
type piece struct {
	text           string
	whole, trimmed float32
}

// measure shapes each word once. Outlines are not hinted, so widths grow in
// proportion to the size.
func (p *pen) measure(words []string, bold bool) []piece {
	const px = 256 // big enough that rounding to 1/64 dot does not count
	pieces := make([]piece, len(words))
	space := p.shape(" ", style{bold, px}).advance / px
	for i, w := range words {
		bare := strings.TrimRight(w, " ")
		trimmed := p.shape(bare, style{bold, px}).advance / px
		pieces[i] = piece{w, trimmed + space*float32(len(w)-len(bare)), trimmed}
	}
	return pieces
}

// fill puts words into rows. It reports whether every word fitted alone.
func fill(words []piece, px, width int) (rows []string, fits bool) {
	fits = true
	limit := float32(width) / float32(px)
	var row strings.Builder
	used := float32(0)
	flush := func() {
		if text := strings.TrimSpace(row.String()); text != "" {
			rows = append(rows, text)
		}
		row.Reset()
		used = 0
	}
	for _, w := range words {
		if used > 0 && used+w.trimmed > limit {
			flush()
		}
		if w.trimmed > limit {
			fits = false
		}
		row.WriteString(w.text)
		used += w.whole
	}
	flush()
	return rows, fits
}

// balance sets the same number of rows as narrow as it can, so that no single
// word is left over on the last.
func balance(words []piece, px, width int, rows []string) []string {
	if len(rows) < 2 {
		return rows
	}
	most := len(rows)
	narrow := 1 + sort.Search(width-1, func(w int) bool {
		rows, fits := fill(words, px, w+1)
		return fits && len(rows) <= most
	})
	rows, _ = fill(words, px, narrow)
	return rows
}

// paragraphs sets a text whose line feeds begin new lines, all in one size.
func (p *pen) paragraphs(text string, s style, width, most int) []line {
	var ll []line
	for _, part := range strings.SplitN(text, "\n", maxParts) {
		ll = append(ll, p.paragraph(part, s, width, most)...)
	}
	for _, l := range ll {
		if l.style.px < s.px && l.style.px >= minPx {
			return p.paragraphs(text, style{s.bold, l.style.px}, width, most)
		}
	}
	return ll
}

// maxParts is how many lines a text may begin by itself.
const maxParts = 3

// split cuts a clean text after each space and at each U+200B, which is dropped.
func split(text string) (words []string) {
	for _, part := range strings.Split(text, string(mayBreak)) {
		words = append(words, strings.SplitAfter(part, " ")...)
	}
	return words
}

// clusters cuts a word into pieces that may stand on a row of their own: Thai
// vowels and marks stay with their consonant.
func clusters(word string) (parts []string) {
	lead := false
	for _, r := range word {
		leans := unicode.Is(unicode.M, r) || r == 'ะ' || r == 'า' || r == 'ำ' || r == 'ๆ' || r == 'ฯ' || r == 'ๅ'
		if (lead || leans) && len(parts) > 0 && len(parts[len(parts)-1]) < maxCluster {
			parts[len(parts)-1] += string(r)
		} else {
			parts = append(parts, string(r))
		}
		lead = r >= 'เ' && r <= 'ไ'
	}
	return parts
}

// maxCluster is the length of a cluster in bytes, seven Thai letters: real ones
// have five, and endless ones must not be wider than the paper.
const maxCluster = 21

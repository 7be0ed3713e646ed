package ui

import (
	"strings"
	"unicode/utf8"
)

const zeroWidthSpace = "\u200B"

// wrapper breaks text into lines of one width.
type wrapper struct {
	size, width float32
	bold        bool
}

// word is a piece that is not broken; a space may follow it.
type word struct {
	text  string
	space bool
	width float32
}

// wrap gives the lines and tells whether they are at most room and none is too
// wide.
func (w wrapper) wrap(words string, room int) (lines []string, fits bool) {
	fits = true
	for _, paragraph := range strings.Split(words, "\n") {
		ls, ok := w.paragraph(paragraph)
		lines = append(lines, ls...)
		fits = fits && ok
	}
	return lines, fits && len(lines) <= room
}

func (w wrapper) paragraph(words string) (lines []string, fits bool) {
	ws := w.words(words)
	for width := w.width; ; width *= 0.97 {
		lines, fits = w.balanced(ws, width), true
		for _, l := range lines {
			fits = fits && measure(l, w.size, w.bold).Width <= w.width+0.5
		}
		if fits || width <= w.width*0.8 {
			return lines, fits
		}
	}
}

// words splits at spaces and at the marked places; a long Thai text from outside
// has no marks and is divided by what is known of Thai words.
func (w wrapper) words(words string) []word {
	var out []word
	for _, phrase := range strings.Fields(words) {
		pieces := strings.Split(phrase, zeroWidthSpace)
		if len(pieces) == 1 {
			pieces = divideThai(phrase)
		}
		for _, p := range pieces {
			if p != "" {
				out = append(out, word{text: p, width: measure(p, w.size, w.bold).Width})
			}
		}
		if len(out) > 0 {
			out[len(out)-1].space = true
		}
	}
	return out
}

// balanced breaks into the fewest lines that the width allows and makes these
// lines as even as possible, rather at a space than within a phrase, so that no
// single word is left over.
func (w wrapper) balanced(ws []word, width float32) []string {
	n := len(w.greedy(ws, width))
	if n <= 1 {
		return []string{join(ws)}
	}
	space := measure(" ", w.size, w.bold).Width
	const impossible = 1e18
	// cost[k][i] is the least cost of the first i words in k lines, from[k][i]
	// the word with which the last of these begins.
	cost := make([][]float64, n+1)
	from := make([][]int, n+1)
	for k := range cost {
		cost[k], from[k] = make([]float64, len(ws)+1), make([]int, len(ws)+1)
		for i := range cost[k] {
			cost[k][i] = impossible
		}
	}
	cost[0][0] = 0
	for k := 1; k <= n; k++ {
		for i := 1; i <= len(ws); i++ {
			for j, used := i-1, float32(0); j >= 0; j-- {
				used += ws[j].width
				if used > width && j < i-1 {
					break
				}
				if c := cost[k-1][j] + lineCost(ws[i-1], used, width, i == len(ws)); c < cost[k][i] {
					cost[k][i], from[k][i] = c, j
				}
				if j > 0 && ws[j-1].space {
					used += space
				}
			}
		}
	}
	return cutAt(ws, from, n)
}

// lineCost is the price of a line: its empty part, a bit more when it ends within
// a phrase and a bit less when a sentence ends with it.
func lineCost(last word, used, width float32, end bool) float64 {
	slack := float64((width - used) / width)
	c := slack * slack
	switch {
	case end:
	case !last.space:
		c += 0.08
	case strings.ContainsAny(last.text[len(last.text)-1:], ".;:,"):
		c -= 0.06
	}
	return c
}

func cutAt(ws []word, from [][]int, n int) []string {
	lines := make([]string, n)
	for k, i := n, len(ws); k > 0; k-- {
		j := from[k][i]
		lines[k-1] = join(ws[j:i])
		i = j
	}
	return lines
}

func (w wrapper) greedy(ws []word, width float32) []string {
	var lines []string
	space := measure(" ", w.size, w.bold).Width
	start, used := 0, float32(0)
	for i, x := range ws {
		if i > start && used+x.width > width {
			lines = append(lines, join(ws[start:i]))
			start, used = i, 0
		}
		used += x.width
		if x.space {
			used += space
		}
	}
	return append(lines, join(ws[start:]))
}

func join(ws []word) string {
	var b strings.Builder
	for i, x := range ws {
		b.WriteString(x.text)
		if x.space && i < len(ws)-1 {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// elide keeps what fits into so many lines and ends it with an ellipsis.
func (w wrapper) elide(words string, room int) []string {
	ws := w.words(words)
	for n := len(ws); n > 0; n-- {
		kept := append([]word(nil), ws[:n]...)
		if n < len(ws) {
			kept[n-1].text += "…"
			kept[n-1].width = measure(kept[n-1].text, w.size, w.bold).Width
		}
		if ls := w.greedy(kept, w.width); len(ls) <= room && w.narrow(ls) {
			return ls
		}
	}
	if len(ws) == 0 {
		return nil
	}
	return []string{w.beginning(ws[0].text)}
}

// beginning keeps of a word that is too wide what fits before an ellipsis, and never
// parts a letter from its marks.
func (w wrapper) beginning(word string) string {
	for i := len(word); i > 0; {
		next, _ := utf8.DecodeRuneInString(word[i:])
		last, size := utf8.DecodeLastRuneInString(word[:i])
		if !followsLetter(next) && !leadingVowel(last) && w.narrow([]string{word[:i] + "…"}) {
			return word[:i] + "…"
		}
		i -= size
	}
	return "…"
}

func (w wrapper) narrow(lines []string) bool {
	for _, l := range lines {
		if measure(l, w.size, w.bold).Width > w.width+0.5 {
			return false
		}
	}
	return true
}

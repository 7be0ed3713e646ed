package draw

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	zeroWidthSpace = "\u200B"
	// NoBreakSpace holds together what belongs together: a number and its unit.
	NoBreakSpace = "\u00A0"
)

// wrapper breaks text into lines of one width.
type wrapper struct {
	size, width float32
	bold        bool
}

// word is a piece that is not broken; a space may follow it.
type word struct {
	text  string
	space bool
	after pause
	width float32
}

// pause is what a reader hears after a word: the longer, the better a line ends
// there.
type pause int

const (
	noPause       pause = iota // within a phrase
	shortPause                 // between English words
	phrasePause                // a space between Thai phrases
	sentencePause              // a full stop, a comma
)

// wrap gives the lines and reports whether they are at most room and none is too
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
	for _, phrase := range strings.FieldsFunc(words, breakingSpace) {
		pieces := strings.Split(phrase, zeroWidthSpace)
		if len(pieces) == 1 {
			pieces = divideThai(phrase)
		}
		for i, p := range pieces {
			p = strings.ReplaceAll(p, NoBreakSpace, " ")
			first, _ := utf8.DecodeRuneInString(p)
			switch {
			case p == "":
			case i == 0 && len(out) > 0 && followsLetter(first):
				out[len(out)-1].text += " " + p // as the sign of repetition
			case i > 0 && len(out) > 0 && out[len(out)-1].text == notInThai:
				out[len(out)-1].text += p
			default:
				out = append(out, word{text: p})
			}
		}
		if len(out) > 0 {
			out[len(out)-1].space = true
		}
	}
	for i := range out {
		out[i].width = measure(out[i].text, w.size, w.bold).Width
		if i+1 < len(out) && out[i].space {
			out[i].after = pauseBetween(out[i].text, out[i+1].text)
		}
	}
	return out
}

func breakingSpace(r rune) bool { return unicode.IsSpace(r) && string(r) != NoBreakSpace }

// pauseBetween is the pause at the space between two words. Thai has a space where a
// phrase ends, but also around numbers, Latin letters and abbreviations.
func pauseBetween(word, next string) pause {
	last, size := utf8.DecodeLastRuneInString(word)
	before, _ := utf8.DecodeLastRuneInString(word[:len(word)-size])
	first, _ := utf8.DecodeRuneInString(next)
	switch {
	case strings.Trim(word, "0123456789") == ".": // of a list
		return noPause
	case strings.ContainsRune(";:,", last), last == '.' && !isThai(before):
		return sentencePause
	case beginsPhrase(next), isThai(last) && isThai(first) && !strings.HasSuffix(next, "."):
		return phrasePause
	case isThai(last), isThai(before), isThai(first):
		return noPause
	}
	return shortPause
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
				if c := cost[k-1][j] + lineCost(ws, j, i, (width-used)/width); c < cost[k][i] {
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

// lineCost is the price of a line of the words from one up to another: its empty
// part; more when it ends within a phrase, more again when that leaves a single
// word of the phrase on either side, and a bit less when a sentence ends with it.
func lineCost(ws []word, from, to int, slack float32) float64 {
	c := float64(slack * slack)
	if to == len(ws) {
		return c
	}
	after := ws[to-1].after
	switch after {
	case noPause:
		c += 0.14
	case sentencePause:
		c -= 0.06
	}
	if after < phrasePause {
		if to-2 >= from && ws[to-2].after >= phrasePause {
			c += 0.06
		}
		if ws[to].after >= phrasePause {
			c += 0.06
		}
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

package config

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Editors of Windows write files in other encodings than UTF-8, and programs for texts
// make quotes round. What they leave behind gets a message that says what to do.

// utf8Advice is what to do about an encoding.
const utf8Advice = "save it as UTF-8 (Notepad: Save as, Encoding: UTF-8)"

// encodingProblem says what is wrong with the encoding of a file, nil for UTF-8.
func encodingProblem(name string, data []byte) *Problem {
	switch {
	case bytes.HasPrefix(data, []byte("\xFF\xFE")), bytes.HasPrefix(data, []byte("\xFE\xFF")), manyNULs(data):
		return &Problem{File: name, Text: "the file is in UTF-16 (Notepad: \"Unicode\"); " + utf8Advice}
	case utf8.Valid(data):
		return nil
	}
	line := 1
	for rest := data; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		if r == utf8.RuneError && size == 1 {
			break
		}
		if r == '\n' {
			line++
		}
		rest = rest[size:]
	}
	return &Problem{File: name, Line: line, Text: "the line has letters that are not in UTF-8 (Notepad: \"ANSI\", TIS-620); " + utf8Advice}
}

// manyNULs tells a file in UTF-16 that has no mark: every other byte of its Latin
// letters is 0. TOML has no place for a NUL.
func manyNULs(data []byte) bool { return bytes.Count(data, []byte{0}) > len(data)/4 }

// roundQuotes are marks that look like the quotes of TOML.
const roundQuotes = "“”„‟‘’‚‛«»‹›″′＂＇`´"

// advice says what to do about a line that is no TOML, or nothing.
func advice(data []byte, line int) string {
	text := lineOf(data, line)
	switch at := strings.IndexAny(text, roundQuotes); {
	case at >= 0:
		r, _ := utf8.DecodeRuneInString(text[at:])
		return fmt.Sprintf("; the line has a %c: put texts in straight quotes, \"like this\"", r)
	case strings.Contains(text, `\`):
		return `; in "..." a \ means something else: put a path in '...', or write / in place of \`
	}
	return ""
}

// lineOf returns a line, from 1, without its end.
func lineOf(data []byte, line int) string {
	n := 0
	for text := range bytes.Lines(data) {
		if n++; n == line {
			return string(bytes.TrimRight(text, "\r\n"))
		}
	}
	return ""
}

// trimmed takes off the blanks around a value that come with copying: also those that
// nobody sees.
func trimmed(s string) string {
	return strings.Trim(s, " \t\r\n\u00A0\u2007\u202F\u200B\u200C\u200D\u2060\uFEFF")
}

// swallowed says what to do about a text in which "\t" or the like of a path was taken
// for a sign that nobody sees, or nothing.
func swallowed(s string) string {
	if strings.ContainsAny(s, "\b\t\n\f\r\x1B") {
		return `; in "..." \b, \e, \f, \n, \r and \t are signs of their own: put a path in '...', or write / in place of \`
	}
	return ""
}

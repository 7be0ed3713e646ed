package recorder

import (
	"bytes"
	"encoding/json"
)

// Gather is the other end of Follow: it keeps the lines of which the record is made.
type Gather struct {
	head  []byte
	lines []numbered
}

type numbered struct {
	n    uint64
	text []byte
}

// Add takes a line without its mark. It reports false for one that is none of a record.
func (g *Gather) Add(text []byte) bool {
	var l struct {
		Record int    `json:"record"`
		From   uint64 `json:"from"`
		N      uint64 `json:"n"`
	}
	if json.Unmarshal(text, &l) != nil || l.Record == 0 && l.N == 0 {
		return false
	}
	if l.Record == 0 {
		g.lines = append(g.lines, numbered{l.N, bytes.Clone(text)})
		return true
	}
	g.head = bytes.Clone(text)
	for len(g.lines) > 0 && g.lines[0].n < l.From {
		g.lines = g.lines[1:]
	}
	return true
}

// Text returns the record, nothing when there is none.
func (g *Gather) Text() []byte {
	if g.head == nil {
		return nil
	}
	text := append(bytes.Clone(g.head), '\n')
	for _, l := range g.lines {
		text = append(append(text, l.text...), '\n')
	}
	return text
}

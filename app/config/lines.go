package config

import (
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// places are the lines of a document.
type places struct {
	parser unstable.Parser
	lines  map[string]int  // of each section and key, under its dotted name
	stated map[string]bool // names that stand there themselves
	again  int             // line of the first name that stands there twice; 0: none
}

// linesOf finds the lines of a document up to its first syntax error. The decoder
// itself tells lines of syntax errors only; the parser under it, which the
// library calls unstable, has them all.
func linesOf(data []byte) *places {
	p := &places{lines: map[string]int{}, stated: map[string]bool{}}
	p.parser.Reset(data)
	section := ""
	for p.parser.NextExpression() {
		switch e := p.parser.Expression(); e.Kind {
		case unstable.Table:
			section = p.note("", e)
		case unstable.ArrayTable:
			section = p.note("", e)
			clear(p.stated) // each [[ ]] begins anew
		case unstable.KeyValue:
			p.keyValue(section, e)
		}
	}
	return p
}

// keyValue notes a key, and the keys in its value when that is an inline table.
func (p *places) keyValue(above string, e *unstable.Node) {
	name := p.note(above, e)
	if v := e.Value(); v.Kind == unstable.InlineTable {
		for it := v.Children(); it.Next(); {
			if n := it.Node(); n.Kind == unstable.KeyValue {
				p.keyValue(name, n)
			}
		}
	}
}

// note keeps the first line of a name, gives it to the names above as well, and
// returns the whole name.
func (p *places) note(above string, e *unstable.Node) string {
	var parts []string
	if above != "" {
		parts = append(parts, above)
	}
	line := 0
	for key := e.Key(); key.Next(); {
		n := key.Node()
		if line == 0 {
			line = p.parser.Shape(n.Raw).Start.Line
		}
		parts = append(parts, string(n.Data))
	}
	full := strings.Join(parts, ".")
	if p.stated[full] && p.again == 0 {
		p.again = line
	}
	p.stated[full] = true
	for name := full; ; {
		if p.lines[name] == 0 {
			p.lines[name] = line
		}
		i := strings.LastIndexByte(name, '.')
		if i < 0 {
			return full
		}
		name = name[:i]
	}
}

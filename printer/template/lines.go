package template

import (
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// linesOf finds the line of every key and table, under names like code[2].size,
// up to the first syntax error. The decoder itself tells lines of syntax errors
// only.
func linesOf(data []byte) map[string]int {
	lines, counts := map[string]int{}, map[string]int{}
	note := func(name string, line int) {
		if lines[name] == 0 {
			lines[name] = line
		}
	}
	p := unstable.Parser{}
	p.Reset(data)
	above := ""
	for p.NextExpression() {
		e := p.Expression()
		name, line := "", 0
		for key := e.Key(); key.Next(); {
			n := key.Node()
			if line == 0 {
				line = p.Shape(n.Raw).Start.Line
			}
			name = strings.TrimPrefix(name+"."+string(n.Data), ".")
			if e.Kind != unstable.KeyValue {
				note(name, line)
			}
		}
		switch e.Kind {
		case unstable.Table:
			above = name + "."
		case unstable.ArrayTable:
			above = fmt.Sprintf("%s[%d]", name, counts[name])
			note(above, line)
			counts[name]++
			above += "."
		case unstable.KeyValue:
			note(above+name, line)
		}
	}
	return lines
}

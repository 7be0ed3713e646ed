package config

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/pelletier/go-toml/v2/unstable"

	"authenkiosk/visit"
)

// WithZone returns a configuration that is the same, byte by byte, but for the
// value of nhso.zone. The result has been parsed: what it says together with the
// other keys is allowed. Errors are as those of Parse.
func WithZone(name string, data []byte, zone visit.Zone) ([]byte, error) {
	if _, err := Parse(name, data); err != nil {
		return nil, err
	}
	changed := setZone(data, zone)
	c, err := Parse(name, changed)
	if err != nil {
		return nil, err
	}
	if c.NHSO.Zone != zone {
		return nil, &Problem{File: name, Key: "nhso.zone", Text: fmt.Sprintf(": cannot be set to %q here; write it by hand", zone)}
	}
	return changed, nil
}

// setZone finds the value, or the place for one.
func setZone(data []byte, zone visit.Zone) []byte {
	value := fmt.Appendf(nil, "%q", string(zone))
	end := []byte("\n")
	if bytes.Contains(data, []byte("\r\n")) {
		end = []byte("\r\n")
	}
	line := slices.Concat([]byte("zone = "), value, end)
	at, length, header := findZone(data)
	switch {
	case length > 0:
		return slices.Concat(data[:at], value, data[at+length:])
	case header < 0:
		before := data
		if len(before) > 0 && !bytes.HasSuffix(before, []byte("\n")) {
			before = slices.Concat(before, end)
		}
		return slices.Concat(before, []byte("[nhso]"), end, line)
	}
	// Behind the line of the section's header.
	rest := bytes.IndexByte(data[header:], '\n')
	if rest < 0 {
		return slices.Concat(data, end, line)
	}
	return slices.Concat(data[:header+rest+1], line, data[header+rest+1:])
}

// findZone returns the place and length of the value of nhso.zone, length 0 when
// there is none, and the place of the header [nhso], negative when there is none.
func findZone(data []byte) (at, length, header int) {
	header = -1
	mark := 0
	if bytes.HasPrefix(data, []byte("\xEF\xBB\xBF")) {
		mark = 3
	}
	var p unstable.Parser
	p.Reset(data[mark:])
	section := ""
	for p.NextExpression() {
		e := p.Expression()
		switch e.Kind {
		case unstable.Table, unstable.ArrayTable:
			var first unstable.Range
			section, first = dotted(e)
			if section == "nhso" && e.Kind == unstable.Table {
				header = mark + int(first.Offset)
			}
		case unstable.KeyValue:
			key, _ := dotted(e)
			if section != "" {
				key = section + "." + key
			}
			if v := e.Value(); key == "nhso.zone" && v.Kind == unstable.String {
				return mark + int(v.Raw.Offset), int(v.Raw.Length), header
			}
		}
	}
	return 0, 0, header
}

// dotted returns the whole name of a key or section, and where its first part is.
func dotted(e *unstable.Node) (name string, first unstable.Range) {
	for key := e.Key(); key.Next(); {
		n := key.Node()
		if name == "" {
			first = n.Raw
		} else {
			name += "."
		}
		name += string(n.Data)
	}
	return name, first
}

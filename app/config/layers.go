package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"authenkiosk/visit"
)

// Loaded is a configuration with what is known of where each value comes from.
type Loaded struct {
	Config
	File, Settings string // the two files; an empty name: none was read
	// Unknown are keys and sections of the settings of which this version knows nothing: a
	// newer one has written them. They mean nothing here, and a change keeps them.
	Unknown []string

	values map[string]any    // of every key, as it is written
	from   map[string]string // the file that states a key
}

// LoadOver reads a configuration and, over it, the settings in a data directory, which the
// program itself keeps there (Change). An empty path: there is no configuration. A data
// directory without settings changes nothing. What several keys make together is
// checked of both files at once; errors name the file in which the key stands.
func LoadOver(path, data string) (Loaded, error) {
	base, err := readLayer(path)
	if err != nil {
		return Loaded{}, err
	}
	over, err := readLayer(SettingsFile(data))
	if info, lost := os.Stat(data); errors.Is(err, fs.ErrNotExist) || err != nil && lost == nil && !info.IsDir() {
		over, err = layer{}, nil // what is wrong with the data is found when they are opened
	}
	if err != nil {
		return Loaded{}, err
	}
	return parseOver(base, over)
}

// layer is a file and what is in it; an empty name: there is none.
type layer struct {
	name string
	data []byte
}

func readLayer(path string) (layer, error) {
	if path == "" {
		return layer{}, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return layer{}, fmt.Errorf("open configuration: %w", err)
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, MaxFile+1))
	if err != nil {
		return layer{}, fmt.Errorf("read configuration: %w", err)
	}
	return layer{path, data}, nil
}

// parseOver reads both layers. Errors are as those of Parse.
func parseOver(base, over layer) (Loaded, error) {
	l := Loaded{File: base.name, Settings: over.name, values: map[string]any{}, from: map[string]string{}}
	example, _, _ := document(layer{"example.toml", Example}) // a test holds that it can be read
	l.take("", example)
	r := &reader{beside: base.name, config: Default()}
	var wrong []error
	for _, this := range []layer{base, over} {
		tree, lines, err := document(this)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		r.under = place{r.name, r.lines}
		r.name, r.lines = this.name, lines
		if this.name == over.name && over.name != "" {
			l.Unknown = r.onlySettable(tree)
		} else {
			r.sections(tree)
		}
		l.take(this.name, tree)
	}
	if wrong != nil {
		return Loaded{}, errors.Join(wrong...)
	}
	r.together()
	if err := r.err(); err != nil {
		return Loaded{}, err
	}
	l.Config = r.config
	return l, nil
}

// document reads TOML, and finds the lines of its keys.
func document(from layer) (tree map[string]any, lines map[string]int, err error) {
	if len(from.data) > MaxFile {
		return nil, nil, &Problem{File: from.name, Text: fmt.Sprintf("longer than %d bytes", MaxFile)}
	}
	if p := encodingProblem(from.name, from.data); p != nil {
		return nil, nil, p
	}
	data := bytes.TrimPrefix(from.data, []byte("\xEF\xBB\xBF")) // editors of Windows write it
	found := linesOf(data)
	tree = map[string]any{}
	if err := toml.Unmarshal(data, &tree); err != nil {
		p := &Problem{File: from.name, Line: found.again, Text: strings.TrimPrefix(err.Error(), "toml: ")}
		var at *toml.DecodeError
		if errors.As(err, &at) {
			p.Line, _ = at.Position()
		}
		p.Text += advice(data, p.Line)
		return nil, nil, p
	}
	return tree, found.lines, nil
}

// onlySettable takes the settings: keys that stand in a configuration alone are mistakes
// there. It returns those of which this version knows nothing. A newer version writes such
// keys, and the one before it has to start when it is put back.
func (r *reader) onlySettable(tree map[string]any) (unknown []string) {
	allowed := map[string]any{}
	for section, value := range tree {
		if !isSection(section) {
			unknown = append(unknown, printable(section))
			continue
		}
		table, ok := value.(map[string]any)
		if !ok {
			r.fail(section, ": the program keeps no such key here")
			continue
		}
		kept := map[string]any{}
		for key, v := range table {
			switch full := section + "." + key; {
			case slices.Contains(settable, full):
				kept[key] = v
			case isKey(full):
				r.fail(full, ": the program keeps no such key here: write it into the configuration")
			default:
				unknown = append(unknown, printable(full))
			}
		}
		allowed[section] = kept
	}
	r.sections(allowed)
	slices.Sort(unknown)
	return unknown
}

func isSection(name string) bool { return name == webhookSection || len(keysOf(name)) > 0 }

func isKey(full string) bool { return keys[full] != nil || full == nextKey }

// take notes the values of a file.
func (l *Loaded) take(file string, tree map[string]any) {
	for section, value := range tree {
		table, ok := value.(map[string]any)
		if !ok {
			continue // [[webhook]]
		}
		for key, v := range table {
			full := section + "." + key
			if _, known := keys[full]; !known {
				continue // [kiosk.next]
			}
			l.values[full] = v
			if file != "" {
				l.from[full] = file
			}
		}
	}
}

// Keys returns every key in the order of the alphabet. Receivers and sections of
// kiosk.next are not among them: there are several of a name.
func (l Loaded) Keys() []string { return slices.Sorted(maps.Keys(l.values)) }

// From returns the file that states a key, or nothing where it has its default.
func (l Loaded) From(key string) string { return l.from[key] }

// Value returns the value of a key as a text: that of a list with commas.
func (l Loaded) Value(key string) string { return textOf(l.values[key]) }

func textOf(value any) string {
	list, ok := value.([]any)
	if !ok {
		return fmt.Sprint(value)
	}
	words := make([]string, len(list))
	for i, w := range list {
		words[i] = fmt.Sprint(w)
	}
	return strings.Join(words, ",")
}

// valueOf is a text as a value of the kind that a key has.
func valueOf(key, text string) any {
	switch kinds[key].(type) {
	case bool:
		if b, err := strconv.ParseBool(text); err == nil {
			return b
		}
	case int64:
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n
		}
	case []any:
		list := []any{}
		for _, w := range strings.Split(text, ",") {
			if w = trimmed(w); w != "" {
				list = append(list, w)
			}
		}
		return list
	}
	return text // of another kind it is refused by the check of the key
}

// kinds has a value of each key, which shows what kind it has.
var kinds = func() map[string]any {
	tree, _, _ := document(layer{"example.toml", Example})
	l := Loaded{values: map[string]any{}, from: map[string]string{}}
	l.take("", tree)
	return l.values
}()

// CheckValue says what is wrong with a value of a key by itself, or nothing.
func CheckValue(key, text string) string {
	set, ok := keys[key]
	if !ok {
		return "unknown key"
	}
	c := Default()
	return strings.TrimSpace(strings.TrimPrefix(set(&c, valueOf(key, text)), ":"))
}

// IsSetUp reports whether somebody has said for whom the machine works: the unit, or that it
// is a demo.
func (l Loaded) IsSetUp() bool {
	return l.from["unit.hcode"] != "" || l.from["nhso.zone"] != "" && l.NHSO.Zone == visit.ZoneDemo
}

// SettingsFile is where the program keeps what it changes itself, in a data directory.
func SettingsFile(data string) string { return filepath.Join(data, settingsName) }

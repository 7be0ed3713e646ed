package config

import (
	"errors"
	"fmt"
	"sort"
	"strings"
)

// MaxFile is the greatest size of a configuration, in bytes. A full one has
// about 4,000; anything bigger is another file.
const MaxFile = 1 << 20

// Problem is one thing that is wrong in a configuration.
type Problem struct {
	File string
	Line int    // from 1; 0 when no line of the file is to blame
	Key  string // for example nhso.zone; empty for the file as a whole
	Text string // what is wrong and what is allowed
}

// Error returns for example
//
//	kiosk.toml:7: nhso.zone = "prod": allowed are "demo", "test", "production"
func (p *Problem) Error() string {
	at := p.File
	if p.Line > 0 {
		at = fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	if p.Key == "" {
		return at + ": " + p.Text
	}
	return at + ": " + p.Key + p.Text
}

// Load reads a file. A missing file is an error (fs.ErrNotExist); whether one is
// needed is the caller's affair.
func Load(path string) (Config, error) {
	l, err := readLayer(path)
	if err != nil {
		return Config{}, err
	}
	return Parse(path, l.data)
}

// Parse reads a configuration; name stands in the errors. Every error is a
// *Problem; several are joined, in the order of their lines.
func Parse(name string, data []byte) (Config, error) {
	tree, lines, err := document(layer{name, data})
	if err != nil {
		return Config{}, err
	}
	r := &reader{name: name, beside: name, lines: lines, config: Default()}
	r.sections(tree)
	r.together()
	if err := r.err(); err != nil {
		return Config{}, err
	}
	return r.config, nil
}

// place is a file with the lines of its keys and sections.
type place struct {
	name  string
	lines map[string]int
}

// reader collects values and problems.
type reader struct {
	name     string
	lines    map[string]int // of keys and sections
	under    place          // the file over which this one is read, if any
	beside   string         // the file beside which others lie that are named without a folder
	config   Config
	problems []*Problem
}

func (r *reader) sections(tree map[string]any) {
	for section, value := range tree {
		if section == webhookSection {
			r.webhooks(value)
			continue
		}
		if len(keysOf(section)) == 0 {
			r.fail(section, ": unknown section; allowed are "+strings.Join(sectionNames(), ", "))
			continue
		}
		table, ok := value.(map[string]any)
		if !ok {
			r.fail(section, ": is a section and stands once in [ ]")
			continue
		}
		for key, value := range table {
			r.key(section, key, value)
		}
	}
}

func (r *reader) key(section, key string, value any) {
	full := section + "." + key
	if full == nextKey {
		r.next(value)
		return
	}
	set, ok := keys[full]
	if !ok {
		r.fail(full, fmt.Sprintf(": unknown key; allowed in [%s] are %s", section, strings.Join(keysOf(section), ", ")))
		return
	}
	if text := set(&r.config, value); text != "" {
		r.fail(full, text)
	}
}

func (r *reader) fail(key, text string) {
	at := place{r.name, r.lines}
	if r.lines[key] == 0 && r.under.lines[key] > 0 {
		at = r.under
	}
	line := at.lines[key]
	if line == 0 {
		section, _, _ := strings.Cut(key, ".")
		line = at.lines[section]
	}
	r.problems = append(r.problems, &Problem{File: at.name, Line: line, Key: printable(key), Text: text})
}

func (r *reader) err() error {
	sort.SliceStable(r.problems, func(i, j int) bool {
		a, b := r.problems[i], r.problems[j]
		if a.File != b.File {
			return a.File == r.under.name
		}
		return a.Line < b.Line || a.Line == b.Line && a.Key < b.Key
	})
	all := make([]error, len(r.problems))
	for i, p := range r.problems {
		all[i] = p
	}
	return errors.Join(all...)
}

// failed reports whether that key had a problem of its own already.
func (r *reader) failed(key string) bool {
	for _, p := range r.problems {
		if p.Key == key {
			return true
		}
	}
	return false
}

// printable quotes a key that would disturb a terminal or hide in a line.
func printable(key string) string {
	const most = 80 // characters; the longest key of ours has 26
	for _, c := range key {
		if c < ' ' || c == 0x7F {
			key = fmt.Sprintf("%q", key)
			break
		}
	}
	if runes := []rune(key); len(runes) > most {
		key = string(runes[:most]) + "…"
	}
	return key
}

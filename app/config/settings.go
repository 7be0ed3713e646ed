package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"authenkiosk/atomicfile"
)

// settingsName is the name of the settings in a data directory.
const settingsName = "settings.toml"

// settable are the keys that the program may change itself, in the order in which they are
// written: what the wizard asks, and an administrator sets at the station. What lets
// programs and machines in, what is kept how long and where updates come from stays with
// whoever may write the configuration.
var settable = []string{
	"unit.hcode", "unit.name", "unit.phone",
	"nhso.zone", "nhso.upstream",
	"cardreader.patient", "cardreader.certifier",
	"agent.enabled", "agent.listen",
	"printer.kind", "printer.address", "printer.width_mm", "printer.paper", "printer.model",
	"camera.source", "camera.rotation",
	"kiosk.languages", "kiosk.orientation", "kiosk.fullscreen", "kiosk.default_claim_type", "kiosk.claim_types", "kiosk.methods",
	"kiosk.remember_phone_days", "kiosk.second_code", "kiosk.next_th", "kiosk.next_en",
	"station.on_card",
}

// Settable returns those keys.
func Settable() []string { return slices.Clone(settable) }

const settingsHead = `# Kept by the program itself: the wizard, and the settings at the station, write this file.
# Each value here holds in place of that in the configuration. To undo one take its line
# out; "authenkiosk config show" tells where every value comes from.
`

// Change changes settings, which hold over the configuration at path from the next start on,
// and returns what holds then. A value that the configuration has, or that is its default,
// is not kept. Nothing is changed when an error is returned.
func Change(path, data string, values map[string]string) (Loaded, error) {
	base, err := readLayer(path)
	if err != nil {
		return Loaded{}, err
	}
	file := SettingsFile(data)
	before, err := readLayer(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Loaded{}, err
	}
	text, err := changed(base, layer{file, before.data}, values)
	if err != nil {
		return Loaded{}, err
	}
	l, err := parseOver(base, layer{file, text})
	if err != nil {
		return Loaded{}, err
	}
	if err := atomicfile.MakeDir(data); err != nil {
		return Loaded{}, fmt.Errorf("make the directory of the settings: %w", err)
	}
	return l, atomicfile.Write(file, text, 0o600)
}

// WouldBe is what Change would return; it changes nothing.
func (l Loaded) WouldBe(values map[string]string) (Loaded, error) {
	base, err := readLayer(l.File)
	if err != nil {
		return Loaded{}, err
	}
	over, err := readLayer(l.Settings)
	if err != nil {
		return Loaded{}, err
	}
	if over.name == "" {
		over.name = settingsName
	}
	text, err := changed(base, over, values)
	if err != nil {
		return Loaded{}, err
	}
	return parseOver(base, layer{over.name, text})
}

// changed returns the settings with other values.
func changed(base, over layer, values map[string]string) ([]byte, error) {
	tree, _, err := document(over)
	if err != nil {
		return nil, err
	}
	now := Loaded{values: map[string]any{}, from: map[string]string{}}
	now.take("", tree)
	for key, text := range values {
		if !slices.Contains(settable, key) {
			return nil, &Problem{File: over.name, Key: key, Text: ": the program does not change this key"}
		}
		now.values[key] = valueOf(key, text)
	}
	beneath, _, err := document(base)
	if err != nil {
		return nil, err
	}
	same := Loaded{values: map[string]any{}, from: map[string]string{}}
	same.take("", map[string]any{})
	for key, v := range kinds {
		same.values[key] = v
	}
	same.take(base.name, beneath)
	for key := range now.values {
		// The unit is stated even where it is the default: then somebody has said so.
		stated := key == "unit.hcode" && same.from[key] == ""
		if textOf(now.values[key]) == textOf(same.values[key]) && !stated {
			delete(now.values, key)
		}
	}
	head, err := keepUnknown(tree, now.values)
	if err != nil {
		return nil, err
	}
	return written(settingsHead+head, orderOf(now.values), now.values)
}

// keepUnknown puts what this version does not know (Loaded.Unknown) to the values that are
// written, and returns what stands before all sections.
func keepUnknown(tree, values map[string]any) (head string, err error) {
	for _, section := range slices.Sorted(maps.Keys(tree)) {
		if !isSection(section) {
			line, err := lineOfKey(section, tree[section])
			if err != nil {
				return "", err
			}
			head += line
			continue
		}
		table, _ := tree[section].(map[string]any)
		for key, v := range table {
			if full := section + "." + key; !isKey(full) {
				values[full] = v
			}
		}
	}
	if head != "" {
		head = "\n" + head
	}
	return head, nil
}

// orderOf is the order in which keys are written: as they are settable, and those that are
// not known at the end of their section.
func orderOf(values map[string]any) []string {
	order := slices.Clone(settable)
	for _, full := range slices.Sorted(maps.Keys(values)) {
		if slices.Contains(order, full) {
			continue
		}
		section, _, _ := strings.Cut(full, ".")
		at := len(order)
		for i, other := range order {
			if strings.HasPrefix(other, section+".") {
				at = i + 1
			}
		}
		order = slices.Insert(order, at, full)
	}
	return order
}

// lineOfKey writes a key in one line, whatever its value is.
func lineOfKey(key string, value any) (string, error) {
	var b bytes.Buffer
	if err := toml.NewEncoder(&b).SetTablesInline(true).Encode(map[string]any{key: value}); err != nil {
		return "", fmt.Errorf("write %s: %w", key, err)
	}
	return b.String(), nil
}

// written writes keys in that order, each section once.
func written(head string, order []string, values map[string]any) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(head)
	last := ""
	for _, full := range order {
		v, ok := values[full]
		if !ok {
			continue
		}
		section, key, _ := strings.Cut(full, ".")
		if section != last {
			fmt.Fprintf(&b, "\n[%s]\n", section)
			last = section
		}
		line, err := lineOfKey(key, v)
		if err != nil {
			return nil, err
		}
		b.WriteString(line)
	}
	return b.Bytes(), nil
}

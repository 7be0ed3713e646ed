package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"authenkiosk/visit/flow"
)

// errNone says that there is no record in a text.
var errNone = errors.New(`there is no record in it (a line that begins with {"record":)`)

// maxSteps bounds what is read of a record.
const maxSteps = 100_000

// Parse reads a record: its lines alone, behind the text of a crash report, in the answer
// of doctor -json, or cut out of that, with commas at their ends. An error names the line.
func Parse(report []byte) (Record, error) {
	var answer struct {
		Record []json.RawMessage `json:"record"`
	}
	if json.Unmarshal(report, &answer) == nil && len(answer.Record) > 0 {
		lines := make([][]byte, len(answer.Record))
		for i, l := range answer.Record {
			lines[i] = l
		}
		return parse(lines, "entry", 1)
	}
	lines := bytes.Split(report, []byte("\n"))
	for i, l := range lines {
		if bytes.HasPrefix(bytes.TrimSpace(l), []byte(`{"record":`)) {
			return parse(lines[i:], "line", i+1)
		}
	}
	return Record{}, errNone
}

// parse reads the lines of a record, which are counted from first.
func parse(lines [][]byte, called string, first int) (Record, error) {
	var r Record
	for i, text := range lines {
		text = bytes.TrimSuffix(bytes.TrimSpace(text), []byte(","))
		if len(text) == 0 {
			continue
		}
		if text[0] == ']' { // what follows is of doctor -json
			break
		}
		var err error
		switch {
		case i == 0:
			r, err = parseHead(text)
		case len(r.Steps) == maxSteps:
			err = errors.New("the record is too long")
		default:
			err = r.add(text)
		}
		if err != nil {
			return Record{}, fmt.Errorf("%s %d: %w", called, first+i, err)
		}
	}
	return r, nil
}

func parseHead(text []byte) (Record, error) {
	var h head
	if err := strict(text, &h); err != nil {
		return Record{}, err
	}
	if h.Format != format {
		return Record{}, fmt.Errorf("the record has format %d, and this version reads %d: use the version that wrote it (%.40q)", h.Format, format, h.Program)
	}
	v, err := decode(modelPlan, h.Start, reflect.TypeFor[flow.Model]())
	if err != nil {
		return Record{}, fmt.Errorf("start: %w", err)
	}
	return Record{Program: h.Program, From: h.From, Start: v.Interface().(flow.Model)}, nil
}

// add reads the next step.
func (r *Record) add(text []byte) error {
	var l line
	if err := strict(text, &l); err != nil {
		return err
	}
	if want := r.From + uint64(len(r.Steps)); l.N != want {
		return fmt.Errorf("here is step %d, and %d should be", l.N, want)
	}
	s, err := l.step()
	if err != nil {
		return err
	}
	r.Steps = append(r.Steps, s)
	return nil
}

// strict reads JSON that has no other fields than those that are known, and nothing
// behind it.
func strict(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("it cannot be read: %w", err)
	}
	if d.More() {
		return errors.New("there is something behind the end of its JSON")
	}
	return nil
}

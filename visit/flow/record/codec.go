package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"authenkiosk/visit/flow"
)

// format is the version of the format.
const format = 1

// timeForm is how the time of a step is written.
const timeForm = "2006-01-02T15:04:05.000Z07:00"

// head is the first line of a record.
type head struct {
	Format  int             `json:"record"`
	Program string          `json:"program"`
	From    uint64          `json:"from"`
	Start   json.RawMessage `json:"start"`
}

// line is one of the others.
type line struct {
	N       uint64          `json:"n"`
	At      string          `json:"at"`
	Event   string          `json:"event"`
	Fields  json.RawMessage `json:"fields,omitempty"`
	Refused string          `json:"refused,omitempty"` // why the fields are left out
	After   *After          `json:"after,omitempty"`
}

// Lines returns a record as lines of JSON without their ends: where it begins, then each
// step.
func (r Record) Lines() ([][]byte, error) {
	first, err := r.Head()
	if err != nil {
		return nil, err
	}
	lines := [][]byte{first}
	for _, s := range r.Steps {
		next, err := s.Line()
		if err != nil {
			return nil, err
		}
		lines = append(lines, next)
	}
	return lines, nil
}

// Head returns the line that says where a record begins.
func (r Record) Head() ([]byte, error) {
	start, err := modelPlan.write(nil, reflect.ValueOf(r.Start))
	if err != nil {
		return nil, fmt.Errorf("write the model at the beginning of the record: %w", err)
	}
	return encode(head{format, r.Program, r.From, start})
}

// Line returns the line of a step. An event that holds something which is no pseudonym
// is written without its fields.
func (s Step) Line() ([]byte, error) {
	l := line{N: s.N, At: s.At.Format(timeForm), Event: s.Name, After: s.After}
	if s.Event == nil {
		l.Refused = "this event is not listed"
		return encode(l)
	}
	t := reflect.TypeOf(s.Event)
	l.Event = t.Name()
	p := eventPlans[t]
	if p == nil {
		l.Refused = "this event is not listed"
		return encode(l)
	}
	fields, err := p.write(nil, reflect.ValueOf(s.Event))
	switch {
	case err != nil:
		l.Refused = err.Error()
	case len(fields) > len("{}"):
		l.Fields = fields
	}
	return encode(l)
}

// encode writes JSON without the signs that HTML needs.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// write appends a value as JSON. Zero values of fields are left out.
func (p *plan) write(b []byte, v reflect.Value) ([]byte, error) {
	switch p.is {
	case yesNo:
		if v.Bool() {
			return append(b, "true"...), nil
		}
		return append(b, "false"...), nil
	case leaf:
		text, err := "", error(nil)
		if !v.IsZero() {
			text, err = p.rule.text(v)
		}
		if err != nil {
			return nil, err
		}
		quoted, err := encode(text)
		return append(b, quoted...), err
	case list:
		b = append(b, '[')
		for i := range v.Len() {
			if i > 0 {
				b = append(b, ',')
			}
			var err error
			if b, err = p.elem.write(b, v.Index(i)); err != nil {
				return nil, err
			}
		}
		return append(b, ']'), nil
	case fieldsOf:
		return p.writeFields(b, v)
	}
	return nil, errReal
}

func (p *plan) writeFields(b []byte, v reflect.Value) ([]byte, error) {
	b = append(b, '{')
	first := true
	for _, f := range p.fields {
		value := v.FieldByIndex(f.index)
		if value.IsZero() {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(append(append(b, '"'), f.name...), `":`...)
		var err error
		if b, err = f.plan.write(b, value); err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return append(b, '}'), nil
}

// read is the inverse of write.
func (p *plan) read(data any, v reflect.Value) error {
	switch p.is {
	case yesNo:
		is, ok := data.(bool)
		if !ok {
			return errors.New("true or false is wanted")
		}
		v.SetBool(is)
		return nil
	case leaf:
		text, ok := data.(string)
		switch {
		case !ok:
			return errors.New("a text is wanted")
		case text == "":
			return nil
		}
		return p.rule.back(text, v)
	case list:
		all, ok := data.([]any)
		if !ok {
			return errors.New("a list is wanted")
		}
		v.Set(reflect.MakeSlice(v.Type(), len(all), len(all)))
		for i, one := range all {
			if err := p.elem.read(one, v.Index(i)); err != nil {
				return fmt.Errorf("entry %d: %w", i+1, err)
			}
		}
		return nil
	case fieldsOf:
		return p.readFields(data, v)
	}
	return errReal
}

func (p *plan) readFields(data any, v reflect.Value) error {
	all, ok := data.(map[string]any)
	if !ok {
		return errors.New("fields are wanted")
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		i := slices.IndexFunc(p.fields, func(f field) bool { return f.name == name })
		if i < 0 {
			return fmt.Errorf("there is no field %q", name)
		}
		if err := p.fields[i].plan.read(all[name], v.FieldByIndex(p.fields[i].index)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// decode reads fields that write has written into a new value of a type.
func decode(p *plan, data json.RawMessage, t reflect.Type) (reflect.Value, error) {
	v := reflect.New(t).Elem()
	if len(data) == 0 {
		return v, nil
	}
	var all any
	if err := json.Unmarshal(data, &all); err != nil {
		return v, err
	}
	return v, p.read(all, v)
}

// step reads a line of a step.
func (l line) step() (Step, error) {
	s := Step{N: l.N, Name: l.Event, After: l.After}
	var err error
	if s.At, err = time.Parse(timeForm, l.At); err != nil {
		return s, fmt.Errorf("at: %q is no time", l.At)
	}
	t := eventTypes[l.Event]
	if t == nil || l.Refused != "" {
		return s, nil // Replay says so, when it comes there
	}
	v, err := decode(eventPlans[t], l.Fields, t)
	if err != nil {
		return s, fmt.Errorf("%s: %w", l.Event, err)
	}
	s.Event = v.Interface().(flow.Event)
	return s, nil
}

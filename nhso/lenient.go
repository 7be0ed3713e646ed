package nhso

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"authenkiosk/visit"
)

// buddhistYearFloor tells eras apart: years from here on are of the Buddhist
// era, because no date of NHSO lies more than four centuries ahead.
const buddhistYearFloor = 2400

var byteOrderMark = []byte("\xef\xbb\xbf")

func trim(body []byte) []byte { return bytes.TrimSpace(bytes.TrimPrefix(body, byteOrderMark)) }

// checkObject reports whether a body can be an answer at all: every documented one
// is a JSON object. The content type is not asked, since portals and proxies lie
// about it.
func checkObject(body []byte) error {
	b := trim(body)
	switch {
	case len(b) == 0:
		return ErrEmpty
	case b[0] == '<':
		return ErrHTML
	case b[0] != '{' || !json.Valid(b):
		return ErrJSON
	}
	return nil
}

// oddRecord is the error of an answer that is surely NHSO's, about a person of whom
// it says something that cannot be read.
type oddRecord struct{ error }

// Unwrap returns the cause.
func (o oddRecord) Unwrap() error { return o.error }

func isOdd(err error) bool {
	_, ok := errors.AsType[oddRecord](err)
	return ok
}

// names reports whether a JSON object has one of those members with a value: by them
// an answer of NHSO is told from that of a gateway.
func names(body []byte, members ...string) bool {
	var all map[string]json.RawMessage
	if json.Unmarshal(trim(body), &all) != nil {
		return false
	}
	for _, m := range members {
		if v, ok := all[m]; ok && string(v) != "null" {
			return true
		}
	}
	return false
}

// saysTwice reports whether an object in a body has two members of one name, in the way in which
// package json compares names: it takes the last, and mixes it with the one before.
func saysTwice(body []byte) bool {
	type level struct {
		names map[string]bool // nil: an array
		value bool            // the value of a member comes next
	}
	var levels []*level
	d := json.NewDecoder(bytes.NewReader(trim(body)))
	d.UseNumber()
	for {
		t, err := d.Token()
		if err != nil {
			return false // the end; whether it is JSON was looked at
		}
		in := &level{}
		if len(levels) > 0 {
			in = levels[len(levels)-1]
		}
		name, isText := t.(string)
		switch {
		case t == json.Delim('}') || t == json.Delim(']'):
			levels = levels[:len(levels)-1]
		case in.names != nil && !in.value && isText:
			name = strings.ToLower(name)
			if in.names[name] {
				return true
			}
			in.names[name], in.value = true, true
		default:
			in.value = false
			switch t {
			case json.Delim('{'):
				levels = append(levels, &level{names: map[string]bool{}})
			case json.Delim('['):
				levels = append(levels, &level{})
			}
		}
	}
}

// text accepts a string, a number or a boolean for a text; anything else is "".
type text string

// UnmarshalJSON implements json.Unmarshaler and never fails.
func (t *text) UnmarshalJSON(b []byte) error {
	*t = ""
	var s string
	switch {
	case len(b) == 0 || bytes.Equal(b, []byte("null")):
	case b[0] == '"':
		if json.Unmarshal(b, &s) == nil {
			*t = text(strings.TrimSpace(s))
		}
	case b[0] != '{' && b[0] != '[':
		*t = text(b)
	}
	return nil
}

// short returns the text without control characters and of bounded length.
func (t text) short() string {
	s := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(string(t), ""))
	return cutRunes(s, maxNameRunes)
}

// flag reads true, false, "true", "TRUE", "false"; known is false otherwise.
func (t text) flag() (value, known bool) {
	switch {
	case strings.EqualFold(string(t), "true"):
		return true, true
	case strings.EqualFold(string(t), "false"):
		return false, true
	}
	return false, false
}

// coded accepts {"id","name"}, {"code","name"}, {"hcode","hname"} or a mere code.
type coded struct{ id, name string }

// UnmarshalJSON implements json.Unmarshaler and never fails.
func (c *coded) UnmarshalJSON(b []byte) error {
	var o struct {
		ID          text `json:"id"`
		Code        text `json:"code"`
		HCode       text `json:"hcode"`
		Name        text `json:"name"`
		HName       text `json:"hname"`
		Description text `json:"descriptionTh"`
	}
	*c = coded{}
	if len(b) > 0 && b[0] != '{' {
		var t text
		_ = t.UnmarshalJSON(b)
		c.id = t.short()
		return nil
	}
	if json.Unmarshal(b, &o) == nil {
		c.id = first(o.ID, o.Code, o.HCode)
		c.name = first(o.Name, o.HName, o.Description)
	}
	return nil
}

func (c coded) coded() visit.Coded       { return visit.Coded{ID: c.id, Name: c.name} }
func (c coded) hospital() visit.Hospital { return visit.Hospital{HCode: c.id, Name: c.name} }

func first(candidates ...text) string {
	for _, c := range candidates {
		if c != "" {
			return c.short()
		}
	}
	return ""
}

// list accepts an array, a single object or null.
type list[T any] []T

// UnmarshalJSON implements json.Unmarshaler.
func (l *list[T]) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '{' {
		var one T
		if err := json.Unmarshal(b, &one); err != nil {
			return err
		}
		*l = list[T]{one}
		return nil
	}
	return json.Unmarshal(b, (*[]T)(l))
}

// momentForms are the documented and the likely forms of a time. Go accepts a
// fraction of a second after each of them.
var momentForms = []string{
	"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05", "2006-01-02T15:04",
	"2006-01-02 15:04:05", "2006-01-02", "20060102",
}

// parseMoment reads a time of NHSO. Without a zone it is Bangkok's, a year of
// the Buddhist era is turned into one of the Common Era, and 13 digits are
// milliseconds since 1970 (as in claim details).
func parseMoment(s string) (time.Time, bool) {
	if len(s) == 13 {
		if ms, err := strconv.ParseInt(s, 10, 64); err == nil && ms > 0 {
			return time.UnixMilli(ms).In(visit.Bangkok), true
		}
	}
	if len(s) >= 8 {
		if y, err := strconv.Atoi(s[:4]); err == nil && y >= buddhistYearFloor {
			s = strconv.Itoa(y-visit.BuddhistEraOffset) + s[4:]
		}
	}
	for _, form := range momentForms {
		if t, err := time.ParseInLocation(form, s, visit.Bangkok); err == nil {
			return t.In(visit.Bangkok), true
		}
	}
	return time.Time{}, false
}

// timeOfDay returns the time, or none where NHSO gave the day alone. Programs write
// such a day with a time of zeros as well; that somebody was authenticated in the first
// second of a day is told by nothing, and nothing is lost by not knowing it.
func timeOfDay(at time.Time) time.Time {
	if at.Equal(visit.ServiceDateOf(at).Midnight()) {
		return time.Time{}
	}
	return at
}

// checkPerson refuses an answer that names another person than the one asked
// about. A masked or missing number is let pass.
func checkPerson(answered text, asked visit.PID) error {
	if len(answered) != visit.PIDLength || strings.Trim(string(answered), "0123456789") != "" {
		return nil
	}
	if string(answered) != asked.Digits() {
		return ErrOtherPerson
	}
	return nil
}

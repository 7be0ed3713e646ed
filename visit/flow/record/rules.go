package record

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"authenkiosk/visit"
)

// rule is what becomes of one kind of value in a record. Text and back are inverses on
// what mask leaves.
type rule struct {
	mask func(p *Pseudonyms, v reflect.Value)  // in place; nil: the value is nobody's
	text func(v reflect.Value) (string, error) // an error: it is no pseudonym
	back func(text string, v reflect.Value) error
}

// errReal says that a value is not one that a pseudonym can be.
var errReal = errors.New("no value that may be in a record")

// byType are the kinds of values that may be in a record whatever field they are in.
// Beside them there are yes and no, and the closed lists of visit and visit/flow that
// are numbers.
var byType = map[string]rule{
	"visit.PID": of(
		(*Pseudonyms).pid,
		func(pid visit.PID) (string, error) {
			n, err := strconv.Atoi(strings.TrimPrefix(pid.Digits()[:visit.PIDLength-1], pidBegins))
			if err != nil || pidOf(n) != pid {
				return "", errReal
			}
			return fmt.Sprintf("pid %d", n), nil
		},
		func(s string) (visit.PID, error) {
			n, err := count(s, "pid ", pidNumbers-1)
			return pidOf(n), err
		}),
	"visit.HN": of(
		func(*Pseudonyms, visit.HN) visit.HN { return visit.HN{} },
		func(hn visit.HN) (string, error) { return same("", hn.IsZero()) },
		func(s string) (visit.HN, error) { return visit.HN{}, refuse(s == "") }),
	"visit.Phone": of(
		(*Pseudonyms).phone,
		func(phone visit.Phone) (string, error) {
			digits := phone.Digits()
			n, err := strconv.Atoi(digits[len(digits)-4:])
			landline := len(digits) == visit.LandlineLength
			if err != nil || n < 1 || phoneOf(n, landline) != phone {
				return "", errReal
			}
			if landline {
				return fmt.Sprintf("landline %d", n), nil
			}
			return fmt.Sprintf("mobile %d", n), nil
		},
		func(s string) (visit.Phone, error) {
			word, landline := "mobile ", strings.HasPrefix(s, "landline ")
			if landline {
				word = "landline "
			}
			n, err := count(s, word, 9999)
			return phoneOf(max(n, 1), landline), err
		}),
	"visit.Name": of(
		(*Pseudonyms).name,
		func(n visit.Name) (string, error) {
			i, err := strconv.Atoi(n.Last)
			if err != nil || nameOf(i) != n {
				return "", errReal
			}
			return person + n.Last, nil
		},
		func(s string) (visit.Name, error) {
			n, err := count(s, person, maxCount)
			return nameOf(n), err
		}),
	"visit.Address": of(
		func(*Pseudonyms, visit.Address) visit.Address { return madeUpAddress },
		func(a visit.Address) (string, error) { return same("somewhere", a == madeUpAddress) },
		func(s string) (visit.Address, error) { return madeUpAddress, refuse(s == "somewhere") }),
	"visit.AuthenCode": of(
		(*Pseudonyms).code,
		func(c visit.AuthenCode) (string, error) { return same(string(c), madeUpCode.MatchString(string(c))) },
		func(s string) (visit.AuthenCode, error) {
			return visit.AuthenCode(s), refuse(madeUpCode.MatchString(s))
		}),
	"visit.Sex": of(
		func(*Pseudonyms, visit.Sex) visit.Sex { return visit.SexMale },
		func(s visit.Sex) (string, error) { return same(string(s), s == visit.SexMale) },
		func(s string) (visit.Sex, error) { return visit.SexMale, refuse(s == string(visit.SexMale)) }),
	"visit.PartialDate": of((*Pseudonyms).date, dateText, dateBack),
	"time.Time": of(
		(*Pseudonyms).time,
		func(t time.Time) (string, error) { return t.Format(time.RFC3339Nano), nil },
		func(s string) (time.Time, error) { return time.Parse(time.RFC3339Nano, s) }),
	// The id of a visit stands in the log as well, and tells nothing of a person.
	"visit.ID": of(
		func(_ *Pseudonyms, id visit.ID) visit.ID { return ifRight(id, visit.ParseID) },
		func(id visit.ID) (string, error) { return same(string(id), ifRight(id, visit.ParseID) != "") },
		visit.ParseID),
	"visit.Date": of(nil,
		func(d visit.Date) (string, error) { return d.String(), nil },
		visit.ParseDate),
	"visit.Method":     oneOf(visit.Methods()...),
	"visit.Relation":   oneOf(visit.Relations()...),
	"visit.PhoneOwner": oneOf(visit.PhoneOfPatient, visit.PhoneOfRelative),
	"flow.Timer":       oneOfNumbers(timerNames),
	"flow.Role":        oneOfNumbers([]string{"patient", "certifier"}),
}

// timerNames are in the order of flow's list.
var timerNames = []string{"idle", "wipe", "hold", "reading", "slow", "sending", "prefs", "countdown", "poll"}

// byField are the fields that may be in a record by what they are for: texts and
// numbers can hold anything.
var byField = map[string]rule{
	"Unit.HCode":            text(nil, `^[0-9A-Za-z]{1,9}$`),
	"Unit.DefaultClaimType": text((*Pseudonyms).claim, madeUpService),
	"Unit.FirstDigits":      text(constant("9"), `^9$`),
	"Unit.LineQR":           text(constant("qr"), `^qr$`),
	"Devices.ReadBy":        text(constant(visit.UnnamedProgram), `^\?$`),
	"Prefs.Language":        text(language, `^[a-z]{2,3}$`),
	"TapLanguage.Language":  text(language, `^[a-z]{2,3}$`),

	"ClaimType.Code":    text((*Pseudonyms).claim, madeUpService),
	"ClaimType.Name":    text(constant(""), `^$`),
	"TapClaimType.Code": text((*Pseudonyms).claim, madeUpService),
	"Coded.ID":          text(constant("right"), `^right$`),
	"Coded.Name":        text(constant(""), `^$`),
	"Hospital.HCode":    text((*Pseudonyms).hospital, `^([0-9A-Za-z]{1,9}|hospital [0-9]+)$`),
	"Hospital.Name":     text(constant(""), `^$`),
	"Right.NationID":    text(constant(""), `^$`),
	"Visit.HCode":       text((*Pseudonyms).hospital, `^([0-9A-Za-z]{1,9}|hospital [0-9]+)$`),

	"VisitRefused.Message": text(constant(nhsoWords), `^`+nhsoWords+`$`),
	"VisitNotSaved.Why":    text(constant(""), `^$`), // a desk's, of which there is no record
	"Session.Message":      text(constant(nhsoWords), `^`+nhsoWords+`$`),

	// What is typed is masked digit by digit.
	"Session.PIDInput":   text(constant(""), `^(0|9(0{1,5}|00000[0-9]{1,7})?)$`),
	"Session.PhoneInput": text(constant(""), typedPhone),
	"Kept.Input":         text(constant(""), typedPhone),
	"TapDigit.Digit": {
		mask: func(p *Pseudonyms, v reflect.Value) { v.SetUint(uint64(p.digit(byte(v.Uint())))) },
		text: func(v reflect.Value) (string, error) { return string(rune(v.Uint())), nil },
		back: func(s string, v reflect.Value) error {
			if len(s) != 1 {
				return errReal
			}
			v.SetUint(uint64(s[0]))
			return nil
		},
	},

	"CardIdentified.Number": number, "CardRead.Number": number, "CardFailed.Number": number, "RightFound.Number": number,
	"RightFailed.Number": number, "StatusFound.Number": number, "StatusFailed.Number": number, "PhoneKnown.Number": number,
	"VisitSaved.Number": number, "VisitNotSaved.Number": number, "VisitDone.Number": number, "VisitQueued.Number": number,
	"VisitRefused.Number": number, "SlipPrinted.Number": number, "SlipFailed.Number": number, "SlipWithheld.Number": number, "CameraChanged.Number": number,
	"PhotoSeen.Number": number, "PhotoTaken.Number": number, "PhotoFailed.Number": number, "Insertion.Number": number,

	"SlipPrinted.Nth": number, "SlipFailed.Nth": number, "SlipWithheld.Nth": number, "Certify.MinAge": number, "Certify.AdultAge": number,
	"Session.Polls": number, "Session.Failures": number, "Session.Slips": number, "Session.Reprints": number,
	"Photo.Countdown": number, "Photo.Tries": number,
}

const (
	nhsoWords     = "words of NHSO"
	madeUpService = `^service [0-9]+$`
	typedPhone    = `^(1|0|01|080{0,7}|0800000000|080000000[0-9]|020{0,6}|02000000[0-9])$`
	maxCount      = 1 << 30
)

var (
	madeUpAddress = visit.Address{House: "1"}
	madeUpCode    = regexp.MustCompile(`^PP99[0-9]{8}$`)
)

// of is the rule of a type.
func of[T any](mask func(*Pseudonyms, T) T, text func(T) (string, error), back func(string) (T, error)) rule {
	r := rule{
		text: func(v reflect.Value) (string, error) { return text(v.Interface().(T)) },
		back: func(s string, v reflect.Value) error {
			value, err := back(s)
			if err == nil {
				v.Set(reflect.ValueOf(value))
			}
			return err
		},
	}
	if mask != nil {
		r.mask = func(p *Pseudonyms, v reflect.Value) { v.Set(reflect.ValueOf(mask(p, v.Interface().(T)))) }
	}
	return r
}

// text is the rule of a text field: what it is masked by, and of what form it is then.
func text(mask func(*Pseudonyms, string) string, form string) rule {
	right := regexp.MustCompile(form)
	return of(mask,
		func(s string) (string, error) { return same(s, right.MatchString(s)) },
		func(s string) (string, error) { return s, refuse(right.MatchString(s)) })
}

// oneOf is the rule of a closed list of texts. Another text is left out.
func oneOf[T ~string](list ...T) rule {
	listed := func(s T) (T, error) {
		if !slices.Contains(list, s) {
			return "", errReal
		}
		return s, nil
	}
	return of(
		func(_ *Pseudonyms, s T) T { return ifRight(s, func(s string) (T, error) { return listed(T(s)) }) },
		func(s T) (string, error) { s, err := listed(s); return string(s), err },
		func(s string) (T, error) { return listed(T(s)) })
}

// oneOfNumbers is the rule of a closed list of numbers that have names here.
func oneOfNumbers(names []string) rule {
	return rule{
		text: func(v reflect.Value) (string, error) {
			if i := int(v.Int()); i >= 0 && i < len(names) {
				return names[i], nil
			}
			return strconv.FormatInt(v.Int(), 10), nil
		},
		back: func(s string, v reflect.Value) error {
			if i := slices.Index(names, s); i >= 0 {
				v.SetInt(int64(i))
				return nil
			}
			return number.back(s, v)
		},
	}
}

// listed is the rule of a closed list of numbers whose type knows their names.
var listed = rule{
	text: func(v reflect.Value) (string, error) { return nameOfNumber(v), nil },
	back: func(s string, v reflect.Value) error {
		for i := range int64(maxListed) {
			v.SetInt(i)
			if nameOfNumber(v) == s {
				return nil
			}
		}
		v.SetInt(0)
		return errReal
	},
}

// maxListed is more than any list of visit and visit/flow has.
const maxListed = 128

func nameOfNumber(v reflect.Value) string {
	if named, ok := v.Interface().(fmt.Stringer); ok {
		if name := named.String(); name != "unknown" {
			return name
		}
	}
	return strconv.FormatInt(v.Int(), 10)
}

// number is the rule of what is counted.
var number = rule{
	text: func(v reflect.Value) (string, error) {
		if v.CanUint() {
			return strconv.FormatUint(v.Uint(), 10), nil
		}
		return strconv.FormatInt(v.Int(), 10), nil
	},
	back: func(s string, v reflect.Value) error {
		if v.CanUint() {
			n, err := strconv.ParseUint(s, 10, 64)
			v.SetUint(n)
			return err
		}
		n, err := strconv.ParseInt(s, 10, 32)
		v.SetInt(n)
		return err
	},
}

func constant(text string) func(*Pseudonyms, string) string {
	return func(*Pseudonyms, string) string { return text }
}

var languageForm = regexp.MustCompile(`^[a-z]{2,3}$`)

func language(_ *Pseudonyms, s string) string {
	if languageForm.MatchString(s) {
		return s
	}
	return "th"
}

// ifRight returns a text if it parses, else none.
func ifRight[T ~string](s T, parse func(string) (T, error)) T {
	if _, err := parse(string(s)); err != nil {
		return ""
	}
	return s
}

func same(s string, right bool) (string, error) { return s, refuse(right) }

func refuse(right bool) error {
	if !right {
		return errReal
	}
	return nil
}

// count reads a word and a number of at most that size.
func count(s, word string, most int) (int, error) {
	digits, ok := strings.CutPrefix(s, word)
	n, err := strconv.Atoi(digits)
	if !ok || err != nil || n < 0 || n > most || strconv.Itoa(n) != digits {
		return 0, fmt.Errorf("%q is not %q and a number", s, word)
	}
	return n, nil
}

func dateText(d visit.PartialDate) (string, error) {
	if d.Lifelong {
		return "lifelong", nil
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day), nil
}

func dateBack(s string) (d visit.PartialDate, err error) {
	if s == "lifelong" {
		return visit.PartialDate{Lifelong: true}, nil
	}
	n, err := fmt.Sscanf(s, "%4d-%2d-%2d", &d.Year, &d.Month, &d.Day)
	if err != nil || n != 3 {
		return visit.PartialDate{}, fmt.Errorf("%q is no date", s)
	}
	if back, _ := dateText(d); back != s {
		return visit.PartialDate{}, fmt.Errorf("%q is no date", s)
	}
	return d, nil
}

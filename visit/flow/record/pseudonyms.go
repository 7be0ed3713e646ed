package record

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// Pseudonyms puts made-up values into the place of a person's. Within a session the
// same value has the same pseudonym; when the session is over what it was is forgotten,
// and the next patient's values have others, also where they are the same. It is not
// for use by several goroutines at once.
type Pseudonyms struct {
	unit     flow.Unit
	services map[string]string // pseudonyms of the unit's own claim types

	given map[any]int    // pseudonyms of this session, by type and value
	last  map[string]int // the last number of each kind
	times []moment       // of this session, in their order
	typed typed          // what is being typed
	today visit.Date     // of the event that is being masked
	input *flow.Model    // the model before that event
}

// moment is a time, and the one that stands for it.
type moment struct{ real, made time.Time }

// typed are the numbers that stand for those on the keypad.
type typed struct{ pid, phone int } // 0: none yet

// NewPseudonyms makes the pseudonyms of a unit's kiosk.
func NewPseudonyms(unit flow.Unit) *Pseudonyms {
	p := &Pseudonyms{unit: unit, services: map[string]string{}, last: map[string]int{}}
	for _, c := range unit.ClaimTypes {
		p.own(c.Code)
	}
	p.own(unit.DefaultClaimType)
	p.Forget()
	return p
}

func (p *Pseudonyms) own(code string) {
	if _, ok := p.services[code]; !ok && code != "" {
		p.services[code] = service + strconv.Itoa(p.next(service))
	}
}

// Forget forgets whose the values of the session were.
func (p *Pseudonyms) Forget() {
	if p.given == nil || len(p.given) > 0 {
		p.given = map[any]int{}
	}
	p.times, p.typed = nil, typed{}
}

// Start returns a model without a session, in which nothing of a person is, as it may
// be in a record.
func (p *Pseudonyms) Start(m flow.Model) flow.Model {
	m.Session, m.Waiting = flow.Session{}, flow.Insertion{}
	p.today, p.input = m.Today, &m
	v := reflect.New(reflect.TypeFor[flow.Model]()).Elem()
	v.Set(reflect.ValueOf(m))
	modelPlan.mask(p, v)
	p.input = nil
	return v.Interface().(flow.Model)
}

// Event returns an event as it may be in a record, with which the flow goes from the
// model before, as that is in the record, as it does with the real one. It returns nil
// for an event that is not listed.
func (p *Pseudonyms) Event(before *flow.Model, e flow.Event) flow.Event {
	t := reflect.TypeOf(e)
	known := eventPlans[t]
	switch {
	case known == nil:
		return nil
	case !known.personal:
		return e
	}
	p.today, p.input = before.Today, before
	v := reflect.New(t).Elem()
	v.Set(reflect.ValueOf(e))
	known.mask(p, v)
	p.input = nil
	return v.Interface().(flow.Event)
}

// The words with which the numbers of pseudonyms are written, where there are any.
const (
	service  = "service "
	hospital = "hospital "
	person   = "Person "
)

func (p *Pseudonyms) next(kind string) int {
	p.last[kind]++
	return p.last[kind]
}

// number returns the pseudonym of a value, which is of that kind.
func (p *Pseudonyms) number(kind string, value any) int {
	n, ok := p.given[value]
	if !ok {
		n = p.next(kind)
		p.given[value] = n
	}
	return n
}

// A made-up PID is the beginning, six digits that count, and the check digit.
const (
	pidBegins  = "900000"
	pidNumbers = 1_000_000
)

func pidOf(n int) visit.PID {
	twelve := pidBegins + zeros(n%pidNumbers, 6)
	pid, err := visit.ParsePID(twelve + string(rune(visit.PIDCheckDigit(twelve))))
	if err != nil {
		panic("record: a made-up PID is none: " + err.Error())
	}
	return pid
}

// zeros writes a number with zeros before it.
func zeros(n, width int) string {
	s := strconv.Itoa(n)
	return strings.Repeat("0", max(width-len(s), 0)) + s
}

// phoneOf is a made-up number: 080-000-xxxx, or 02-000-xxxx where it is a landline.
func phoneOf(n int, landline bool) visit.Phone {
	begins := "080000"
	if landline {
		begins = "02000"
	}
	n = 1 + (n-1)%9999
	phone, err := visit.ParsePhone(begins + zeros(n, 4))
	if err != nil {
		panic("record: a made-up phone is none: " + err.Error())
	}
	return phone
}

// typedPhones is how many made-up phones are kept for those that are typed: their last
// digit alone is chosen, because nobody knows while a number is being typed whether all
// its digits will be the same.
const typedPhones = 9

func (p *Pseudonyms) pid(real visit.PID) visit.PID { return pidOf(p.number("pid", real)) }

func (p *Pseudonyms) phone(real visit.Phone) visit.Phone {
	n, ok := p.given[real]
	if !ok {
		n = typedPhones + p.next("phone")
		p.given[real] = n
	}
	return phoneOf(n, len(real.Digits()) == visit.LandlineLength)
}

func (p *Pseudonyms) name(real visit.Name) visit.Name {
	return nameOf(p.number("name", real))
}

func nameOf(n int) visit.Name {
	return visit.Name{First: strings.TrimSpace(person), Last: strconv.Itoa(n)}
}

func (p *Pseudonyms) code(real visit.AuthenCode) visit.AuthenCode {
	return codeOf(p.number("code", real))
}

func codeOf(n int) visit.AuthenCode { return visit.AuthenCode("PP99" + zeros(n%100_000_000, 8)) }

// claim returns the pseudonym of a claim type's code: what somebody was treated for is
// told to nobody.
func (p *Pseudonyms) claim(real string) string {
	if own, ok := p.services[real]; ok {
		return own
	}
	type claim string
	return service + strconv.Itoa(p.number(service, claim(real)))
}

// hospital returns the pseudonym of a unit's code, but for the one of the kiosk, which
// is no secret.
func (p *Pseudonyms) hospital(real string) string {
	if real == p.unit.HCode {
		return real
	}
	type hcode string
	return hospital + strconv.Itoa(p.number(hospital, hcode(real)))
}

// time keeps in which order the times of a session come, and nothing else: what lies
// between them would tell when a code was made, by the time of the step that made another.
func (p *Pseudonyms) time(real time.Time) time.Time {
	i, known := slices.BinarySearchFunc(p.times, real, func(m moment, t time.Time) int { return m.real.Compare(t) })
	if known {
		return p.times[i].made
	}
	made := p.today.Midnight().Add(12 * time.Hour).UTC()
	switch n := len(p.times); {
	case n == 0:
	case i == n:
		made = p.times[n-1].made.Add(time.Minute)
	case i == 0:
		made = p.times[0].made.Add(-time.Minute)
	default:
		before := p.times[i-1].made
		made = before.Add(p.times[i].made.Sub(before) / 2)
	}
	p.times = slices.Insert(p.times, i, moment{real, made})
	return made
}

// date keeps of the dates on a card whether they have passed, and on which side of the
// ages that the unit asks for they lie.
func (p *Pseudonyms) date(real visit.PartialDate) visit.PartialDate {
	switch {
	case real.Lifelong:
		return visit.PartialDate{Lifelong: true}
	case !real.PassedBy(p.today):
		return visit.PartialDate{Year: p.today.Year + 1}
	}
	age, years := 0, real.YearsBy(p.today)
	for _, limit := range []int{p.unit.Certify.MinAge, p.unit.Certify.AdultAge} {
		if years >= limit {
			age = max(age, limit)
		}
	}
	day := visit.ServiceDateOf(p.today.Midnight().Add(-12 * time.Hour))
	return visit.PartialDate{Year: day.Year - age, Month: int(day.Month), Day: day.Day}
}

// digit returns what is typed in place of a digit. It depends on where it stands, and
// on what the keypad says of it.
func (p *Pseudonyms) digit(real byte) byte {
	m := p.input
	switch {
	case m.Warning, real < '0', real > '9': // it is no digit of a number
	case m.State == flow.PIDEntry:
		return p.digitOfPID(m.Session.PIDInput, real)
	case m.State == flow.PhoneEntry:
		return p.digitOfPhone(m.Session.PhoneInput, real)
	}
	if real < '0' || real > '9' {
		return 'x'
	}
	return '0'
}

func (p *Pseudonyms) digitOfPID(before string, real byte) byte {
	if p.typed.pid == 0 {
		p.typed.pid = p.next("pid")
	}
	stands := pidOf(p.typed.pid).Digits()
	switch at := len(before); {
	case at == 0 && visit.CheckPID(string(rune(real)), p.unit.FirstDigits) == visit.PIDBeginning:
		return '0'
	case at < visit.PIDLength-1:
		return stands[at]
	case at == visit.PIDLength-1:
		pid, err := visit.ParsePID(before + string(rune(real)))
		if err != nil {
			return '0' + (stands[at]-'0'+1)%10
		}
		p.given[pid] = p.typed.pid
		p.typed.pid = 0
		return stands[at]
	}
	return '0' // of a number that is wrong already
}

func (p *Pseudonyms) digitOfPhone(before string, real byte) byte {
	whole := before + string(rune(real))
	length := visit.PhoneLengthFor(whole)
	switch at := len(before); {
	case at == 0 && real != '0':
		return '1'
	case at == 1 && length == visit.MobileLength:
		return '8'
	case at == 1 && length == visit.LandlineLength:
		return '2'
	case at == 1:
		return '1'
	case at > 1 && len(whole) == length:
		phone, err := visit.ParsePhone(whole)
		if err != nil {
			return '0' // all digits are the same
		}
		p.typed.phone = p.typed.phone%typedPhones + 1
		p.given[phone] = p.typed.phone
		return '0' + byte(p.typed.phone)
	}
	return '0'
}

package record

import (
	"go/ast"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

func TestEveryFieldOfAnEventAndOfTheModelHasARule(t *testing.T) {
	for _, field := range missing {
		t.Errorf("nothing says what becomes of %s in a record: add a rule to rules.go, with a mask if it can be of a person", field)
	}
	for in := range byField {
		if !usedFields[in] {
			t.Errorf("there is no field %s: take its rule away", in)
		}
	}
	if len(timerNames) != int(flow.TimerPoll)+1 {
		t.Error("timerNames are not those of flow's timers any more")
	}
}

func TestEveryEventIsListed(t *testing.T) {
	files, err := filepath.Glob("../*.go")
	if err != nil || len(files) < 5 {
		t.Fatal(err, files)
	}
	found := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || filepath.Base(file) == "station.go" {
			continue // a record is of a kiosk
		}
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, src, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Name.Name != "event" || f.Recv == nil {
				continue
			}
			found++
			if name := f.Recv.List[0].Type.(*ast.Ident).Name; eventTypes[name] == nil {
				t.Errorf("add %s to known in plan.go: without it records of it cannot be replayed", name)
			}
		}
	}
	if found != len(known) {
		t.Errorf("flow has %d events, and %d are listed", found, len(known))
	}
}

// What stands for a person's values in these tests. None may be in a record.
const (
	canaryText  = "นกขมิ้น"
	canaryPID   = "9876543210121"
	canaryPhone = "0899998765"
	canaryCode  = "EP55554444"
	canaryYear  = 1951
)

var canaryParts = []string{canaryText, canaryPID, canaryPhone, canaryCode, "1951", canaryPID[:6], canaryPhone[:6], "9998"}

// fill puts canaries into a value, wherever there is room.
func fill(v reflect.Value) {
	switch v.Interface().(type) {
	case visit.PID:
		pid, err := visit.ParsePID(canaryPID)
		if err != nil {
			panic(err)
		}
		v.Set(reflect.ValueOf(pid))
		return
	case visit.Phone:
		phone, err := visit.ParsePhone(canaryPhone)
		if err != nil {
			panic(err)
		}
		v.Set(reflect.ValueOf(phone))
		return
	case visit.AuthenCode:
		v.SetString(canaryCode)
		return
	case visit.HN:
		v.Set(reflect.ValueOf(visit.HNOf(canaryText)))
		return
	case time.Time:
		v.Set(reflect.ValueOf(time.Date(canaryYear, 7, 8, 9, 10, 11, 0, time.UTC)))
		return
	case visit.PartialDate:
		v.Set(reflect.ValueOf(visit.PartialDate{Year: canaryYear, Month: 7, Day: 8}))
		return
	case visit.Date: // a day of service
		v.Set(reflect.ValueOf(visit.Date{Year: 2026, Month: 11, Day: 22}))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(canaryText)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(1)
	case reflect.Uint8, reflect.Uint64:
		v.SetUint('7')
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0))
		fill(v.Index(1))
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	default:
		panic(v.Type().String())
	}
}

func filled(t reflect.Type) reflect.Value {
	v := reflect.New(t).Elem()
	fill(v)
	return v
}

// beforeIt is a model of a unit in the middle of anything.
func beforeIt() flow.Model {
	return flow.Model{Way: flow.Way{
		State: flow.PIDEntry, Today: visit.Date{Year: 2026, Month: 11, Day: 22},
		Unit: flow.Unit{
			HCode: "99999", DefaultClaimType: "PG0060001", ClaimTypes: []visit.ClaimType{{Code: "PG0060001", Name: canaryText}, {Code: "PG0130001"}},
			FirstDigits: "123", Certify: flow.Certify{MinAge: 20},
		},
	}}
}

func lookFor(t *testing.T, where, text string) {
	t.Helper()
	for _, part := range canaryParts {
		if strings.Contains(text, part) {
			t.Errorf("%s: %q is in %s", where, part, text)
		}
	}
}

func TestNothingOfAPersonIsInARecordedEvent(t *testing.T) {
	for _, e := range known {
		typeOf := reflect.TypeOf(e)
		before := beforeIt()
		masked := NewPseudonyms(before.Unit).Event(&before, filled(typeOf).Interface().(flow.Event))
		step := Step{N: 1, At: time.Date(2026, 11, 22, 10, 0, 0, 0, visit.Bangkok), Event: masked}
		written, err := step.Line()
		if err != nil {
			t.Fatal(err)
		}
		lookFor(t, typeOf.Name(), string(written))
		if strings.Contains(string(written), "refused") {
			t.Errorf("what was masked is refused: %s", written)
		}
		var l line
		if err := strict(written, &l); err != nil {
			t.Fatal(err)
		}
		if back, err := l.step(); err != nil || !reflect.DeepEqual(back.Event, masked) {
			t.Errorf("%s comes back as another event, %v", written, err)
		}
	}
}

func TestAnEventThatWasNotMaskedIsRefused(t *testing.T) {
	for _, e := range known {
		typeOf := reflect.TypeOf(e)
		written, err := Step{N: 1, Event: filled(typeOf).Interface().(flow.Event)}.Line()
		if err != nil {
			t.Fatal(err)
		}
		lookFor(t, typeOf.Name(), string(written))
	}
	for _, v := range []any{
		visit.Name{First: canaryText},
		visit.Name{First: "Person", Last: canaryText},
		visit.Address{House: canaryText},
		visit.AuthenCode(canaryCode),
		visit.Method(canaryText), visit.Relation(canaryText), visit.Sex(canaryText), visit.ID(canaryText),
		filled(reflect.TypeFor[visit.PID]()).Interface(), filled(reflect.TypeFor[visit.Phone]()).Interface(),
		visit.HNOf(canaryText),
		flow.VisitRefused{Message: canaryText},
		flow.TapLanguage{Language: canaryText},
		flow.TapClaimType{Code: canaryText},
		flow.Kept{Input: canaryPhone[:4]},
		flow.Session{PIDInput: canaryPID[:4]},
	} {
		if b, err := planOf(reflect.TypeOf(v), "").write(nil, reflect.ValueOf(v)); err == nil {
			t.Errorf("%T is written as it is: %s", v, b)
		}
	}
}

func TestNothingOfAPersonIsInTheModelOfTheStart(t *testing.T) {
	m := filled(reflect.TypeFor[flow.Model]()).Interface().(flow.Model)
	m.Unit.HCode = "99999"
	written, err := Record{Start: NewPseudonyms(m.Unit).Start(m)}.Head()
	if err != nil {
		t.Fatal(err)
	}
	lookFor(t, "the model", string(written))
	// A model in a record has a session where the record begins within one.
	session := filled(reflect.TypeFor[flow.Session]())
	planOf(session.Type(), "").mask(NewPseudonyms(m.Unit), session)
	b, err := planOf(session.Type(), "").write(nil, session)
	if err != nil {
		t.Fatal(err)
	}
	lookFor(t, "the session", string(b))
}

func TestWhatIsEqualStaysEqualWithinASession(t *testing.T) {
	p := NewPseudonyms(beforeIt().Unit)
	one, err := visit.ParsePID("9000000000012")
	if err != nil {
		t.Fatal(err)
	}
	other := filled(reflect.TypeFor[visit.PID]()).Interface().(visit.PID)
	first := p.pid(one)
	if p.pid(one) != first || p.pid(other) == first {
		t.Error("the same number has two pseudonyms, or two have the same")
	}
	p.Forget()
	if p.pid(one) == first {
		t.Error("the next session tells that it is the same person")
	}
	if general := p.claim("PG0060001"); p.claim("PG0060001") != general || p.claim("PG0130001") == general || p.claim("x") == p.claim("PG0130001") {
		t.Error("claim types are not told apart")
	}
	if p.hospital("99999") != "99999" || p.hospital("11111") == p.hospital("22222") {
		t.Error("units are not told apart")
	}
	moments := []int64{500, 100, 900, 300, 301, 100}
	made := map[int64]time.Time{}
	for _, m := range moments {
		made[m] = p.time(time.Unix(m, 0))
	}
	for a, of := range made {
		for b := range made {
			if a < b != of.Before(made[b]) {
				t.Errorf("the order of %d and %d is lost", a, b)
			}
		}
	}
}

// TestWhatLiesBetweenTimesIsNotTold: one of them may be the time of the step, which is in
// the record as it was.
func TestWhatLiesBetweenTimesIsNotTold(t *testing.T) {
	between := func(a, b int64) time.Duration {
		p := NewPseudonyms(beforeIt().Unit)
		return p.time(time.Unix(b, 0)).Sub(p.time(time.Unix(a, 0)))
	}
	if between(1000, 1001) != between(1000, 9000) || between(1001, 1000) != between(9000, 1000) {
		t.Error("a record tells what lies between the code of before and that of now")
	}
}

func TestADateKeepsItsSideOfTodayAndOfTheAges(t *testing.T) {
	unit := flow.Unit{Certify: flow.Certify{MinAge: 20, AdultAge: 15}}
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		p := NewPseudonyms(unit)
		p.today = visit.Date{Year: 2026, Month: 1, Day: 1}
		for range random.IntN(800) {
			p.today = p.today.Next()
		}
		real := visit.PartialDate{Year: p.today.Year - 30 + random.IntN(40), Month: random.IntN(13), Day: random.IntN(29)}
		if random.IntN(20) == 0 {
			real.Year = 0
		}
		if real.IsZero() {
			continue
		}
		made := p.date(real)
		if made.IsZero() || made.PassedBy(p.today) != real.PassedBy(p.today) {
			t.Fatalf("on %v %+v became %+v", p.today, real, made)
		}
		for _, age := range []int{15, 20} {
			if (made.YearsBy(p.today) >= age) != (real.YearsBy(p.today) >= age) {
				t.Fatalf("on %v %+v became %+v: %d and %d years", p.today, real, made, real.YearsBy(p.today), made.YearsBy(p.today))
			}
		}
	}
}

// TestAKeypadSaysTheSameOfTheMadeUpNumber types numbers, right ones and wrong ones,
// with digits taken back, and compares what the keypad says of them.
func TestAKeypadSaysTheSameOfTheMadeUpNumber(t *testing.T) {
	numbers := []string{"9000000000012", "1000000000008", "0800001234", "020001234", "0888888888", "027777777", "0100000000", "8000000000", "0987654321"}
	random := rand.New(rand.NewPCG(3, 4))
	done := map[flow.State]int{}
	for range 1000 {
		state, first := []flow.State{flow.PIDEntry, flow.PhoneEntry}[random.IntN(2)], []string{"", "123", "9"}[random.IntN(3)]
		unit := flow.Unit{FirstDigits: first}
		p := NewPseudonyms(unit)
		real := flow.Model{Way: flow.Way{State: state, Unit: unit, Today: visit.Date{Year: 2026, Month: 11, Day: 22}}}
		real.Session.Insertion = flow.Insertion{Number: 1, VisitID: "01900000-0000-7000-8000-000000000001"}
		real.Session.Method = visit.MethodLine
		made := p.Start(real)
		made.Session = real.Session
		number := numbers[random.IntN(len(numbers))]
		for range 40 {
			var e flow.Event = flow.TapDigit{Digit: '0' + byte(random.IntN(10))}
			at := len(real.Session.PIDInput) + len(real.Session.PhoneInput)
			switch roll := random.IntN(20); {
			case roll == 0:
				e = flow.TapBackspace{}
			case roll == 1 && at > 3:
				e = flow.TapClear{}
			case roll > 2 && at < len(number):
				e = flow.TapDigit{Digit: number[at]}
			case at > 0 && (state == flow.PhoneEntry && real.Session.PhoneProblem() != visit.PhoneTooShort || state == flow.PIDEntry && real.PIDProblem() != visit.PIDTooShort):
				e = flow.TapBackspace{}
			}
			masked := p.Event(&real, e)
			real, _ = flow.Step(real, e)
			made, _ = flow.Step(made, masked)
			if AfterOf(&real) != AfterOf(&made) || real.PIDProblem() != made.PIDProblem() || real.Session.PhoneProblem() != made.Session.PhoneProblem() {
				t.Fatalf("typing %s with %q: %q %q became %q %q", number, first, real.Session.PIDInput, real.Session.PhoneInput, made.Session.PIDInput, made.Session.PhoneInput)
			}
			if len(real.Session.Phone.Digits()) != len(made.Session.Phone.Digits()) {
				t.Fatal("a landline became a mobile number, or the other way round")
			}
			if _, err := modelPlan.write(nil, reflect.ValueOf(made)); err != nil {
				t.Fatalf("%q %q is refused: %v", made.Session.PIDInput, made.Session.PhoneInput, err)
			}
			if real.State != state {
				done[state]++
				break
			}
		}
	}
	if done[flow.PIDEntry] < 50 || done[flow.PhoneEntry] < 50 {
		t.Errorf("%v numbers were typed whole: the test proves little", done)
	}
}

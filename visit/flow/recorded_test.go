package flow_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"authenkiosk/visit"
	"authenkiosk/visit/flow"
	"authenkiosk/visit/flow/record"
)

var recordedAt = time.Date(2026, time.November, 22, 10, 0, 0, 0, visit.Bangkok)

// TestRandomSessionsAreReplayedAsTheyWere lets patients of every way come, with
// digits, cards and answers that are right and wrong. At many moments the record must
// lead the flow to the same screens, after it has been written and read again.
func TestRandomSessionsAreReplayedAsTheyWere(t *testing.T) {
	whole := map[visit.Method]int{}
	ended := map[flow.State]int{}
	for seed := range uint64(4) {
		begin := flow.Begin()
		if seed%2 == 1 {
			begin.Unit.FirstDigits = ""
		}
		tail := record.NewTail("test", begin)
		n := 0
		err := flow.RandomSessions(begin, seed, 14_000, func(before flow.Model, e flow.Event, after flow.Model) {
			tail.Begin(recordedAt, &before, e)
			tail.End(&before, &after)
			if before.State != after.State {
				ended[after.State]++
			}
			if after.Session.Code != "" && before.Session.Code == "" {
				whole[after.Session.Method]++
			}
			if n++; n%200 != 0 {
				return
			}
			if err := replayed(tail.Since(0), after); err != nil {
				t.Fatalf("seed %d, after %d events: %v", seed, n, err)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("screens: %v", ended)
	for _, method := range flow.Begin().Unit.Methods {
		if whole[method] < 20 {
			t.Errorf("only %d codes by %s were recorded: the test proves little", whole[method], method)
		}
	}
	for _, s := range flow.States() {
		if ended[s] == 0 {
			t.Errorf("no record has the screen %v", s)
		}
	}
}

// replayed writes, reads and replays a record, and compares the model at its end with
// the one of the kiosk.
func replayed(r record.Record, m flow.Model) error {
	lines, err := r.Lines()
	if err != nil {
		return err
	}
	if bytes.Contains(bytes.Join(lines, nil), []byte(`"refused"`)) {
		return fmt.Errorf("a step is refused:\n%s", bytes.Join(lines, []byte("\n")))
	}
	back, err := record.Parse(bytes.Join(lines, []byte("\n")))
	if err != nil {
		return err
	}
	var end flow.Model
	steps := 0
	if err := back.Replay(func(_ record.Step, m flow.Model) { end, steps = m, steps+1 }); err != nil {
		return err
	}
	if want := min(record.Kept, len(r.Steps)); steps != want {
		return fmt.Errorf("%d of %d steps were taken", steps, want)
	}
	if got, want := shown(end), shown(m); got != want {
		return fmt.Errorf("it ends with %+v, want %+v", got, want)
	}
	return nil
}

// shown is what decides the next steps of a model, without whose it is.
func shown(m flow.Model) any {
	x := m.Session
	rule := m.Unit.Certify
	return struct {
		after                                       record.After
		devices                                     visit.Devices
		prefs                                       flow.Prefs
		insertion, waiting, certifier               flow.Insertion
		method                                      visit.Method
		photo                                       flow.Photo
		right, done                                 flow.Answer
		codes, polls, failures                      int
		name, address, born, phone, typed, kept     bool
		keptPhone, message, owner, hasRight, lives  bool
		claimed, same, known, young, grown, program bool
		phoneProblem                                visit.PhoneProblem
		pidProblem                                  visit.PIDProblem
		keptInput, here, elsewhere, relations       int
	}{
		record.AfterOf(&m), devicesOf(m), m.Prefs, x.Insertion, m.Waiting, x.Certifier.Insertion, x.Method, x.Photo,
		x.RightState, x.DoneState, len(x.Done), x.Polls, x.Failures,
		x.Person.Name.IsZero(), x.Person.Address.IsZero(), x.Person.Birth.IsZero(), x.Phone.IsZero(), x.PhoneTyped, x.Kept.PID.IsZero(),
		x.Kept.Phone.IsZero(), x.Message == "", x.PhoneOwner == visit.PhoneOfPatient, x.Right.IsZero(), x.Right.Deceased,
		x.ClaimType.Code == "", x.Certifier.Person.PID == x.Person.PID, x.PhoneFrom == x.Certifier.Person.PID,
		x.Certifier.Person.Birth.YearsBy(m.Today) < rule.MinAge, x.Person.Birth.YearsBy(m.Today) < rule.AdultAge, m.Devices.ReadBy == "",
		x.PhoneProblem(), m.PIDProblem(), len(x.Kept.Input), countOf(x, m, true), countOf(x, m, false), len(m.Relations()),
	}
}

func devicesOf(m flow.Model) visit.Devices {
	d := m.Devices
	d.ReadBy = ""
	return d
}

func countOf(x flow.Session, m flow.Model, here bool) (n int) {
	for _, a := range x.Done {
		if (a.Hospital.HCode == m.Unit.HCode) == here {
			n++
		}
	}
	return n
}

func TestAStepThatLedElsewhereIsNamed(t *testing.T) {
	begin := flow.Begin()
	tail := record.NewTail("test", begin)
	err := flow.RandomSessions(begin, 1, 1000, func(before flow.Model, e flow.Event, after flow.Model) {
		tail.Begin(recordedAt, &before, e)
		tail.End(&before, &after)
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []int{0, 77, record.Kept - 1} {
		r := tail.Since(0)
		r.Steps[at].After.Screen = "nowhere"
		var departs *record.Departure
		if err := r.Replay(nil); !errors.As(err, &departs) || departs.N != r.From+uint64(at) || departs.Recorded.Screen != "nowhere" {
			t.Errorf("step %d was changed, and: %v", r.From+uint64(at), err)
		}
	}
}

var writeGolden = flag.Bool("golden", false, "write the golden record anew")

const goldenRecord = "record/testdata/sessions.jsonl"

// TestTheGoldenRecordIsReplayed replays a record that an earlier version may have
// written: reports of programs in the field stay readable. Where the flow or the format
// is changed on purpose, it is written anew with -golden.
func TestTheGoldenRecordIsReplayed(t *testing.T) {
	if *writeGolden {
		writeRecord(t)
	}
	codes := 0
	replayFile(t, goldenRecord, func(_ record.Step, m flow.Model) {
		if m.State == flow.Result && m.Session.Print == flow.Printing {
			codes++
		}
	})
	if codes != len(flow.Begin().Unit.Methods) {
		t.Errorf("%d patients have a code: one of each way should", codes)
	}
}

// TestEveryReportOfAFaultIsReplayed replays what is in testdata: a report becomes a test
// when its record is put there (CONTRIBUTING.md).
func TestEveryReportOfAFaultIsReplayed(t *testing.T) {
	files, err := filepath.Glob("record/testdata/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) { replayFile(t, file, nil) })
	}
}

func replayFile(t *testing.T, file string, see func(record.Step, flow.Model)) {
	t.Helper()
	report, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	r, err := record.Parse(report)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	if err := r.Replay(see); err != nil {
		t.Errorf("%s: %v", file, err)
	}
}

// writeRecord records a patient of each way.
func writeRecord(t *testing.T) {
	begin := flow.Begin()
	begin.Devices = visit.Devices{Reader: visit.DeviceReady, Camera: visit.DeviceReady, NHSO: visit.DeviceReady}
	tail := record.NewTail("golden", begin)
	m, at := begin, recordedAt
	for n, method := range begin.Unit.Methods {
		for _, e := range wayOf(method, uint64(10*n+1)) {
			next, _ := flow.Step(m, e)
			tail.Begin(at, &m, e)
			tail.End(&m, &next)
			m, at = next, at.Add(1100*time.Millisecond)
		}
		if m.State != flow.Welcome {
			t.Fatalf("by %s it ends in %v", method, m.State)
		}
	}
	lines, err := tail.Since(0).Lines()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(goldenRecord, append(bytes.Join(lines, []byte("\n")), '\n'), 0o600); err != nil {
		t.Fatal(err)
	}
}

// wayOf is a whole visit of a way, from the welcome screen and back to it.
func wayOf(method visit.Method, n uint64) (events []flow.Event) {
	add := func(more ...flow.Event) { events = append(events, more...) }
	digits := func(number string) {
		for _, d := range []byte(number) {
			add(flow.TapDigit{Digit: d})
		}
	}
	start := flow.Insertion{Number: n, VisitID: visit.ID(fmt.Sprintf("01900000-0000-7000-8000-%012d", n))}
	right := flow.RightFound{Number: n, Right: visit.Right{Main: visit.Coded{ID: "UCS"}, Holder: visit.Name{First: "ทดสอบ"}}, Birth: visit.PartialDate{Year: 2014}}
	found := []flow.Event{right, flow.StatusFound{Number: n}}
	add(flow.DevicesChanged{Devices: visit.Devices{Reader: visit.DeviceReady, Camera: visit.DeviceReady, NHSO: visit.DeviceReady, Printer: visit.DeviceReady}})
	card := func(i flow.Insertion, who string, born int) {
		pid, err := visit.ParsePID(who)
		if err != nil {
			panic(err)
		}
		add(flow.CardInserted{Insertion: i},
			flow.CardIdentified{Number: i.Number, Person: flow.Person{PID: pid, Name: visit.Name{First: "ทดสอบ"}, Sex: visit.SexFemale, Birth: visit.PartialDate{Year: born}}},
			flow.CardRead{Number: i.Number, Expiry: visit.PartialDate{Year: 2030, Month: 1}, Address: visit.Address{House: "99"}})
	}
	const patient = "9000000000012"
	if method == visit.MethodCard {
		card(start, patient, 1990)
		add(found...)
	} else {
		add(flow.TapNoCard{CardHere: true}, flow.TapMethod{Method: method, Start: start})
		digits(patient)
	}
	switch method {
	case visit.MethodPhoto:
		add(found...)
		count := flow.TimerFired{Timer: flow.TimerCountdown}
		add(flow.CameraChanged{Number: n, State: visit.DeviceReady}, flow.PhotoSeen{Number: n, Hint: flow.PhotoGood, Steady: true, Card: true}, count, count, count,
			flow.PhotoTaken{Number: n, Hint: flow.PhotoGood, Card: true}, flow.TapUsePhoto{})
	case visit.MethodCertifier:
		add(found...)
		card(flow.Insertion{Number: n + 1, VisitID: start.VisitID, Role: flow.CertifierReader}, "9000000000004", 1980)
		add(flow.TapRelation{Relation: visit.RelationParent})
	case visit.MethodLine:
		add(flow.StatusFound{Number: n}, flow.TimerFired{Timer: flow.TimerPoll})
		done := flow.StatusFound{Number: n}
		done.Done = slices.Grow(done.Done, 1)[:1]
		code := &done.Done[0]
		code.Code, code.ClaimType.Code, code.Hospital.HCode, code.At = "PP1200000001", "PG0060001", "99999", recordedAt
		add(done, flow.TapClose{})
		return events
	}
	digits("0800001234")
	add(flow.TapConfirm{}, flow.VisitSaved{Number: n}, flow.VisitDone{Number: n, Code: "PP1200000001", IssuedAt: recordedAt}, flow.SlipPrinted{Number: n, Nth: 1})
	if method == visit.MethodPhoto {
		add(flow.TapClose{})
	} else if method == visit.MethodCard {
		add(flow.CardRemoved{})
	} else {
		add(flow.CardRemoved{Role: flow.CertifierReader})
	}
	return events
}

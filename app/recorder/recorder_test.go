package recorder

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"authenkiosk/app/privatelog"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
	"authenkiosk/visit/flow/record"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var begin = flow.Model{Way: flow.Way{
	Today: visit.Date{Year: 2026, Month: 11, Day: 22},
	Unit:  flow.Unit{HCode: "99999", Methods: []visit.Method{visit.MethodCard, visit.MethodLine}, LineQR: "qr", ClaimTypes: []visit.ClaimType{{Code: "PG0060001"}}},
}}

// visitor is a patient who types a number that is not quite right.
func visitor(n uint64) []flow.Event {
	events := []flow.Event{
		flow.TapNoCard{},
		flow.TapMethod{Method: visit.MethodLine, Start: flow.Insertion{Number: n, VisitID: "01900000-0000-7000-8000-000000000001"}},
	}
	for _, d := range []byte("9000000000013") {
		events = append(events, flow.TapDigit{Digit: d})
	}
	return append(events, flow.TapBackspace{}, flow.TapDigit{Digit: '2'}, flow.TapClose{})
}

// play has the recorder take the steps of so many visitors.
func play(r *Recorder, m flow.Model, visitors int) flow.Model {
	for n := range visitors {
		for _, e := range visitor(uint64(n + 1)) {
			m, _ = r.Step(m, e)
		}
	}
	return m
}

func textOf(t *testing.T, r *Recorder) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.Print(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// checkReplay reads a record, replays it, and returns how many steps it has.
func checkReplay(t *testing.T, text string) int {
	t.Helper()
	r, err := record.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Replay(nil); err != nil {
		t.Error(err)
	}
	return len(r.Steps)
}

func TestTheLastStepsAreKeptAndNoMore(t *testing.T) {
	r := New("test", begin)
	if n := checkReplay(t, textOf(t, r)); n != 0 {
		t.Errorf("nothing has happened, and there are %d steps", n)
	}
	m := play(r, begin, 1)
	if n := checkReplay(t, textOf(t, r)); n != len(visitor(1)) {
		t.Errorf("there are %d steps after the first visitor", n)
	}
	play(r, m, 30)
	if n := checkReplay(t, textOf(t, r)); n != record.Kept {
		t.Errorf("there are %d steps", n)
	}
	if text := textOf(t, r); privatelog.Clean(text) != text {
		t.Error("the filter of reports finds something to take out of a record")
	}
}

func TestARecorderThatIsNotThereTakesTheStepsAllTheSame(t *testing.T) {
	var none *Recorder
	if m, _ := none.Step(begin, flow.TapNoCard{}); m.State != flow.NoCard {
		t.Errorf("state %v", m.State)
	}
}

func TestAStepThatPanicsIsTheLastOfTheRecord(t *testing.T) {
	r := New("test", begin)
	m, _ := r.Step(begin, flow.TapNoCard{})
	r.tail.Begin(begin.Today.Midnight(), &m, flow.TapBack{}) // and it never ends
	text := strings.TrimSpace(textOf(t, r))
	last := text[strings.LastIndexByte(text, '\n')+1:]
	if !strings.Contains(last, `"event":"TapBack"`) || strings.Contains(last, "after") {
		t.Errorf("the last line is %s", last)
	}
	checkReplay(t, text)
}

// pipe hands what is written on to a Gather, as the process at the other end does.
type pipe struct {
	gather Gather
	heads  int
	err    error
}

func (p *pipe) Write(b []byte) (int, error) {
	if p.err != nil {
		return 0, p.err
	}
	line, ok := bytes.CutPrefix(b, []byte{Mark})
	if !ok || !p.gather.Add(bytes.TrimSuffix(line, []byte("\n"))) {
		return 0, errors.New("that is no line of a record")
	}
	if bytes.HasPrefix(line, []byte(`{"record"`)) {
		p.heads++
	}
	return len(b), nil
}

func TestAnotherProcessHasTheLastStepsAtEveryTime(t *testing.T) {
	for _, atOnce := range []int{1, 15} { // visitors, before the follower comes to its turn
		synctest.Test(t, func(t *testing.T) {
			r, p := New("test", begin), &pipe{}
			ctx, stop := context.WithCancel(t.Context())
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				r.Follow(ctx, p)
			}()
			m := begin
			for range 30 {
				m = play(r, m, atOnce)
				synctest.Wait()
				if n := checkReplay(t, string(p.gather.Text())); n < min(record.Kept, len(visitor(1))) || n > 2*record.Kept+len(visitor(1)) {
					t.Fatalf("%d visitors at once: the other end has %d steps", atOnce, n)
				}
			}
			r.tail.Begin(begin.Today.Midnight(), &m, flow.TapNoCard{})
			stop()
			<-ended
			own := strings.Split(strings.TrimSpace(textOf(t, r)), "\n")
			if got := strings.TrimSpace(string(p.gather.Text())); !strings.HasSuffix(got, own[len(own)-1]) || !strings.Contains(own[len(own)-1], "TapNoCard") {
				t.Error("the step that did not end is not at the other end")
			}
			if p.heads < 2 {
				t.Error("the beginning is never written anew")
			}
		})
	}
}

// A panic ends the program within its step: nobody writes the step after that.
func TestAStepThatPanicsIsAtTheOtherEndBeforeTheProgramDies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, p := New("test", begin), &pipe{}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			r.Follow(ctx, p)
		}()
		m := play(r, begin, 1)
		r.step = func(flow.Model, flow.Event) (flow.Model, []flow.Effect) { panic("on purpose") }
		func() {
			defer func() {
				if last := string(p.gather.Text()); recover() == nil || !strings.HasSuffix(last, `"event":"TapNoCard"}`+"\n") {
					t.Errorf("when the program dies the other end has %q", last[max(0, len(last)-200):])
				}
			}()
			r.Step(m, flow.TapNoCard{})
		}()
		stop()
		<-ended
	})
}

func TestNobodyWaitsForAnEndThatTakesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		full := make(stuck)
		r := New("test", begin)
		m := play(r, begin, 1)
		ctx, stop := context.WithCancel(t.Context())
		time.AfterFunc(time.Minute, stop)
		began := time.Now()
		r.Follow(ctx, full)
		if took := time.Since(began); took > time.Minute+10*time.Second {
			t.Errorf("the end of the program waited for %v", took-time.Minute)
		}
		r.step = func(flow.Model, flow.Event) (flow.Model, []flow.Effect) { panic("on purpose") }
		func() {
			defer func() { _ = recover() }()
			r.Step(m, flow.TapNoCard{})
		}()
		close(full)
	})
}

// stuck takes nothing until it is closed.
type stuck chan struct{}

func (s stuck) Write([]byte) (int, error) {
	<-s
	return 0, io.ErrClosedPipe
}

func TestAFollowerEndsWhenNobodyIsThere(t *testing.T) {
	r := New("test", begin)
	play(r, begin, 1)
	r.Follow(t.Context(), &pipe{err: io.ErrClosedPipe})
}

func TestWhatIsNoLineOfARecordIsNotGathered(t *testing.T) {
	var g Gather
	for _, text := range []string{"", "panic: x", "{}", `{"goroutine": 1}`, "1"} {
		if g.Add([]byte(text)) {
			t.Errorf("%q is taken", text)
		}
	}
	if g.Text() != nil {
		t.Error("there is a record of nothing")
	}
}

func BenchmarkStep(b *testing.B) {
	for name, r := range map[string]*Recorder{"alone": nil, "recorded": New("test", begin)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			events, m := visitor(1), begin
			for i := 0; b.Loop(); i++ {
				m, _ = r.Step(m, events[i%len(events)])
			}
		})
	}
}

// BenchmarkLine is what the other goroutine does for each step.
func BenchmarkLine(b *testing.B) {
	r := New("test", begin)
	play(r, begin, 20)
	steps := r.Record().Steps
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := steps[i%len(steps)].Line(); err != nil {
			b.Fatal(err)
		}
	}
}

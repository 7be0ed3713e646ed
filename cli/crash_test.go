package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"authenkiosk/app/recorder"
	"authenkiosk/storage"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
	"authenkiosk/visit/flow/record"
)

const crashDir = "AUTHENKIOSK_TEST_CRASH"

func TestMain(m *testing.M) {
	storage.CheckMain()
	// The test program is its own crash monitor, as the real program is.
	if len(os.Args) > 1 && os.Args[1] == crashMonitor {
		p := Program{Name: "test", Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
		os.Exit(p.Main(os.Args[1:]))
	}
	os.Exit(m.Run())
}

func TestACrashReportHasTheStackAndNoPersonalData(t *testing.T) {
	dir := t.TempDir()
	child := exec.Command(os.Args[0], "-test.run", "^TestCrashChild$")
	child.Env = append(os.Environ(), crashDir+"="+dir)
	if err := child.Run(); err == nil {
		t.Fatal("the child did not crash")
	}
	// The monitor ends after its parent; its file is the event that is waited for.
	var reports []string
	soon(t, func() bool {
		reports, _ = filepath.Glob(filepath.Join(dir, "crash-*.txt"))
		return len(reports) == 1
	})
	var text string
	soon(t, func() bool {
		b, err := os.ReadFile(reports[0])
		text = string(b)
		return err == nil && strings.Contains(text, "goroutine ")
	})
	if strings.Contains(text, "9000000000004") || !strings.Contains(text, "[pid]") || !strings.Contains(text, "TestCrashChild") || !strings.Contains(text, ", commit ") {
		t.Errorf("the report says:\n%.600s", text)
	}
	var out bytes.Buffer
	if err := replayReport(&out, []byte(text)); err != nil || !strings.Contains(out.String(), "TapNoCard          no-card") {
		t.Errorf("the last steps are replayed to %v:\n%s", err, &out)
	}
}

func TestCrashChild(t *testing.T) {
	dir := os.Getenv(crashDir)
	if dir == "" {
		return // nobody has started it as a child
	}
	watched, err := watchCrashes(dir)
	if err != nil {
		t.Fatal(err)
	}
	steps := recorder.New("test", flow.Model{})
	steps.Step(flow.Model{}, flow.TapNoCard{})
	written := make(chan struct{})
	go steps.Follow(t.Context(), &told{watched.Lifeline(), written, 2})
	<-written
	done := make(chan struct{})
	go func() { panic("no such person: 9000000000004") }()
	<-done
}

// told says when so many lines were written.
type told struct {
	io.Writer
	written chan struct{}
	lines   int
}

func (w *told) Write(b []byte) (int, error) {
	n, err := w.Writer.Write(b)
	if w.lines--; w.lines == 0 {
		close(w.written)
	}
	return n, err
}

func TestOnlyWhatADyingProgramSaysMakesAReport(t *testing.T) {
	mark := string(recorder.Mark)
	var steps bytes.Buffer
	r := recorder.New("test", flow.Model{})
	m, _ := r.Step(flow.Model{}, flow.TapNoCard{})
	r.Step(m, flow.TapHelp{})
	ended, end := context.WithCancel(t.Context())
	end()
	r.Follow(ended, &steps)
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, visit.Bangkok)
	var all bytes.Buffer
	r2, m2 := recorder.New("test", flow.Model{}), flow.Model{}
	for _, e := range []flow.Event{flow.TapNoCard{}, flow.TapHelp{}, flow.TapHelp{}} {
		m2, _ = r2.Step(m2, e)
	}
	r2.Follow(ended, &all)
	cut := strings.LastIndex(strings.TrimSuffix(all.String(), "\n"), "\n") + 1
	between, third := all.String()[:cut], all.String()[cut:]
	long := strings.Repeat("x", 2*maxCrashLine)
	for _, c := range []struct {
		name, said string
		want       []string // nil: no report
		steps      int
	}{
		{"nothing", "", nil, 0},
		{"steps alone", steps.String(), nil, 0},
		{"killed while a step is written", steps.String()[:steps.Len()-20], nil, 0},
		{"a crash without steps", "panic: x\n\ngoroutine 1", []string{"panic: x", "goroutine 1"}, 0},
		{"a crash after steps", steps.String() + "panic: x\n", []string{"panic: x"}, 2},
		{"a crash within a step", steps.String() + mark + `{"n":3,"at` + "panic: x\ngoroutine 1\n", []string{`{"n":3,"at` + "panic: x", "goroutine 1"}, 2},
		{"a step within a line of a crash", between + "panic: x\ngorou" + third + "tine 1\n", []string{"panic: x", "tine 1"}, 3},
		{"a person within a long line", steps.String() + "panic: " + long + " 9000000000004 \n" + mark + "080-000-1234 in a step\n", []string{long, "[pid]", "[phone] in a step"}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := monitorCrash(strings.NewReader(c.said), dir, func() time.Time { return now }); err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(filepath.Join(dir, "crash-20261122-030000.txt"))
			if (err == nil) != (c.want != nil) {
				t.Fatalf("%s, %v", text, err)
			}
			for _, part := range c.want {
				if !strings.Contains(string(text), part) {
					t.Errorf("%q is not in it: %.300s", part, text)
				}
			}
			if c.steps > 0 {
				if read, err := record.Parse(text); err != nil || len(read.Steps) != c.steps || read.Replay(nil) != nil {
					t.Errorf("it has %d steps, %v", len(read.Steps), err)
				}
			}
		})
	}
}

// TestAReportIsDatedByTheCrash: the monitor begins with the program that it watches.
func TestAReportIsDatedByTheCrash(t *testing.T) {
	dir := t.TempDir()
	r, w := io.Pipe()
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, visit.Bangkok)
	go func() {
		now = now.Add(48 * time.Hour)
		_, _ = io.WriteString(w, "panic: x\n")
		_ = w.Close()
	}()
	if err := monitorCrash(r, dir, func() time.Time { return now }); err != nil {
		t.Fatal(err)
	}
	if reports, _ := filepath.Glob(filepath.Join(dir, "crash-20261124-*.txt")); len(reports) != 1 {
		t.Error("it has another date")
	}
}

func TestAGoodEndLeavesNoCrashReport(t *testing.T) {
	dir := t.TempDir()
	watched, err := watchCrashes(dir)
	if err != nil {
		t.Fatal(err)
	}
	watched.End()
	if reports, _ := filepath.Glob(filepath.Join(dir, "*")); len(reports) != 0 {
		t.Errorf("there is %v", reports)
	}
}

func TestDoctorNamesTheNewestCrashReportAndLooksAtAnAgentThatAlwaysAnswers(t *testing.T) {
	data := t.TempDir()
	file := filepath.Join(data, "kiosk.toml") // at that port is nobody else, either
	write(t, file, "[agent]\nlisten = \"127.0.0.1:1\"\n")
	if got := call(t, "", "doctor", "-config", file, "-data", data); strings.Contains(got.out, "crashes") || !strings.Contains(got.out, "127.0.0.1:1; 0 clients") {
		t.Errorf("of no report: %+v", got)
	}
	dir := filepath.Join(data, crashFolder)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	newest := filepath.Join(dir, "crash-20261124-030000.txt")
	write(t, newest, "x")
	write(t, filepath.Join(dir, "crash-20261122-030000.txt"), "x")
	if got := call(t, "", "doctor", "-config", file, "-data", data); got.status != exitOK || !strings.Contains(got.out, "2 reports, the newest is "+newest) {
		t.Errorf("%+v", got)
	}
}

func TestDoctorSaysAtTheEndThatTheMachineIsReady(t *testing.T) {
	data := t.TempDir()
	file := filepath.Join(data, "kiosk.toml") // at that port is nobody else
	write(t, file, "[agent]\nlisten = \"127.0.0.1:1\"\n")
	if got := call(t, "", "doctor", "-config", file, "-data", data); got.status != exitOK || !strings.HasSuffix(got.out, "\nthe machine is ready\n") {
		t.Errorf("of one that is: %+v", got)
	}
	if got := call(t, "", "doctor", "-json", "-config", file, "-data", data); got.status != exitOK || !json.Valid([]byte(got.out)) {
		t.Errorf("for programs: %+v", got)
	}
	file, data = zoneConfig(t) // without a token
	if got := call(t, "", "doctor", "-config", file, "-data", data); got.status == exitOK || strings.Contains(got.out, "is ready") || !strings.Contains(got.err, "the machine is not ready") {
		t.Errorf("of one that is not: %+v", got)
	}
}

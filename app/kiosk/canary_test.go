package kiosk

import (
	"bytes"
	"flag"
	"fmt"
	"index/suffixarray"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"authenkiosk/app/demo"
	"authenkiosk/app/privatelog"
	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/nhso/testzone"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

var sessions = flag.Int("sessions", 20, "how many patients come in TestNothingPersonalIsLeft...")

// canary is everything personal of one made-up patient, each part unlike any
// other text in the program.
type canary struct {
	pid        visit.PID
	name, last string
	phone      string
}

func canaryOf(i int) canary {
	letters := []rune("กขคงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮ")
	word := ""
	for n := i + 41*41; n > 0; n /= len(letters) {
		word += string(letters[n%len(letters)]) + "๊"
	}
	// 0800000000 to 0800000009 are what reports have in place of a phone.
	return canary{patientOf(i), "นก" + word, "ขมิ้น" + word, fmt.Sprintf("080000%04d", 10+(i+1234)%9990)}
}

func (c canary) parts() [][]byte {
	return [][]byte{[]byte(c.pid.Digits()), []byte(c.name), []byte(c.last), []byte(c.phone)}
}

// TestNothingPersonalIsLeftInLogsAndFiles lets patients come and go, some of them
// while NHSO is away, and then looks for them in everything the kiosk has
// written but the slips, and in what reports have of its last steps. The long run is -sessions 10000.
func TestNothingPersonalIsLeftInLogsAndFiles(t *testing.T) {
	var log bytes.Buffer
	playWire(t, slog.New(privatelog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))), slipsAsPictures, func(t *testing.T, w *wire) {
		w.until("ready reader", func(m flow.Model) bool { return m.Devices.Reader == visit.DeviceReady })
		pattern := w.zone.Persons()[0]
		var reports bytes.Buffer
		for i := range *sessions {
			c := canaryOf(i)
			p := pattern
			p.PID, p.FirstName, p.LastName = c.pid.Digits(), c.name, c.last
			if err := w.zone.PutPerson(p); err != nil {
				t.Fatal(err)
			}
			// Every tenth patient meets no NHSO at first, later every hundredth.
			w.serve(c, i%10 == 9 && (i < 100 || i%100 == 99), func() { report(t, w, &reports) })
		}
		w.zone.ClearFaults()
		w.drained()
		w.end()
		lookForCanaries(t, w.data, log.Bytes(), reports.Bytes())
	})
}

// report adds what a crash report and doctor would have of the last steps now, and the
// keys of the keypad one behind the other.
func report(t *testing.T, w *wire, to *bytes.Buffer) {
	t.Helper()
	from := to.Len()
	if err := w.kiosk.Records().CarryOut(t.Context(), []string{"record"}, nil, to); err != nil {
		t.Fatal(err)
	}
	text := to.Bytes()[from:]
	for _, key := range digitOfStep.FindAllSubmatch(text, -1) {
		to.Write(key[1])
	}
	if bytes.Contains(text, []byte(`"refused"`)) {
		t.Errorf("a step is not in the record: %s", text)
	}
}

var digitOfStep = regexp.MustCompile(`"Digit":"(.)"`)

// lookForCanaries looks for every part of every patient in what was written.
func lookForCanaries(t *testing.T, data string, log, reports []byte) {
	t.Helper()
	written := map[string][]byte{"the log": log, "a record of the last steps": reports}
	err := filepath.WalkDir(data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if filepath.Base(filepath.Dir(path)) != "slips" {
			written[filepath.Base(path)], err = os.ReadFile(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(log) < 1000 || len(written) < 3 || bytes.Count(reports, []byte("CardIdentified")) < *sessions {
		t.Fatalf("%d files and %d bytes of log prove nothing", len(written), len(log))
	}
	found := 0
	for name, content := range written {
		index := suffixarray.New(content) // tens of thousands of words in megabytes
		for i := range *sessions {
			for _, part := range canaryOf(i).parts() {
				if len(index.Lookup(part, 1)) > 0 {
					found++
					t.Errorf("%s holds a part of patient %d", name, i)
				}
			}
		}
	}
	if bytes.Contains(log, []byte(testzone.DefaultToken)) {
		t.Error("the log holds the token")
	}
	t.Logf("%d sessions, %d files, %d bytes of log: %d finds", *sessions, len(written), len(log), found)
}

// serve brings one patient through a visit, with NHSO away or not. report is called in
// the middle of it and at its end.
func (w *wire) serve(c canary, away bool, report func()) {
	w.t.Helper()
	person := virtualcard.Adult()
	person.PID, person.Name = c.pid, visit.Name{Prefix: "นาย", First: c.name, Last: c.last}
	card, err := virtualcard.New(person)
	if err != nil {
		w.t.Fatal(err)
	}
	w.zone.ClearFaults()
	if away {
		if err := w.zone.SetFault(testzone.Fault{Kind: "500"}); err != nil {
			w.t.Fatal(err)
		}
	}
	w.until("welcome screen", onScreen(flow.Welcome))
	if err := w.kiosk.Demo.Readers.Insert(demo.PatientReader, card); err != nil {
		w.t.Fatal(err)
	}
	w.until("keypad", onScreen(flow.PhoneEntry))
	for _, d := range []byte(c.phone) {
		w.kiosk.Send(flow.TapDigit{Digit: d})
	}
	w.until("confirmation", onScreen(flow.Confirm))
	report()
	w.kiosk.Send(flow.TapConfirm{})
	w.until("end of the visit", func(m flow.Model) bool {
		return (m.State == flow.Result || m.State == flow.Queued) && m.Session.Print != flow.Printing
	})
	report()
	w.dock.RemoveCard()
	w.until("welcome screen", onScreen(flow.Welcome))
}

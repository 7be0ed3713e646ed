package kiosk

import (
	"bytes"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/app/recorder"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
	"authenkiosk/visit/flow/record"
)

// TestAnotherProcessHasTheStepsOfAKioskWhenItDies lets patients come to a whole kiosk
// and looks at what was written to the process that makes the report of a crash.
func TestAnotherProcessHasTheStepsOfAKioskWhenItDies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(played))
		w := makeWire(t, slog.New(slog.DiscardHandler), memory, shortLimits, slipsAsPictures)
		keepCommandsOut(t, w.data)
		var line bytes.Buffer
		w.kiosk.lifeline = &line
		w.start()
		defer w.end()
		w.until("ready reader", func(m flow.Model) bool { return m.Devices.Reader == visit.DeviceReady })
		pattern := w.zone.Persons()[0]
		const patients = 10
		for i := range patients {
			c := canaryOf(i)
			p := pattern
			p.PID, p.FirstName, p.LastName = c.pid.Digits(), c.name, c.last
			if err := w.zone.PutPerson(p); err != nil {
				t.Fatal(err)
			}
			w.serve(c, false, func() {})
		}
		w.end()
		var steps recorder.Gather
		for text := range bytes.Lines(line.Bytes()) {
			step, marked := bytes.CutPrefix(text, []byte{recorder.Mark})
			if !marked || !steps.Add(bytes.TrimSpace(step)) {
				t.Fatalf("%q is no step", text)
			}
		}
		r, err := record.Parse(steps.Text())
		if err != nil {
			t.Fatal(err)
		}
		codes := 0
		if err := r.Replay(func(s record.Step, _ flow.Model) {
			if s.Name == "VisitDone" {
				codes++
			}
		}); err != nil {
			t.Error(err)
		}
		if codes < patients/2 {
			t.Errorf("%d codes are in the last %d steps", codes, len(r.Steps))
		}
		for i := range patients {
			for _, part := range canaryOf(i).parts() {
				if bytes.Contains(line.Bytes(), part) {
					t.Errorf("a part of patient %d was written", i)
				}
			}
		}
	})
}

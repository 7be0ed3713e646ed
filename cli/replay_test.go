package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"authenkiosk/app/privatelog"
	"authenkiosk/visit/flow/record"
)

// sessions is the golden record of visit/flow.
const sessions = "../visit/flow/record/testdata/sessions.jsonl"

func TestReplayPrintsTheStatesAndWhereTheyDepart(t *testing.T) {
	golden, err := os.ReadFile(sessions)
	if err != nil {
		t.Fatal(err)
	}
	other := strings.Replace(string(golden), `"screen":"confirm"`, `"screen":"desk"`, 1)
	if other == string(golden) {
		t.Fatal("no confirmation is recorded")
	}
	for _, c := range []struct {
		name, report, failure string
		printed               []string
	}{
		{"as recorded", string(golden), "", []string{
			"recorded by version golden", "     0 welcome", "CardInserted       reading session:1 card_in:true", "TapConfirm         sending", "steps, as recorded",
		}},
		{"another state", other, "departs: recorded desk", []string{"recorded by version golden", "confirm"}},
		{"no record", "panic: x\n", "there is no record", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "report")
			if err := os.WriteFile(file, []byte(c.report), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, words := range [][]string{{"replay", file}, {"replay", "-"}} {
				var out, errs bytes.Buffer
				p := Program{Name: "authenkiosk", Stdin: strings.NewReader(c.report), Stdout: &out, Stderr: &errs}
				status := p.Main(words)
				if (status == exitOK) != (c.failure == "") || !strings.Contains(errs.String(), c.failure) {
					t.Errorf("%q ends with %d: %s", words, status, &errs)
				}
				for _, part := range c.printed {
					if !strings.Contains(out.String(), part) {
						t.Errorf("%q is not printed:\n%s", part, &out)
					}
				}
			}
		})
	}
	var errs bytes.Buffer
	p := Program{Name: "authenkiosk", Stdin: strings.NewReader(""), Stdout: &bytes.Buffer{}, Stderr: &errs}
	if p.Main([]string{"replay"}) != exitError || !strings.Contains(errs.String(), "write: replay FILE") {
		t.Errorf("without a file: %s", &errs)
	}
}

func TestDoctorHasTheLastStepsOfTheKioskThatRuns(t *testing.T) {
	doctor := func(data string) (findings map[string]string, answer []byte) {
		var out bytes.Buffer
		p := Program{Name: "authenkiosk", Stdin: strings.NewReader(""), Stdout: &out, Stderr: &bytes.Buffer{}}
		p.Main([]string{"doctor", "-json", "-data", data}) // whether the machine is ready is not asked here
		var read struct{ Findings []finding }
		if err := json.Unmarshal(out.Bytes(), &read); err != nil {
			t.Fatalf("%v in %s", err, &out)
		}
		findings = map[string]string{}
		for _, f := range read.Findings {
			findings[f.Check] = f.State + ": " + f.Detail
		}
		return findings, out.Bytes()
	}
	for _, screen := range []bool{true, false} {
		made := withoutScreen
		if screen {
			made = asKiosk
		}
		h := newClinicOf(t, made, nil)
		findings, answer := doctor(h.data)
		r, err := record.Parse(answer)
		switch {
		case !screen:
			if err == nil || !strings.Contains(findings["record"], "only a kiosk") {
				t.Errorf("without a screen: %v, %s", err, findings["record"])
			}
		case err != nil || !strings.Contains(findings["record"], "last"):
			t.Errorf("%v in %s", err, answer)
		default:
			if err := r.Replay(nil); err != nil || len(r.Steps) == 0 {
				t.Errorf("%d steps, %v", len(r.Steps), err)
			}
		}
		if cleaned := privatelog.Clean(string(answer)); cleaned != string(answer) {
			t.Error("the filter of reports finds something to take out")
		}
		h.end()
		if findings, answer := doctor(h.data); !strings.Contains(findings["record"], "no kiosk runs") || bytes.Contains(answer, []byte(`"record":`)) {
			t.Errorf("when nothing runs: %s", answer)
		}
	}
}

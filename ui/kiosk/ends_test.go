package kiosk

import (
	"slices"
	"strings"
	"testing"

	"authenkiosk/visit"
)

// says returns what a screen says in Thai, without the marks for line breaks.
func says(t *testing.T, screen string) string {
	t.Helper()
	k := shown(t, sampleOptions(), modelOf(t, screen), panels[0])
	return strings.ReplaceAll(strings.Join(k.Texts(), "\n"), "\u200b", "")
}

func TestAClosedKioskSaysWhyWithAHelpCodeAndALightThatIsOut(t *testing.T) {
	for screen, want := range map[string]struct {
		problem visit.Problem
		light   string
	}{
		"welcome-clock":     {visit.ClockWrong, "นาฬิกา"},
		"welcome-closed":    {visit.NotSaved, "ที่เก็บข้อมูล"},
		"welcome-token":     {visit.NHSORefusedToken, "สปสช."},
		"welcome-no-reader": {visit.ReaderMissing, "เครื่องอ่านบัตร"},
	} {
		words := says(t, screen)
		for _, w := range []string{want.problem.HelpCode(), want.light, "ใช้ไม่ได้", "02-000-1234"} {
			if !strings.Contains(words, w) {
				t.Errorf("%s does not say %q: %s", screen, w, words)
			}
		}
	}
}

func TestAClockThatIsWrongIsNotShown(t *testing.T) {
	for screen, shown := range map[string]bool{"welcome": true, "welcome-clock": false} {
		if got := strings.Contains(says(t, screen), "12:04"); got != shown {
			t.Errorf("%s shows the time: %v", screen, got)
		}
	}
}

func TestACodeStaysInSightWhileTheWarningCounts(t *testing.T) {
	for _, screen := range []string{"result-leaving", "already-here-leaving"} {
		k := shown(t, sampleOptions(), modelOf(t, screen), panels[0])
		if !slices.Contains(k.Texts(), sampleCode.Grouped()) {
			t.Errorf("%s: the code is not there", screen)
		}
		for key, p := range k.s.Pool {
			if strings.HasPrefix(key, "idle/") && p.Drawing == k.s.Drawing {
				t.Fatalf("%s: %s lies over the code", screen, key)
			}
		}
		find(t, k, "more-time")
	}
}

func TestTheCardIsTakenWithAWordOnTheCode(t *testing.T) {
	for screen, want := range map[string]string{"take-card-no-code": "ท่านยังไม่ได้รหัส", "take-card-begin": "กรุณาเริ่มใหม่", "take-card-second-no-code": "กรุณาเริ่มใหม่", "take-card-desk": "เคาน์เตอร์", "take-card": "ขอบคุณ"} {
		if words := says(t, screen); !strings.Contains(words, want) {
			t.Errorf("%s does not say %q", screen, want)
		}
	}
	if strings.Contains(says(t, "take-card-no-code"), "ขอบคุณ") {
		t.Error("somebody without a code is thanked")
	}
	if strings.Contains(says(t, "take-card-begin"), "เสียบบัตรอีกครั้ง") {
		t.Error("who vouched for somebody is told to ask for a code with the same card, which would be their own")
	}
}

func TestAReceiptSaysWhereTheCodeIsToBeHad(t *testing.T) {
	for screen, byCard := range map[string]bool{"queued": true, "queued-photo": false, "queued-certifier": false} {
		words := says(t, screen)
		if !strings.Contains(words, "เคาน์เตอร์") {
			t.Errorf("%s does not name the desk: %s", screen, words)
		}
		if got := strings.Contains(strings.Join(strings.Fields(words), ""), "เสียบบัตรที่นี่อีกครั้ง"); got != byCard {
			t.Errorf("%s names the card: %t", screen, got)
		}
	}
}

func TestTheNextPatientsCardIsNotTheOneToTake(t *testing.T) {
	for _, screen := range []string{"result-next-card", "queued-next-card", "desk-next-card"} {
		words := says(t, screen)
		if strings.Contains(words, "อย่าลืมรับบัตร") {
			t.Errorf("%s: the card of the next patient is to be taken", screen)
		}
		if !strings.Contains(words, "บัตรใบถัดไป") || strings.Contains(words, "ไม่พบข้อมูล") {
			t.Errorf("%s: the next patient takes this for theirs: %s", screen, words)
		}
	}
}

func TestACodeSaysWhereToGoWithItsServiceWhereTheUnitHasWrittenIt(t *testing.T) {
	general := map[string]string{"th": "ไปวัดความดันที่จุดคัดกรอง แล้วรอห้องตรวจ 3", "en": "Go to the waiting room of clinic 3, fl.2"}
	dialysis := map[string]string{"th": "ไปห้องไตเทียม ชั้น 2", "en": "Dialysis unit, floor 2"}
	o := sampleOptions()
	o.Next = func(service, lang string) string {
		if service == "PG0130001" {
			return dialysis[lang]
		}
		return general[lang]
	}
	for _, screen := range []string{"result-printed", "already-here"} {
		for i, want := range []map[string]string{general, dialysis} {
			for lang, words := range want {
				m := modelOf(t, screen)
				m.Prefs.Language = lang
				service := sampleClaims()[3*i]
				m.Session.ClaimType = service
				for j := range m.Session.Done {
					m.Session.Done[j].ClaimType = service
				}
				for _, panel := range panels {
					k := shown(t, o, m, panel)
					if !strings.Contains(strings.Join(k.Texts(), " "), words) || len(k.s.Faults) > 0 {
						t.Errorf("%s of %s (%s, %v): %q, %v", screen, service.Code, lang, panel, k.Texts(), k.s.Faults)
					}
				}
			}
		}
	}
}

func TestWithTheLastSlipTheScreenSendsToTheDesk(t *testing.T) {
	k := shown(t, sampleOptions(), modelOf(t, "result-more-at-desk"), panels[0])
	for _, w := range k.Layout() {
		if w.Name == "reprint" {
			t.Error("another slip can still be asked for")
		}
	}
	if !strings.Contains(says(t, "result-more-at-desk"), "ขอใบเพิ่มได้ที่เคาน์เตอร์") {
		t.Error("nobody says where to get more")
	}
}

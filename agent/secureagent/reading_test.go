package secureagent

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/agent/agenttest"
	"authenkiosk/visit"
)

func TestAPolledCardIsReadOnceAndNHSOAskedOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.cardTime = 300 * time.Millisecond
		h := w.handler(t, nil)
		w.insert(agenttest.Adult.PID())
		for range 100 { // 80 s
			if code, v := ask(h, "GET", ReadPath+"?readImageFlag=true", ""); code != 200 || v["image"] == nil {
				t.Fatalf("%d %v", code, v)
			}
			_, _ = ask(h, "GET", ReadCardPath, "")
			time.Sleep(800 * time.Millisecond)
		}
		if w.texts != 1 || w.photos != 1 || w.rights != 2 {
			t.Errorf("%d texts, %d photos, %d rights", w.texts, w.photos, w.rights)
		}
	})
}

func TestWaitingCallersShareOneReading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.cardTime = time.Second
		h := w.handler(t, nil)
		w.insert(agenttest.Adult.PID())
		began := time.Now()
		var running sync.WaitGroup
		for i := range 20 {
			running.Go(func() {
				time.Sleep(time.Duration(i) * 10 * time.Millisecond)
				if code, v := ask(h, "GET", ReadPath, ""); code != 200 || v["pid"] != agenttest.Adult.PID() {
					t.Errorf("%d %v", code, v)
				}
			})
		}
		running.Wait()
		if w.texts != 1 || w.rights != 1 || time.Since(began) != time.Second {
			t.Errorf("%d texts, %d rights in %s", w.texts, w.rights, time.Since(began))
		}
	})
}

func TestAFailureIsSharedAndThenForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.cardTime, w.trouble = time.Second, trouble(visit.CardMute)
		h := w.handler(t, nil)
		w.insert(agenttest.Adult.PID())
		var running sync.WaitGroup
		for range 5 {
			running.Go(func() {
				if code, v := ask(h, "GET", ReadCardPath, ""); code != 500 || v["message"] != sayCardMute {
					t.Errorf("%d %v", code, v)
				}
			})
		}
		running.Wait()
		if w.texts != 1 {
			t.Errorf("%d readings", w.texts)
		}
		w.do(func() { w.trouble = nil })
		if code, _ := ask(h, "GET", ReadCardPath, ""); code != 200 {
			t.Errorf("the card needs not be put in again: %d", code)
		}
	})
}

func TestAClientThatGoesAwayDoesNotEndTheReading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.cardTime = 3 * time.Second
		h := w.handler(t, nil)
		w.insert(agenttest.Adult.PID())
		var running sync.WaitGroup
		for range 4 { // each gives up after a second
			running.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				_, _ = ask(h, "GET", ReadCardPath, "", func(r *http.Request) { *r = *r.WithContext(ctx) })
			})
			time.Sleep(time.Second)
		}
		running.Wait()
		if code, _ := ask(h, "GET", ReadCardPath, ""); code != 200 || w.texts != 1 {
			t.Errorf("%d after %d readings", code, w.texts)
		}
	})
}

func TestACardPulledDuringAReadingIsGone(t *testing.T) {
	for name, told := range map[string]bool{"told at once": true, "found out": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				w.cardTime = time.Second
				h := w.handler(t, nil)
				w.insert(agenttest.Adult.PID())
				began := time.Now()
				go func() {
					time.Sleep(300 * time.Millisecond)
					w.remove()
					if told {
						h.Removed(1)
					}
				}()
				code, v := ask(h, "GET", ReadPath, "")
				if code != 500 || v["message"] != sayNoCard || v["pid"] != nil {
					t.Errorf("%d %v", code, v)
				}
				if took := time.Since(began); told && took != 300*time.Millisecond {
					t.Errorf("the reading went on for %s", took)
				}
				if _, _, err := h.open(); err == nil {
					t.Error("the session of a card that is out was opened again")
				}
			})
		})
	}
}

func TestACardSwappedDuringAReadingIsNotGivenForTheOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.cardTime = time.Second
		h := w.handler(t, nil)
		w.insert(agenttest.Adult.PID())
		go func() {
			time.Sleep(500 * time.Millisecond)
			w.insert(agenttest.Pensioner.PID())
		}()
		if code, v := ask(h, "GET", ReadCardPath, ""); code != 500 {
			t.Errorf("%d %v", code, v)
		}
		if code, v := ask(h, "GET", ReadCardPath, ""); code != 200 || v["pid"] != agenttest.Pensioner.PID() {
			t.Errorf("%d %v", code, v)
		}
	})
}

func TestTheDataOfACardIsDroppedWhenItGoes(t *testing.T) {
	w := newWorld()
	h := w.handler(t, nil)
	kept := func() int {
		h.mu.Lock()
		defer h.mu.Unlock()
		return len(h.sessions) + len(h.correlations) + len(h.left)
	}
	for _, c := range []struct {
		name string
		end  func()
	}{
		{"told", func() { h.Removed(w.last) }},
		{"a poll", func() { _, _ = ask(h, "GET", TerminalsPath, "") }},
		{"no reader any more", func() { w.do(func() { w.readers = false }); _, _ = ask(h, "GET", ReadCardPath, "") }},
		{"an old event before", func() { w.do(func() { w.readers = true }); h.Removed(1); h.Removed(w.last) }},
		{"the end", h.Close},
	} {
		w.do(func() { w.readers = true })
		w.insert(agenttest.Adult.PID())
		if read(t, h); kept() != 2 {
			t.Fatalf("%s: no session", c.name)
		}
		w.remove()
		if c.end(); kept() != 0 {
			t.Errorf("%s: the data is still there", c.name)
		}
	}
}

func TestACardThatLeavesAnotherReaderDoesNotConcernThePatients(t *testing.T) {
	w := newWorld()
	h := w.handler(t, nil)
	w.insert(agenttest.Adult.PID())
	id := read(t, h)
	for n := range uint64(10) {
		h.Removed(2 + n) // officers' cards came into the other reader and left it
	}
	if code, v := ask(h, "GET", ReadCardPath, ""); code != 200 || w.texts != 1 {
		t.Errorf("read-card-only with the card inside: %d %v after %d readings", code, v["message"], w.texts)
	}
	if code, v := ask(h, "POST", ConfirmPath, confirmBody(id)); code != 200 {
		t.Errorf("confirm-save: %d %v", code, says(v))
	}
}

func TestOfTwoPatientsReadersTheOneThatStillHasACardCanBeRead(t *testing.T) {
	for name, told := range map[string]bool{"told at once": true, "found out": false} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			h := w.handler(t, nil)
			w.insert(agenttest.Adult.PID())
			read(t, h)
			w.insert(agenttest.Pensioner.PID()) // in the other reader: the newest counts
			later := read(t, h)
			w.do(func() { w.insertion, w.pid = 1, agenttest.Adult.PID() })
			if told {
				h.Removed(2)
			}
			if code, v := ask(h, "POST", ConfirmPath, confirmBody(later, "pid", agenttest.Pensioner.PID())); code != 500 || says(v) != sayCorrelation {
				t.Errorf("the card that is out was used: %d %v", code, v)
			}
			code, v := ask(h, "GET", ReadPath, "")
			if code != 200 || v["pid"] != agenttest.Adult.PID() {
				t.Fatalf("the card that stayed: %d %v", code, v["message"])
			}
			if code, v := ask(h, "POST", ConfirmPath, confirmBody(v["correlationId"].(string))); code != 200 {
				t.Errorf("%d %v", code, says(v))
			}
		})
	}
}

// TestALateNoticeOfARemovalEndsNoOtherCard has cards come and go in three readers
// while programs ask, and every notice come late.
func TestALateNoticeOfARemovalEndsNoOtherCard(t *testing.T) {
	w := newWorld()
	h := w.handler(t, nil)
	var running sync.WaitGroup
	for range 3 {
		running.Go(func() {
			for range 200 {
				_, _ = ask(h, "GET", ReadPath, "")
				_, _ = ask(h, "GET", TerminalsPath, "")
			}
		})
	}
	for n := range uint64(200) {
		w.insert(agenttest.Adult.PID())
		h.Removed(n) // of the card before
		if code, v := ask(h, "GET", ReadCardPath, ""); code != 200 {
			t.Errorf("card %d: %d %v", n+1, code, v["message"])
		}
	}
	running.Wait()
}

func TestTheFlagOfTheImageIsReadAsSpringReadsIt(t *testing.T) {
	w := newWorld()
	h := w.handler(t, nil)
	w.insert(agenttest.Adult.PID())
	for _, path := range []string{ReadPath, ReadCardPath} {
		for value, want := range map[string]bool{
			"true": true, "True": true, "TRUE": true, "1": true, "yes": true, "On": true, "%20true": true,
			"": false, "false": false, "False": false, "0": false, "NO": false, "off": false, "false&readImageFlag=true": false,
		} {
			if code, v := ask(h, "GET", path+"?readImageFlag="+value, ""); code != 200 || (v["image"] != nil) != want {
				t.Errorf("%s %q: %d, image %v", path, value, code, v["image"] != nil)
			}
		}
		for _, value := range []string{"maybe", "2", "t", "null"} {
			if code, v := ask(h, "GET", path+"?readImageFlag="+value, ""); code != 400 || says(v) != sayFlag || v["pid"] != nil {
				t.Errorf("%s %q: %d %v", path, value, code, v)
			}
		}
	}
}

func TestProbeNeitherReadsNorUsesTheCardThatIsInside(t *testing.T) {
	w := newWorld()
	h := w.handler(t, nil)
	w.insert(agenttest.Adult.PID())
	for _, p := range []agenttest.Person{agenttest.Pensioner, agenttest.Adult} {
		if code, v := ask(h, "GET", ProbePath+p.PID(), ""); code != 200 || v["pid"] != p.PID() || v["correlationId"] != nil {
			t.Errorf("%d %v", code, v)
		}
	}
	if w.probes != 2 || w.texts != 0 {
		t.Errorf("%d questions by PID, %d readings", w.probes, w.texts)
	}
}

func TestCardTroubleHasItsStatusAndWords(t *testing.T) {
	for problem, want := range map[visit.Problem]struct {
		status int
		words  string
	}{
		visit.ReaderMissing: {418, sayNoReader}, visit.CardServiceRefuses: {418, sayNoReader}, visit.CardMute: {500, sayCardMute}, visit.CardNotThai: {500, sayCardNotThai},
		visit.CardBusy: {500, sayCardBusy}, visit.CardUnreadable: {500, sayCardBad}, visit.CardRemovedEarly: {500, sayNoCard},
	} {
		w := newWorld()
		w.trouble = trouble(problem)
		h := w.handler(t, nil)
		w.insert(agenttest.Adult.PID())
		code, v := ask(h, "GET", ReadPath, "")
		if code != want.status || v["message"] != want.words {
			t.Errorf("%s: %d %v", problem, code, v)
		}
	}
	w := newWorld()
	w.lost = true
	h := w.handler(t, nil)
	if code, v := ask(h, "GET", TerminalsPath, ""); code != 500 || v["status"] != 500.0 {
		t.Errorf("terminals without a card service: %d %v", code, v)
	}
	if code, _ := ask(h, "GET", ReadPath, ""); code != 418 {
		t.Errorf("read without a card service: %d", code)
	}
}

func TestTroubleWithThePhotoOrTheRightGivesNoHalfAnswer(t *testing.T) {
	w := newWorld()
	h := w.handler(t, nil)
	w.insert(agenttest.Adult.PID())
	read(t, h)
	w.do(func() { w.trouble = trouble(visit.CardUnreadable) })
	for _, path := range []string{ReadPath, ReadCardPath} {
		if code, v := ask(h, "GET", path+"?readImageFlag=true", ""); code != 500 || v["pid"] != nil {
			t.Errorf("%s: %d %v", path, code, v)
		}
	}
	for _, down := range []bool{false, true} { // the card goes while NHSO is asked
		w := newWorld()
		h := w.handler(t, func(o *Options) { o.Rights = taking{w, down} })
		w.insert(agenttest.Adult.PID())
		if code, v := ask(h, "GET", ReadPath, ""); code != 500 || v["message"] != sayNoCard || v["pid"] != nil {
			t.Errorf("%d %v", code, v)
		}
	}
}

// taking takes the card out while NHSO is asked for the right.
type taking struct {
	*world
	down bool
}

func (w taking) Right(ctx context.Context, pid visit.PID, date visit.Date) (RightAnswer, error) {
	w.remove()
	if w.down {
		return RightAnswer{}, errNHSO
	}
	return w.world.Right(ctx, pid, date)
}

func TestACardWithoutAPhotoIsReadAllTheSame(t *testing.T) {
	w := newWorld()
	w.noPhoto = true
	h := w.handler(t, nil)
	w.insert(agenttest.Adult.PID())
	if code, v := ask(h, "GET", ReadCardPath+"?readImageFlag=true", ""); code != 200 || v["image"] != nil {
		t.Errorf("%d %v", code, v)
	}
}

func TestAReadingThatPanicsHoldsNobody(t *testing.T) {
	h := newWorld().handler(t, nil)
	var s shared[int]
	began, let := make(chan bool), make(chan bool)
	go func() {
		_, _ = s.get(t.Context(), h.background, time.Now, always, func() (int, error) { close(began); <-let; panic("x") })
	}()
	<-began
	waiting := make(chan error)
	go func() {
		_, err := s.get(t.Context(), h.background, time.Now, always, func() (int, error) { return 7, nil })
		waiting <- err
	}()
	close(let)
	if err := <-waiting; err != nil && err != errNoResult {
		t.Error(err)
	}
	if v, err := s.get(t.Context(), h.background, time.Now, always, func() (int, error) { return 7, nil }); v != 7 || err != nil {
		t.Error(v, err)
	}
}

func TestPersonsAreWordedAsInTheField(t *testing.T) {
	day := visit.Date{Year: 2025, Month: 11, Day: 7}
	for _, c := range []struct {
		birth     visit.PartialDate
		date, age string
	}{
		{visit.PartialDate{Year: 2005, Month: 3, Day: 20}, "25480320", "20 ปี 7 เดือน 18 วัน"},
		{visit.PartialDate{Year: 1962, Month: 1, Day: 15}, "25050115", "63 ปี 9 เดือน 23 วัน"},
		{visit.PartialDate{Year: 2025, Month: 11, Day: 7}, "25681107", "0 ปี 0 เดือน 0 วัน"},
		{visit.PartialDate{Year: 2024, Month: 12, Day: 31}, "25671231", "0 ปี 10 เดือน 7 วัน"},
		{visit.PartialDate{Year: 1947}, "24900000", "77 ปี"},
		{visit.PartialDate{Year: 2007, Month: 5}, "25500500", "18 ปี"},
		{visit.PartialDate{}, "", ""},
	} {
		if d, a := buddhist(c.birth), ageOf(c.birth, day); d != c.date || a != c.age {
			t.Errorf("%+v: %q %q", c.birth, d, a)
		}
	}
	for first, want := range map[string]string{"1": "099", "8": "099", "9": "099", "0": "", "6": "", "7": ""} {
		serial := first + "00000000000"
		if got := nationOf(mustPID(serial + string(visit.PIDCheckDigit(serial)))); got != want {
			t.Errorf("%s: %q", first, got)
		}
	}
	p := withRight(Card{Name: visit.Name{Prefix: "พล.ต."}}, RightAnswer{Right: visit.Right{Main: visit.Coded{ID: "UCS"}, Deceased: true}, ClaimTypes: []visit.ClaimType{{Code: "PG0060001"}}}, time.Now())
	if p.Title != "พล.ต." || p.Main != "(UCS)" || p.ClaimTypes != nil {
		t.Errorf("got %+v", p)
	}
}

func TestLatestLooksBackAsFarAsItIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(12 * time.Hour)
		w := newWorld()
		pid := agenttest.Pensioner.PID()
		for i, back := range []int{3, 2, 2, 1, 0, 0, 9} {
			w.given[pid] = append(w.given[pid], visit.Authentication{
				Code: visit.AuthenCode("PP130000000" + string(rune('0'+i))), Hospital: visit.Hospital{HCode: testUnit}, At: time.Now().AddDate(0, 0, -back),
			})
		}
		for look, want := range map[int]string{0: "5 4", 1: "5 4 3", 2: "5 4 3 2 1", 3: "5 4 3 2 1", 30: "5 4 3 2 1"} {
			h := w.handler(t, func(o *Options) { o.LookBack = look })
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, httptest.NewRequest("GET", Latest5Path+pid, nil))
			var got []string
			for part := range strings.SplitSeq(rec.Body.String(), `"claimCode":"PP130000000`) {
				if part[0] != '[' {
					got = append(got, part[:1])
				}
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%d days: %q, want %q", look, got, want)
			}
			if _, v := ask(h, "GET", LatestPath+pid, ""); v["claimCode"] != "PP1300000005" {
				t.Errorf("latest: %v", v)
			}
		}
	})
}

func TestWrongOptionsAreNamed(t *testing.T) {
	w := newWorld()
	for name, change := range map[string]func(*Options){
		"Cards": func(o *Options) { o.Cards = nil }, "Rights": func(o *Options) { o.Rights = nil }, "Codes": func(o *Options) { o.Codes = nil },
		"Submitter": func(o *Options) { o.Submitter = nil }, "HCode": func(o *Options) { o.HCode = "" }, "LookBack": func(o *Options) { o.LookBack = 31 },
		"Outlive": func(o *Options) { o.Outlive = maxOutlive + 1 },
	} {
		o := Options{Cards: w, Rights: w, Codes: w, Submitter: w, HCode: testUnit}
		change(&o)
		if _, err := New(o); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWithoutATokenThePreferenceHasNone(t *testing.T) {
	w := newWorld()
	h := w.handler(t, func(o *Options) { o.HasToken = func() bool { return false } })
	if _, v := ask(h, "GET", PreferencePath, ""); v["token"] != "" || v["defaultTerminal"] != "Reader 0" {
		t.Errorf("got %v", v)
	}
}

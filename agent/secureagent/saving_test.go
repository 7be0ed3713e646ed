package secureagent

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/agent/agenttest"
	"authenkiosk/visit"
)

func TestTheOrderIsACompleteVisitOfTheCardInside(t *testing.T) {
	w := newWorld()
	h := w.handler(t, func(o *Options) { o.ClientName = func(context.Context) string { return "HIS" } })
	w.insert(agenttest.Adult.PID())
	id := read(t, h)
	if code, v := ask(h, "POST", ConfirmPath, confirmBody(id, "hn", "0042", "hcode", testUnit, "mobile", "02-000-1234")); code != 200 {
		t.Fatalf("%d %v", code, v)
	}
	o := w.orders[0]
	v := o.Visit
	if err := v.Validate(); err != nil {
		t.Error(err)
	}
	if o.HN.Text() != "0042" || o.Client != "HIS" || o.Correlation != id || v.Method != visit.MethodCard || v.Phone.Digits() != "020001234" ||
		v.PID.Digits() != agenttest.Adult.PID() || v.Name.First != agenttest.Adult.First || v.Right.Main.ID != "UCS" || v.ClaimType.Name == "" ||
		v.ServiceDate != visit.ServiceDateOf(time.Now()) || v.PhoneOwner != "" {
		t.Error("the order is not what was asked for")
	}
}

func TestInventedPhonesAndOtherUnitsAreRefused(t *testing.T) {
	w := newWorld()
	h := w.handler(t, nil)
	w.insert(agenttest.Adult.PID())
	id := read(t, h)
	for _, c := range []struct{ key, value, words string }{
		{"mobile", "0000000000", sayMobile},
		{"mobile", "0800000000", sayMobile},
		{"mobile", "0100001234", sayMobile},
		{"mobile", "080000123", sayMobile},
		{"hcode", "99998", "หน่วยบริการ 99998 ไม่ตรงกับหน่วยบริการของเครื่องนี้ (99999)"},
		{"hn", strings.Repeat("9", 51), sayHN},
	} {
		code, v := ask(h, "POST", ConfirmPath, confirmBody(id, c.key, c.value))
		if code != 400 || says(v) != c.words {
			t.Errorf("%s %s: %d %v", c.key, c.value, code, v)
		}
	}
	if len(w.orders) != 0 {
		t.Error("something was submitted")
	}
	numbers := fmt.Sprintf(`{"pid":%s,"claimType":"PG0060001","mobile":"0800001234","correlationId":%q,"hn":42,"x":{"y":[1]}}`, agenttest.Adult.PID(), id)
	if code, v := ask(h, "POST", ConfirmPath, numbers); code != 200 || w.orders[0].HN.Text() != "42" {
		t.Errorf("numbers for texts: %d %v", code, v)
	}
}

func TestEveryOutcomeHasAnHonestAnswer(t *testing.T) {
	for _, c := range []struct {
		name    string
		outcome Outcome
		status  int
		words   string
		again   bool // the correlation can be used again
	}{
		{"refused", Outcome{Kind: Refused, Message: "สปสช. ว่าไม่"}, 400, "สปสช. ว่าไม่", false},
		{"refused without words", Outcome{Kind: Refused}, 400, sayRefused, false},
		{"a duplicate", Outcome{Kind: Duplicate}, 400, sayDuplicate, false},
		{"the card is needed again", Outcome{Kind: CardNeeded}, 400, sayCardNeeded, false},
		{"not saved", Outcome{Kind: NotSaved}, 500, sayNotSaved, true},
		{"unclear", Outcome{}, 500, sayUnclear, false},
		{"a success without a code", Outcome{Kind: Issued}, 500, sayUnclear, false},
		{"a code of the wrong form", Outcome{Kind: Issued, Code: "เลขที่"}, 500, sayUnclear, false},
		{"an outcome of tomorrow", Outcome{Kind: 99}, 500, sayUnclear, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld()
			w.outcome = &c.outcome
			h := w.handler(t, nil)
			w.insert(agenttest.Adult.PID())
			id := read(t, h)
			code, v := ask(h, "POST", ConfirmPath, confirmBody(id))
			if code != c.status || says(v) != c.words || v["claimCode"] != nil {
				t.Errorf("%d %v", code, v)
			}
			w.do(func() { w.outcome = nil })
			code, v = ask(h, "POST", ConfirmPath, confirmBody(id))
			if (code == 200) != c.again || !c.again && (code != c.status || says(v) != c.words || len(w.orders) != 1) {
				t.Errorf("the same again: %d %v, %d orders", code, v, len(w.orders))
			}
			if code, v := ask(h, "POST", ConfirmPath, confirmBody(id, "claimType", "PG0130001")); code != 500 || says(v) != sayCorrelation || v["message"] != sayNoCard {
				t.Errorf("another claim type with the reading that was used: %d %v", code, v)
			}
			// Whoever reads the card again may try again.
			if code, v := ask(h, "POST", ConfirmPath, confirmBody(read(t, h), "claimType", "PG0130001")); code != 200 {
				t.Errorf("after another reading: %d %v", code, v)
			}
			if c.outcome.Kind.String() == "" {
				t.Error("no name")
			}
		})
	}
}

func TestACorrelationExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		h := w.handler(t, nil)
		w.insert(agenttest.Adult.PID())
		id := read(t, h)
		time.Sleep(correlationLife + time.Second)
		if code, v := ask(h, "POST", ConfirmPath, confirmBody(id)); code != 500 || says(v) != sayCorrelation {
			t.Errorf("%d %v", code, v)
		}
		id = read(t, h)
		time.Sleep(correlationLife)
		if code, v := ask(h, "POST", ConfirmPath, confirmBody(id)); code != 200 {
			t.Errorf("%d %v", code, v)
		}
	})
}

func TestOldCorrelationsMakeRoomForNewOnes(t *testing.T) {
	w := newWorld()
	h := w.handler(t, nil)
	w.insert(agenttest.Adult.PID())
	first := read(t, h)
	for range maxCorrelations {
		if _, ok := h.correlate(h.sessions[1], "", Card{}, RightAnswer{}); !ok {
			t.Fatal("no correlation")
		}
	}
	if n := len(h.correlations); n != maxCorrelations || len(h.sessions[1].record.order) != n {
		t.Errorf("%d correlations", n)
	}
	if code, _ := ask(h, "POST", ConfirmPath, confirmBody(first)); code != 500 {
		t.Error("the oldest is still known")
	}
}

func TestNothingIsSentWhenItIsNotKnownWhetherThereIsACode(t *testing.T) {
	w := newWorld()
	h := w.handler(t, nil)
	w.insert(agenttest.Adult.PID())
	id := read(t, h)
	w.do(func() { w.nhso = agenttest.NHSODown })
	if code, v := ask(h, "POST", ConfirmPath, confirmBody(id)); code != 500 || v["message"] != sayNHSODown || len(w.orders) != 0 {
		t.Errorf("%d %v, %d orders", code, v, len(w.orders))
	}
	w.do(func() { w.nhso = agenttest.NHSOUp })
	if code, v := ask(h, "POST", ConfirmPath, confirmBody(id)); code != 200 {
		t.Errorf("the same request later: %d %v", code, v)
	}
}

func TestACardPulledBeforeTheSubmissionEndsIt(t *testing.T) {
	w := newWorld()
	codes := &pulling{world: w}
	h := w.handler(t, func(o *Options) { o.Codes = codes })
	w.insert(agenttest.Adult.PID())
	id := read(t, h)
	if code, v := ask(h, "POST", ConfirmPath, confirmBody(id)); code != 500 || says(v) != sayCorrelation || len(w.orders) != 0 {
		t.Errorf("%d %v, %d orders", code, v, len(w.orders))
	}
}

// pulling takes the card out while NHSO is asked for the codes of today.
type pulling struct{ *world }

func (p *pulling) Codes(ctx context.Context, pid visit.PID, date visit.Date) ([]visit.Authentication, error) {
	defer p.remove()
	return p.world.Codes(ctx, pid, date)
}

func TestMidnightDuringARequestEndsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		time.Sleep(visit.ServiceDateOf(now).Next().Midnight().Sub(now) - time.Second)
		w := newWorld()
		h := w.handler(t, func(o *Options) { o.Codes = late{w} })
		w.insert(agenttest.Adult.PID())
		id := read(t, h)
		if code, v := ask(h, "POST", ConfirmPath, confirmBody(id)); code != 500 || says(v) != sayCorrelation || len(w.orders) != 0 {
			t.Errorf("%d %v, %d orders", code, v, len(w.orders))
		}
	})
}

// late needs two seconds to tell the codes of today.
type late struct{ *world }

func (l late) Codes(ctx context.Context, pid visit.PID, date visit.Date) ([]visit.Authentication, error) {
	time.Sleep(2 * time.Second)
	return l.world.Codes(ctx, pid, date)
}

func TestAClientThatGoesAwayDoesNotEndItsSubmission(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		ctx, leave := context.WithCancel(t.Context())
		w.onSubmit = func(submitting context.Context) {
			leave()
			time.Sleep(time.Second)
			if submitting.Err() != nil {
				t.Error("the submission was called off")
			}
		}
		h := w.handler(t, nil)
		w.insert(agenttest.Adult.PID())
		id := read(t, h)
		var running sync.WaitGroup
		running.Go(func() {
			_, _ = ask(h, "POST", ConfirmPath, confirmBody(id), func(r *http.Request) { *r = *r.WithContext(ctx) })
		})
		synctest.Wait()
		// So does one who gives up while waiting in line.
		second := read(t, h)
		impatient, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if code, _ := ask(h, "POST", ConfirmPath, confirmBody(second, "claimType", "PG0130001"), func(r *http.Request) { *r = *r.WithContext(impatient) }); code != 503 {
			t.Errorf("got %d", code)
		}
		running.Wait()
		time.Sleep(time.Minute)
		w.do(func() {
			if len(w.orders) != 2 || len(w.given[agenttest.Adult.PID()]) != 2 {
				t.Errorf("%d orders", len(w.orders))
			}
		})
	})
}

func TestTwoOrdersWithOneCorrelationAreOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		h := w.handler(t, func(o *Options) { o.Codes = late{w} })
		w.insert(agenttest.Adult.PID())
		id := read(t, h)
		answers := map[string]int{}
		var mu sync.Mutex
		var running sync.WaitGroup
		for _, claim := range []string{"PG0060001", "PG0130001"} { // both pass the check before one is sent
			running.Go(func() {
				code, _ := ask(h, "POST", ConfirmPath, confirmBody(id, "claimType", claim))
				mu.Lock()
				defer mu.Unlock()
				answers[fmt.Sprint(code)]++
			})
		}
		running.Wait()
		if len(w.orders) != 1 || answers["200"] != 1 || answers["500"] != 1 {
			t.Errorf("%d orders, answers %v", len(w.orders), answers)
		}
	})
}

func TestADraftIsKeptAndSendsNothing(t *testing.T) {
	w := newWorld()
	h := w.handler(t, nil)
	w.insert(agenttest.Adult.PID())
	id := read(t, h)
	if code, v := ask(h, "POST", DraftPath, confirmBody(id)); code != 200 || v["claimCode"] != nil || len(w.drafts) != 1 || len(w.orders) != 0 {
		t.Errorf("%d %v", code, v)
	}
	w.draftErr = errors.New("the disk is full")
	if code, v := ask(h, "POST", DraftPath, confirmBody(read(t, h))); code != 500 || says(v) != sayNotSaved {
		t.Errorf("%d %v", code, v)
	}
	if code, _ := ask(h, "POST", ConfirmPath, confirmBody(id)); code != 200 {
		t.Errorf("a draft used the correlation up: %d", code)
	}
}

func TestADraftThatIsPostedTwiceIsOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		h := w.handler(t, func(o *Options) { o.Drafts = slow{w} })
		w.insert(agenttest.Adult.PID())
		id := read(t, h)
		bodies := make(chan any, 3)
		var running sync.WaitGroup
		for range cap(bodies) { // a program that waits for a second only
			running.Go(func() {
				code, v := ask(h, "POST", DraftPath, confirmBody(id, "hn", "1"))
				if code != 200 {
					t.Errorf("%d %v", code, v)
				}
				bodies <- v["createdDate"]
			})
			time.Sleep(time.Second)
		}
		running.Wait()
		if first := <-bodies; len(w.drafts) != 1 || first != <-bodies || first != <-bodies {
			t.Errorf("%d drafts of one correlation, or not the same answer", len(w.drafts))
		}
		// Another phone would not be kept, so it is not promised.
		if code, v := ask(h, "POST", DraftPath, confirmBody(id, "hn", "1", "mobile", "0800005678")); code != 400 || says(v) != sayOtherDraft {
			t.Errorf("another phone: %d %v", code, v)
		}
		if code, _ := ask(h, "POST", DraftPath, confirmBody(id, "claimType", "PG0130001")); code != 200 || len(w.drafts) != 2 {
			t.Errorf("another claim type: %d, %d drafts", code, len(w.drafts))
		}
		if code, _ := ask(h, "POST", DraftPath, confirmBody(read(t, h), "mobile", "0800005678")); code != 200 || len(w.drafts) != 3 {
			t.Errorf("another reading: %d, %d drafts", code, len(w.drafts))
		}
	})
}

// slow needs two seconds and a half to keep a draft.
type slow struct{ *world }

func (s slow) Draft(ctx context.Context, o Order) error {
	time.Sleep(2500 * time.Millisecond)
	return s.world.Draft(ctx, o)
}

func TestADraftThatWasNotKeptCanBePostedAgain(t *testing.T) {
	w := newWorld()
	h := w.handler(t, nil)
	w.insert(agenttest.Adult.PID())
	id := read(t, h)
	w.draftErr = errors.New("the disk is full")
	if code, _ := ask(h, "POST", DraftPath, confirmBody(id)); code != 500 {
		t.Fatal(code)
	}
	w.draftErr = nil
	if code, _ := ask(h, "POST", DraftPath, confirmBody(id)); code != 200 || len(w.drafts) != 2 {
		t.Errorf("%d after %d tries", code, len(w.drafts))
	}
}

func TestAFailureDoesNotStandForTheReadingThatFollows(t *testing.T) {
	w := newWorld()
	h := w.handler(t, func(o *Options) { o.ClientName = func(context.Context) string { return "HIS" } })
	w.insert(agenttest.Adult.PID())
	for _, nhso := range []agenttest.NHSO{agenttest.NHSODown, agenttest.NHSODown, agenttest.NHSOUp, agenttest.NHSOUp} {
		w.do(func() { w.nhso = nhso })
		_, _ = ask(h, "GET", ReadPath, "")
	}
	var got []int
	for _, a := range w.accesses {
		got = append(got, a.Status)
	}
	if fmt.Sprint(got) != "[500 200]" {
		t.Errorf("the audit heard %v", got)
	}
}

func TestASubmissionThatIsRefusedAsItStandsIsToldAndACardThatIsNotThereIsNot(t *testing.T) {
	w := newWorld()
	h := w.handler(t, nil)
	for _, path := range []string{ReadPath, ReadCardPath, TerminalsPath, ProbePath + "1", LatestPath + "1"} {
		_, _ = ask(h, "GET", path, "")
	}
	for _, path := range []string{ConfirmPath, DraftPath} {
		_, _ = ask(h, "POST", path, confirmBody("00000000-1111-4222-8333-444444444444"))
	}
	var got []string
	for _, a := range w.accesses {
		got = append(got, fmt.Sprint(a.Action, a.Status, a.PID.IsZero()))
	}
	if want := "confirm-save500 true save-as-draft500 true"; strings.Join(got, " ") != want {
		t.Errorf("got %q", got)
	}
}

func TestEveryLookAtAPersonIsReportedOnceACard(t *testing.T) {
	w := newWorld()
	name := "HIS"
	h := w.handler(t, func(o *Options) { o.ClientName = func(context.Context) string { return name } })
	w.insert(agenttest.Adult.PID())
	for range 3 {
		read(t, h)
		_, _ = ask(h, "GET", ReadCardPath, "")
		_, _ = ask(h, "GET", TerminalsPath, "")
	}
	name = "queue"
	id := read(t, h)
	_, _ = ask(h, "POST", ConfirmPath, confirmBody(id))
	_, _ = ask(h, "GET", LatestPath+agenttest.Pensioner.PID(), "")
	_, _ = ask(h, "GET", ProbePath+agenttest.Pensioner.PID(), "")
	w.remove()
	_, _ = ask(h, "GET", ReadCardPath, "")
	w.insert(agenttest.Adult.PID())
	read(t, h)
	var got []string
	for _, a := range w.accesses {
		got = append(got, fmt.Sprintf("%s %s %s %d", a.Client, a.Action, a.PID.Digits()[11:], a.Status))
	}
	want := "HIS read 04 200,HIS read-card-only 04 200,queue read 04 200,queue confirm-save 04 200,queue latest 12 200,queue probe 12 200,queue read 04 200"
	if strings.Join(got, ",") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, ","), want)
	}
}

func TestLogsHoldNoPersonalData(t *testing.T) {
	w := newWorld()
	var log bytes.Buffer
	h := w.handler(t, func(o *Options) {
		o.Logger = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	w.insert(agenttest.Adult.PID())
	id := read(t, h)
	_, _ = ask(h, "POST", ConfirmPath, confirmBody(id, "hn", "HN42"))
	w.draftErr = errors.New("full")
	_, _ = ask(h, "POST", DraftPath, confirmBody(read(t, h)))
	w.nhso = agenttest.NHSODown
	for _, path := range []string{LatestPath, ProbePath} {
		_, _ = ask(h, "GET", path+agenttest.Adult.PID(), "")
	}
	w.insert(agenttest.Adult.PID())
	_, _ = ask(h, "GET", ReadPath, "")
	slog.New(slog.NewJSONHandler(&log, nil)).Info("values", "order", w.orders[0], "card", Card{PID: mustPID(agenttest.Adult.PID())}, "right", RightAnswer{})
	fmt.Fprintf(&log, "%+v %#v", w.orders[0], Card{PID: mustPID(agenttest.Adult.PID()), Name: visit.Name{First: agenttest.Adult.First}})
	if strings.Count(log.String(), "\n") < 5 {
		t.Errorf("the log says too little: %s", &log)
	}
	for _, canary := range []string{agenttest.Adult.PID(), agenttest.Adult.First, agenttest.Adult.Last, "0800001234", "HN42", "PP12"} {
		if strings.Contains(log.String(), canary) {
			t.Errorf("%q is in %s", canary, &log)
		}
	}
}

// FuzzConfirm goes faster with -fuzzminimizetime 10x: correlations are random, so
// that the same input does not always take the same way.
func FuzzConfirm(f *testing.F) {
	for _, s := range []string{
		"", "{}", "[]", `{"pid":1e99}`, `{"mobile":{}}`, `{"pid":"9000000000004","claimType":"PG0060001","mobile":"0800001234","correlationId":"ID"}`,
		`{"pid":9000000000004,"claimType":"PG0060001","mobile":"080-000-1234","correlationId":"ID","hn":7,"hcode":"99999"}`,
		`{"pid":"9000000000004","pid":"9000000000012","claimType":null,"mobile":true,"correlationId":"ID"}`, "{\"hn\":\"\\ud800\xff\"}",
	} {
		f.Add(s)
	}
	w := newWorld()
	h := w.handler(f, nil)
	f.Fuzz(func(t *testing.T, body string) {
		w.do(func() { w.orders, w.accesses, w.given = nil, nil, map[string][]visit.Authentication{} })
		w.insert(agenttest.Adult.PID())
		code, v := ask(h, "POST", ConfirmPath, strings.ReplaceAll(body, "ID", read(t, h)), func(r *http.Request) { r.Header.Set("Content-Type", "application/json") })
		if (code == 200) != (len(w.orders) == 1) || code != 200 && code != 400 && code != 413 && (code != 500 || says(v) != sayCorrelation) {
			t.Errorf("%d with %d orders", code, len(w.orders))
		}
		if code == 400 && says(v) == "" {
			t.Errorf("no reason: %v", v)
		}
		for _, o := range w.orders {
			if err := o.Visit.Validate(); err != nil || o.Visit.PID.Digits() != agenttest.Adult.PID() || len(o.HN.Text()) > 4*maxHN {
				t.Errorf("order: %v", err)
			}
		}
	})
}

// TestOtherUnitsThatAreListedGetTheCodeOfThisOne is one server that asks for many small
// units: the code must not go to a unit that nobody has named.
func TestOtherUnitsThatAreListedGetTheCodeOfThisOne(t *testing.T) {
	w := newWorld()
	h := w.handler(t, func(o *Options) { o.IgnoreHCodes = []string{"99001"} })
	w.insert(agenttest.Adult.PID())
	if code, v := ask(h, "POST", ConfirmPath, confirmBody(read(t, h), "hcode", "99002")); code != 400 || !strings.Contains(says(v), "99002") || !strings.Contains(says(v), testUnit) {
		t.Errorf("%d %v", code, v)
	}
	if code, v := ask(h, "POST", ConfirmPath, confirmBody(read(t, h), "hcode", "99001")); code != 200 || w.orders[0].Visit.HCode != testUnit {
		t.Errorf("%d %v", code, v)
	}
}

func TestAPIDMayHaveHyphensAndBlanks(t *testing.T) {
	w := newWorld()
	h := w.handler(t, nil)
	w.insert(agenttest.Adult.PID())
	for _, pid := range []string{"9-0000-00000-00-4", "9 0000 00000 00 4"} {
		path := strings.ReplaceAll(pid, " ", "%20")
		for _, prefix := range []string{LatestPath, Latest5Path, ProbePath} {
			if code, v := ask(h, "GET", prefix+path, ""); code != 200 {
				t.Errorf("%s: %d %v", prefix+path, code, v)
			}
		}
	}
	if code, v := ask(h, "POST", ConfirmPath, confirmBody(read(t, h), "pid", "9-0000-00000-00-4")); code != 200 || v["pid"] != agenttest.Adult.PID() {
		t.Errorf("%d %v", code, v)
	}
}

// TestEveryErrorHasAReasonToShow goes through errors of every kind.
func TestEveryErrorHasAReasonToShow(t *testing.T) {
	w := newWorld()
	h := w.handler(t, nil)
	check := func(name string, want, code int, v map[string]any) {
		t.Helper()
		if code != want || says(v) == "" || v["message"] == "" {
			t.Errorf("%s: %d %v", name, code, v)
		}
	}
	code, v := ask(h, "GET", ReadPath, "")
	check("no card", 500, code, v)
	w.insert(agenttest.Adult.PID())
	id := read(t, h)
	w.do(func() { w.nhso = agenttest.NHSODown })
	for _, path := range []string{LatestPath, Latest5Path, ProbePath} {
		code, v = ask(h, "GET", path+agenttest.Adult.PID(), "")
		check("NHSO is down for "+path, 500, code, v)
	}
	code, v = ask(h, "POST", ConfirmPath, confirmBody(id))
	check("NHSO is down for confirm-save", 500, code, v)
	w.insert(agenttest.Adult.PID())
	code, v = ask(h, "GET", ReadPath, "")
	check("NHSO is down for read", 500, code, v)
	w.do(func() { w.readers = false })
	code, v = ask(h, "GET", ReadPath, "")
	check("no reader", 418, code, v)
	w.do(func() { w.lost = true })
	code, v = ask(h, "GET", TerminalsPath, "")
	check("no card service", 500, code, v)
	code, v = ask(h, "GET", "/api/smartcard/x", "")
	check("no such path", 404, code, v)
	code, v = ask(h, "PUT", ReadPath, "")
	check("another method", 405, code, v)
}

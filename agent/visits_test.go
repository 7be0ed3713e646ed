package agent

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"authenkiosk/visit"
)

func someVisits(t testing.TB, n int) visitList {
	t.Helper()
	var l visitList
	at := time.Date(2026, 3, 4, 9, 30, 0, 0, visit.Bangkok)
	for i := range n {
		l = append(l, VisitChange{
			Seq: uint64(i + 1), ID: testVisit, HCode: "99999", ServiceDate: visit.Date{Year: 2026, Month: 3, Day: 4},
			PID: testVisitPID(t), ClaimType: "PG0060001", Method: visit.MethodCard, State: VisitDone, Code: testCode,
			Confirmed: at, Issued: at.Add(time.Second), Changed: at.Add(time.Second),
		})
	}
	return l
}

func (b *bench) visits(query string) *httptest.ResponseRecorder {
	return b.do(bearer(request("GET", "/api/v1/visits"+query, loopbackHost), b.token))
}

func TestAVisitInTheFeedHasExactlyTheDocumentedFields(t *testing.T) {
	list := someVisits(t, 2)
	list[0].HN = visit.HNOf("000012345")
	list[1].State, list[1].Problem, list[1].Code, list[1].Issued = VisitStaff, visit.ServiceDatePassed, "", time.Time{}
	b := newBench(t, func(o *Options) { o.Visits = list })
	w := b.visits("")
	done := `{"seq":"1","visit":"` + testVisit + `","hcode":"99999","service_date":"2026-03-04","pid":"9000000000004","hn":"000012345","claim_type":"PG0060001",` +
		`"method":"card","state":"done","code":"PP1200000001","confirmed":"2026-03-04T09:30:00+07:00","issued":"2026-03-04T09:30:01+07:00","changed":"2026-03-04T09:30:01+07:00"}`
	staff := `{"seq":"2","visit":"` + testVisit + `","hcode":"99999","service_date":"2026-03-04","pid":"9000000000004","claim_type":"PG0060001",` +
		`"method":"card","state":"staff","problem":"service-date-passed","confirmed":"2026-03-04T09:30:00+07:00","changed":"2026-03-04T09:30:01+07:00"}`
	if got, want := strings.TrimSpace(w.Body.String()), `{"next":"`+testFeed+`-2","visits":[`+done+`,`+staff+`],"zone":"demo"}`; w.Code != 200 || got != want {
		t.Errorf("%d\ngot  %s\nwant %s", w.Code, got, want)
	}
	if got, want := string(list[0].Message(Source{"demo", testFeed, "k1"})), `{"type":"visit.changed","zone":"demo","kiosk":"k1","feed":"`+testFeed+`","data":`+done+`}`; got != want {
		t.Errorf("message\ngot  %s\nwant %s", got, want)
	}
}

func TestAReaderOfTheFeedComesToTheEndAndMissesNothing(t *testing.T) {
	b := newBench(t, func(o *Options) { o.Visits = someVisits(t, 257) })
	b.unlimited()
	seen, after := 0, "0"
	for {
		w := b.visits("?limit=100&after=" + after)
		var page struct {
			Visits []struct{ Seq string }
			Next   string
		}
		if err := json.Unmarshal(w.Body.Bytes(), &page); err != nil {
			t.Fatal(err)
		}
		for _, v := range page.Visits {
			seen++
			if v.Seq != strconv.Itoa(seen) {
				t.Fatalf("%s after %d", v.Seq, seen-1)
			}
		}
		if page.Next == after {
			break
		}
		after = page.Next
	}
	if seen != 257 {
		t.Errorf("%d of 257", seen)
	}
}

func TestAWrongPlaceIsAnErrorAndNeverTheBeginning(t *testing.T) {
	b := newBench(t, func(o *Options) { o.Visits = someVisits(t, 3) })
	b.unlimited()
	for _, c := range []struct {
		query string
		want  int
	}{
		{"", 200},
		{"?after=0&limit=1", 200},
		{"?after=" + testFeed + "-2", 200},
		{"?after=" + testFeed + "-18446744073709551615", 200},
		{"?after=5", 400},
		{"?after=18446744073709551615", 400},
		{"?after=-", 400},
		{"?after=" + testFeed, 400},
		{"?after=" + testFeed + "-", 400},
		{"?after=" + testFeed + "-+1", 400},
		{"?after=" + testFeed + "-18446744073709551616", 400},
		{"?after=" + strings.ToUpper(testFeed) + "-1", 400},
		{"?limit=500", 200},
		{"?after=", 400},
		{"?after=-1", 400},
		{"?after=+1", 400},
		{"?after=1_0", 400},
		{"?after=0x1", 400},
		{"?after=18446744073709551616", 400},
		{"?after=1&after=2", 400},
		{"?limit=0", 400},
		{"?limit=501", 400},
		{"?cursor=1", 400},
		{"?after=%zz", 400},
		{"?after=1;limit=2", 400},
	} {
		if w := b.visits(c.query); w.Code != c.want {
			t.Errorf("%s: %d %s", c.query, w.Code, w.Body)
		}
	}
}

func TestAPlaceInAnotherFeedBeginsAgainAndSaysSo(t *testing.T) {
	b := newBench(t, func(o *Options) { o.Visits = someVisits(t, 3) })
	for _, c := range []struct {
		after     string
		visits    int
		restarted bool
	}{
		{"0", 3, false},
		{testFeed + "-2", 1, false},
		{"00000000000000bb-5000", 3, true},
		{"00000000000000bb-0", 3, false},
	} {
		var page struct {
			Visits    []struct{ Seq string }
			Next      string
			Restarted bool
		}
		w := b.visits("?after=" + c.after)
		if err := json.Unmarshal(w.Body.Bytes(), &page); err != nil || len(page.Visits) != c.visits || page.Restarted != c.restarted || page.Next != testFeed+"-3" {
			t.Errorf("%s: %s, %v", c.after, w.Body, err)
		}
	}
}

func TestAFeedThatFailsSaysSoAndNoMore(t *testing.T) {
	b := newBench(t, func(o *Options) { o.Visits = brokenFeed{} })
	if w := b.visits(""); w.Code != 503 || strings.Contains(w.Body.String(), "disk") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	b = newBench(t, func(o *Options) { o.Visits = nil })
	if w := b.visits(""); w.Code != 503 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestAVisitPrintsNothingPersonal(t *testing.T) {
	v := someVisits(t, 1)[0]
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if text := fmt.Sprintf("%v %+v %#v %s %q %s", v, v, v, v, v, data); strings.Contains(text, testPID) || strings.Contains(text, testCode) {
		t.Error(text)
	}
}

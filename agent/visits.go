package agent

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"authenkiosk/visit"
)

// VisitState is what became of a visit.
type VisitState string

// The states, with the names of the store.
const (
	VisitPending  VisitState = "pending"  // to be sent to NHSO
	VisitInflight VisitState = "inflight" // a request is under way or unclear
	VisitDone     VisitState = "done"     // the code is here
	VisitRefused  VisitState = "refused"  // NHSO said no
	VisitStaff    VisitState = "staff"    // work for the desk
	VisitDropped  VisitState = "dropped"  // taken back, or settled without a code
)

// VisitChange is a visit at one place of the feed: how it stood after a change.
type VisitChange struct {
	Seq         uint64 // place in the feed; grows
	ID          visit.ID
	HCode       string // the unit
	ServiceDate visit.Date
	PID         visit.PID
	HN          visit.HN // zero: no program has said it
	ClaimType   string
	Method      visit.Method
	State       VisitState
	Problem     visit.Problem    // why it was refused or is work for the desk
	Code        visit.AuthenCode // VisitDone
	Confirmed   time.Time        // when the patient confirmed
	Issued      time.Time        // when NHSO made the code; zero: no code
	Changed     time.Time        // when the visit came to this state
}

// VisitFeed gives changed visits in order. It returns those after a place, at
// most limit, and the place of the last that it looked at, from which to go on;
// that place never goes back and outlives the program.
type VisitFeed interface {
	Visits(after uint64, limit int) (changes []VisitChange, next uint64, err error)
}

// Format keeps every verb of package fmt from showing the person by accident.
func (v VisitChange) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[visit change]") }

// LogValue implements slog.LogValuer.
func (v VisitChange) LogValue() slog.Value { return slog.StringValue("[visit change]") }

// MarshalText hides a visit that strays into JSON; Message is meant for sending.
func (v VisitChange) MarshalText() ([]byte, error) { return []byte("[visit change]"), nil }

// wireVisit is a visit as the hospital's systems get it.
type wireVisit struct {
	Seq         string `json:"seq"` // text: numbers of JSON end at 2^53 in some languages
	Visit       string `json:"visit"`
	HCode       string `json:"hcode"`
	ServiceDate string `json:"service_date"`
	PID         string `json:"pid"`
	HN          string `json:"hn,omitempty"`
	ClaimType   string `json:"claim_type"`
	Method      string `json:"method"`
	State       string `json:"state"`
	Problem     string `json:"problem,omitempty"`
	Code        string `json:"code,omitempty"`
	Confirmed   string `json:"confirmed"`
	Issued      string `json:"issued,omitempty"`
	Changed     string `json:"changed"`
}

// Source says who tells of a visit.
type Source struct {
	Zone  string // so that a code of the test zone is never taken for a real one
	Feed  string // id of the feed: numbers are worth something within one only
	Kiosk string // name of the machine; may be empty
}

// Message returns the visit as webhooks and MQTT carry it, PID and code in full,
// never for a log, with the kind of the message and who tells it.
func (v VisitChange) Message(from Source) []byte {
	data, err := json.Marshal(struct {
		Type  string    `json:"type"`
		Zone  string    `json:"zone"`
		Kiosk string    `json:"kiosk,omitempty"`
		Feed  string    `json:"feed"`
		Data  wireVisit `json:"data"`
	}{"visit.changed", from.Zone, from.Kiosk, from.Feed, v.wire()})
	if err != nil { // strings only: cannot be
		return []byte("{}")
	}
	return data
}

func (v VisitChange) wire() wireVisit {
	problem := ""
	if v.Problem != visit.NoProblem {
		problem = v.Problem.String()
	}
	return wireVisit{
		Seq: strconv.FormatUint(v.Seq, 10), Visit: string(v.ID), HCode: v.HCode, ServiceDate: v.ServiceDate.String(),
		PID: v.PID.Digits(), HN: v.HN.Text(), Problem: problem, ClaimType: v.ClaimType, Method: string(v.Method), State: string(v.State), Code: string(v.Code),
		Confirmed: stamp(v.Confirmed), Issued: stamp(v.Issued), Changed: stamp(v.Changed),
	}
}

// stamp writes a moment with the offset of Bangkok, nothing for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(visit.Bangkok).Format(time.RFC3339)
}

// visits answers GET /api/v1/visits.
func (a *Agent) visits(w http.ResponseWriter, r *http.Request) {
	if a.o.Visits == nil {
		refuse(w, http.StatusServiceUnavailable, "this program keeps no visits")
		return
	}
	from, limit, err := parsePlace(r.URL.RawQuery)
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	// A place in another feed (that of another zone, or of a disk that was replaced)
	// says nothing about this one: what comes twice is better than what never comes.
	restarted := from.n > 0 && from.feed != a.o.Feed
	if restarted {
		from.n = 0
	}
	changes, next, err := a.o.Visits.Visits(from.n, limit)
	if err != nil {
		a.o.Logger.Error("read visits for the feed", "err", err)
		refuse(w, http.StatusServiceUnavailable, "the visits cannot be read")
		return
	}
	list := make([]wireVisit, len(changes))
	for i, c := range changes {
		list[i] = c.wire()
	}
	answer := map[string]any{"zone": a.zone(), "visits": list, "next": place{a.o.Feed, next}.String()}
	if restarted {
		answer["restarted"] = true
	}
	a.answer(w, answer)
}

// place is how far a reader of the feed has come.
type place struct {
	feed string // the feed's own id: its numbers are worth nothing in another
	n    uint64
}

// String returns the place as "next" gives it.
func (p place) String() string { return p.feed + "-" + strconv.FormatUint(p.n, 10) }

// errPlace refuses what is no place: a wrong one must not begin again from the first
// visit.
var errPlace = errors.New("after is the text that next gave, or 0 at first")

// parsePlace reads after and limit of a query.
func parsePlace(query string) (after place, limit int, err error) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return place{}, 0, errors.New("the query cannot be read")
	}
	limit = defaultVisits
	for name, list := range values {
		if len(list) != 1 {
			return place{}, 0, fmt.Errorf("%s may be given once", clip(name))
		}
		switch name {
		case "after":
			if after, err = placeOf(list[0]); err != nil {
				return place{}, 0, err
			}
		case "limit":
			n, err := parseNumber(list[0])
			if err != nil || n < 1 || n > maxVisits {
				return place{}, 0, fmt.Errorf("limit is 1 to %d", maxVisits)
			}
			limit = int(n)
		default:
			return place{}, 0, fmt.Errorf("%s is not known; after and limit are", clip(name))
		}
	}
	return after, limit, nil
}

func placeOf(s string) (place, error) {
	if s == "0" {
		return place{}, nil
	}
	feed, number, ok := strings.Cut(s, "-")
	if id, err := hex.DecodeString(feed); !ok || err != nil || len(id) == 0 || strings.ToLower(feed) != feed {
		return place{}, errPlace
	}
	n, err := parseNumber(number)
	if err != nil || number == "" {
		return place{}, errPlace
	}
	return place{feed, n}, nil
}

// parseNumber accepts decimal digits only: no sign, no underscore, no space.
func parseNumber(s string) (uint64, error) {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, strconv.ErrSyntax
		}
	}
	return strconv.ParseUint(s, 10, 64)
}

// clip keeps what a client wrote from filling an answer.
func clip(s string) string {
	if len(s) > 20 {
		s = s[:20]
	}
	return strconv.QuoteToASCII(s)
}

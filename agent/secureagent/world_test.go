package secureagent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"authenkiosk/agent/agenttest"
	"authenkiosk/visit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is everything around the handler, in memory: reader, cards, NHSO and the
// outbox. It counts what is asked of it.
type world struct {
	mu        sync.Mutex
	readers   bool
	lost      bool // there is no card service
	insertion uint64
	others    []uint64 // insertions of patients' cards in other readers
	last      uint64
	pid       string // empty: the card cannot be read
	trouble   error  // of the next readings
	noPhoto   bool
	cardTime  time.Duration // a reading of the text; the photo takes ten times as long
	nhso      agenttest.NHSO
	given     map[string][]visit.Authentication // by PID
	pending   map[string]bool                   // PIDs with a visit on its way
	outcome   *Outcome                          // what Submit answers instead
	onSubmit  func(context.Context)
	drafts    []Order
	draftErr  error
	accesses  []Access

	texts, photos, rights, probes, statuses int
	orders                                  []Order
}

var (
	errUnreadable = errors.New("the card cannot be read")
	errNHSO       = errors.New("NHSO cannot be reached")
)

const testUnit = "99999"

func newWorld() *world {
	w := &world{readers: true, given: map[string][]visit.Authentication{}, pending: map[string]bool{}}
	midnight := visit.ServiceDateOf(time.Now()).Midnight()
	for i, p := range agenttest.Persons() {
		if p.DoneToday != "" {
			w.given[p.PID()] = []visit.Authentication{{Code: visit.AuthenCode(fmt.Sprintf("PP11%08d", i)), ClaimType: visit.ClaimType{Code: "PG0060001"}, Hospital: visit.Hospital{HCode: p.DoneToday}, At: midnight}}
		}
	}
	return w
}

func (w *world) do(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f()
}

func (w *world) insert(pid string) {
	w.do(func() {
		w.last++
		w.insertion, w.pid = w.last, pid
	})
}

func (w *world) remove() { w.do(func() { w.insertion, w.pid = 0, "" }) }

// Slot implements Cards.
func (w *world) Slot() (Slot, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.lost:
		return Slot{}, errors.New("no card service")
	case !w.readers:
		return Slot{}, nil
	}
	return Slot{Terminals: []Terminal{{"Reader 0", w.insertion != 0}, {"Reader 1", false}}, Default: "Reader 0", Insertion: w.insertion, Inside: w.others}, nil
}

// Text implements Cards.
func (w *world) Text(ctx context.Context, insertion uint64) (Card, error) {
	w.do(func() { w.texts++ })
	if err := w.spend(ctx, w.cardTime); err != nil {
		return Card{}, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.trouble != nil {
		return Card{}, w.trouble
	}
	p, ok := personOf(w.pid)
	if w.insertion != insertion || !ok {
		return Card{}, errUnreadable
	}
	return Card{PID: mustPID(w.pid), Name: visit.Name{Prefix: p.Title, First: p.First, Last: p.Last}, Sex: p.Sex, Birth: p.Birth}, nil
}

// Photo implements Cards.
func (w *world) Photo(ctx context.Context, _ uint64) ([]byte, error) {
	w.do(func() { w.photos++ })
	if err := w.spend(ctx, 10*w.cardTime); err != nil {
		return nil, err
	}
	if w.noPhoto {
		return nil, nil
	}
	return []byte("\xff\xd8\xff\xe0 a picture"), w.trouble
}

func (w *world) spend(ctx context.Context, d time.Duration) error {
	if d == 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// trouble is an error with a problem of its own.
type trouble visit.Problem

func (t trouble) Error() string { return visit.Problem(t).String() }

// ProblemOf implements Cards.
func (w *world) ProblemOf(err error) visit.Problem {
	if t, ok := errors.AsType[trouble](err); ok {
		return visit.Problem(t)
	}
	return visit.NoProblem
}

func personOf(pid string) (agenttest.Person, bool) {
	for _, p := range agenttest.Persons() {
		if p.PID() == pid {
			return p, true
		}
	}
	return agenttest.Person{}, false
}

func mustPID(s string) visit.PID {
	pid, err := visit.ParsePID(s)
	if err != nil {
		panic(err)
	}
	return pid
}

// Right implements Rights.
func (w *world) Right(_ context.Context, pid visit.PID, _ visit.Date) (RightAnswer, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rights++
	if w.nhso == agenttest.NHSODown {
		return RightAnswer{}, errNHSO
	}
	p, _ := personOf(pid.Digits())
	a := RightAnswer{Right: p.Right, Sex: p.Sex, Birth: p.Birth, PaidModel: p.PaidModel, Start: time.Date(2017, 3, 20, 0, 0, 0, 0, visit.Bangkok)}
	for _, code := range p.ClaimTypes {
		a.ClaimTypes = append(a.ClaimTypes, visit.ClaimType{Code: code, Name: "บริการ " + code})
	}
	return a, nil
}

// RightByPID implements Rights.
func (w *world) RightByPID(ctx context.Context, pid visit.PID, date visit.Date) (RightAnswer, error) {
	w.do(func() { w.probes++ })
	return w.Right(ctx, pid, date)
}

// Codes implements Codes.
func (w *world) Codes(_ context.Context, pid visit.PID, date visit.Date) ([]visit.Authentication, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.statuses++
	if w.nhso == agenttest.NHSODown {
		return nil, errNHSO
	}
	var found []visit.Authentication
	for _, c := range w.given[pid.Digits()] {
		if visit.ServiceDateOf(c.At) == date {
			found = append(found, c)
		}
	}
	return found, nil
}

// Submit implements Submitter as the outbox does.
func (w *world) Submit(ctx context.Context, o Order) Outcome {
	if w.onSubmit != nil {
		w.onSubmit(ctx)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.orders = append(w.orders, o)
	pid := o.Visit.PID.Digits()
	switch {
	case w.outcome != nil:
		return *w.outcome
	case w.pending[pid], w.nhso == agenttest.NHSODown:
		return Outcome{}
	}
	c := visit.Authentication{Code: visit.AuthenCode(fmt.Sprintf("PP12%08d", len(w.orders))), ClaimType: o.Visit.ClaimType, Hospital: visit.Hospital{HCode: o.Visit.HCode}, At: time.Now()}
	w.given[pid] = append(w.given[pid], c)
	if w.nhso == agenttest.NHSOForgetful {
		w.nhso = agenttest.NHSOUp
		return Outcome{}
	}
	return Outcome{Kind: Issued, Code: c.Code, IssuedAt: c.At}
}

// Draft implements Drafter.
func (w *world) Draft(_ context.Context, o Order) error {
	w.do(func() { w.drafts = append(w.drafts, o) })
	return w.draftErr
}

func (w *world) audit(_ context.Context, a Access) {
	w.do(func() { w.accesses = append(w.accesses, a) })
}

// handler makes a handler in this world.
func (w *world) handler(t testing.TB, change func(*Options)) *Handler {
	t.Helper()
	o := Options{Cards: w, Rights: w, Codes: w, Submitter: w, Drafts: w, HCode: testUnit, Audit: w.audit}
	if change != nil {
		change(&o)
	}
	h, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	return h
}

func (w *world) control(*testing.T) agenttest.Control {
	return agenttest.Control{
		Insert:           func(_ *testing.T, pid string) { w.insert(pid) },
		InsertUnreadable: func(*testing.T) { w.insert("") },
		Remove:           func(*testing.T) { w.remove() },
		Readers: func(_ *testing.T, there bool) {
			w.do(func() {
				if w.readers = there; !there {
					w.insertion = 0
				}
			})
		},
		NHSO: func(_ *testing.T, s agenttest.NHSO) { w.do(func() { w.nhso = s }) },
		Codes: func(_ *testing.T, pid string) []string {
			w.mu.Lock()
			defer w.mu.Unlock()
			var codes []string
			for _, c := range w.given[pid] {
				codes = append(codes, string(c.Code))
			}
			return codes
		},
	}
}

// ask sends a request to a handler and decodes a JSON object of the answer.
func ask(h http.Handler, method, target, body string, change ...func(*http.Request)) (int, map[string]any) {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	for _, c := range change {
		c(r)
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	var v map[string]any
	_ = json.Unmarshal(rec.Body.Bytes(), &v)
	return rec.Code, v
}

func read(t *testing.T, h http.Handler) string {
	t.Helper()
	code, v := ask(h, "GET", ReadPath, "")
	id, _ := v["correlationId"].(string)
	if code != 200 || id == "" {
		t.Fatalf("read: %d %v", code, v)
	}
	return id
}

// confirmBody is a good request of the adult, changed by pairs of key and value.
func confirmBody(id string, change ...string) string {
	v := map[string]string{"pid": agenttest.Adult.PID(), "claimType": "PG0060001", "mobile": "0800001234", "correlationId": id}
	for i := 0; i+1 < len(change); i += 2 {
		v[change[i]] = change[i+1]
	}
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// says returns errors[0].defaultMessage.
func says(v map[string]any) string {
	list, _ := v["errors"].([]any)
	if len(list) == 0 {
		return ""
	}
	first, _ := list[0].(map[string]any)
	text, _ := first["defaultMessage"].(string)
	return text
}

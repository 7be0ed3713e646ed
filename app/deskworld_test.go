package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"authenkiosk/desk/local"
	"authenkiosk/outbox"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// deskNHSO makes a code for every request that it processes, as the real one may, and
// holds each request against what the desk was promised.
type deskNHSO struct {
	mu     sync.Mutex
	random *rand.Rand
	down   bool              // nothing is answered, and no request is processed
	deaf   bool              // questions are not answered
	asking map[visit.PID]int // questions that are under way
	next   int
	codes  map[deskPerson][]visit.Authentication // the time is when they can be seen
	sent   func(visit.Visit)                     // hears of a request before it is processed
	made   func(visit.Visit)                     // hears of a code
}

type deskPerson struct {
	pid  visit.PID
	date visit.Date
}

var errDeskNHSO = errors.New("as the walk says")

// Submit implements outbox.NHSO. One request in three gets no clear answer.
func (n *deskNHSO) Submit(_ context.Context, v visit.Visit) (visit.AuthenCode, time.Time, error) {
	n.sent(v)
	n.mu.Lock()
	down := n.down
	what, takes, late := n.random.IntN(12), time.Duration(n.random.IntN(2000))*time.Millisecond, time.Duration(n.random.IntN(50))*time.Second
	n.mu.Unlock()
	time.Sleep(takes)
	if down {
		what = 3
	}
	unclear := &outbox.Failure{Kind: outbox.Ambiguous, Problem: visit.NHSOUnreachable, Err: errDeskNHSO}
	switch what {
	case 0: // the answer is cut off
		n.make(v, 0)
		return "", time.Time{}, unclear
	case 1: // the server is slow
		n.make(v, late)
		return "", time.Time{}, unclear
	case 2:
		return "", time.Time{}, unclear
	case 3:
		return "", time.Time{}, &outbox.Failure{Kind: outbox.NotProcessed, Problem: visit.NHSOUnreachable, Err: errDeskNHSO}
	case 4:
		return "", time.Time{}, &outbox.Failure{Kind: outbox.Refused, Problem: visit.NHSORefusedVisit, Err: errDeskNHSO}
	case 5:
		return "", time.Time{}, &outbox.Failure{Kind: outbox.CannotSend, Problem: visit.UpstreamCannot, Err: errDeskNHSO}
	}
	if what%2 == 0 {
		late = 0
	}
	c := n.make(v, late) // the answer is there before the code can be seen
	return c.Code, time.Now(), nil
}

// make makes the code of a visit, which can be seen after that time.
func (n *deskNHSO) make(v visit.Visit, seen time.Duration) visit.Authentication {
	n.made(v)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.next++
	c := visit.Authentication{
		Code: visit.AuthenCode(fmt.Sprintf("PP%010d", n.next)), ClaimType: v.ClaimType, Hospital: visit.Hospital{HCode: v.HCode}, At: time.Now().Add(seen),
	}
	p := deskPerson{v.PID, v.ServiceDate}
	n.codes[p] = append(n.codes[p], c)
	return c
}

// Codes implements outbox.NHSO.
func (n *deskNHSO) Codes(_ context.Context, pid visit.PID, date visit.Date) (seen []visit.Authentication, _ error) {
	n.mu.Lock()
	down, takes := n.down || n.deaf, time.Duration(n.random.IntN(500))*time.Millisecond
	n.asking[pid]++
	n.mu.Unlock()
	time.Sleep(takes)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asking[pid]--
	if down {
		return nil, errDeskNHSO
	}
	for _, c := range n.codes[deskPerson{pid, date}] {
		if !c.At.After(time.Now()) {
			seen = append(seen, c)
		}
	}
	return seen, nil
}

// deskWorld is a machine with its store and its outbox, desks around it, and a station, which
// is a machine of its own.
type deskWorld struct {
	t      *testing.T
	random *rand.Rand
	dir    string
	nhso   *deskNHSO

	store      *storage.Store
	outbox     *outbox.Outbox
	station    *storage.Store
	stationBox *outbox.Outbox
	patient    sync.WaitGroup // submissions of those who wait
	end        func()
	endStation func()

	completers map[string]*local.Completer // of the station, by its name
	halves     map[visit.ID]*half          // by what is made
	told       []telling

	people   int        // visits so far, on both machines
	ids      []visit.ID // of every visit of the machine, in the order of saving
	item     map[visit.ID]visit.ID
	away     map[visit.ID]bool // what the station has made
	codes    map[visit.ID]int  // made by us for an item
	services map[string]int    // made by us for a person, day and claim type
	second   map[string]int    // of those: second ones that a desk has asked for
	given    []visit.ID        // those that a desk has given up
	reopened map[visit.ID]bool
	audit    map[string]int // what the desks did, by the event of the audit
	count    map[string]int // how often each action came to something, or did not
	mu       sync.Mutex
}

func newDeskWorld(t *testing.T, dir string, seed uint64) *deskWorld {
	w := &deskWorld{
		t: t, random: rand.New(rand.NewPCG(seed, 16)), dir: dir,
		item: map[visit.ID]visit.ID{}, away: map[visit.ID]bool{}, codes: map[visit.ID]int{}, services: map[string]int{}, second: map[string]int{}, reopened: map[visit.ID]bool{}, audit: map[string]int{}, count: map[string]int{},
		completers: map[string]*local.Completer{}, halves: map[visit.ID]*half{},
	}
	w.nhso = &deskNHSO{random: rand.New(rand.NewPCG(seed, 17)), codes: map[deskPerson][]visit.Authentication{}, asking: map[visit.PID]int{}, sent: w.sent, made: w.made}
	w.start()
	w.startStation()
	return w
}

func (w *deskWorld) startStation() {
	store, box, end := w.machine("station")
	w.mu.Lock()
	defer w.mu.Unlock()
	w.station, w.stationBox, w.endStation = store, box, func() { w.dropHalves(); end() }
}

func (w *deskWorld) start() {
	store, box, end := w.machine("kiosk")
	w.mu.Lock() // the station asks meanwhile, see sent
	defer w.mu.Unlock()
	w.store, w.outbox, w.end = store, box, end
}

// machine opens a store and lets its outbox work.
func (w *deskWorld) machine(name string) (*storage.Store, *outbox.Outbox, func()) {
	store, err := storage.Open(filepath.Join(w.dir, name), storage.Options{Now: time.Now})
	if err != nil {
		w.t.Fatal(err)
	}
	box := outbox.New(outbox.Options{
		Store: Visits{store, func(visit.ID, visit.State) {}}, NHSO: w.nhso, Log: slog.New(slog.DiscardHandler),
	})
	ctx, cancel := context.WithCancel(w.t.Context())
	ended := make(chan struct{})
	go func() { box.Run(ctx); close(ended) }()
	return store, box, func() {
		cancel()
		<-ended
		w.patient.Wait()
		if err := store.Close(); err != nil {
			w.t.Error(err)
		}
	}
}

// root is the item for which a visit was made, or the visit itself.
func (w *deskWorld) root(id visit.ID) visit.ID {
	for w.item[id] != "" {
		id = w.item[id]
	}
	return id
}

// sent holds a request against the promises.
func (w *deskWorld) sent(v visit.Visit) {
	w.mu.Lock()
	defer w.mu.Unlock()
	item := w.item[v.ID]
	from := w.store
	if w.away[v.ID] {
		from = w.station
	}
	r, err := from.Visit(v.ID)
	switch {
	case err != nil || r.State != visit.StateInflight || r.Held():
		w.t.Errorf("visit %s is sent and is %s, held: %t, %v", v.ID, r.State, r.Held(), err)
	case w.reopened[v.ID]:
		w.t.Errorf("visit %s was brought back to the list, and is sent", v.ID)
	case v.ServiceDate != visit.ServiceDateOf(time.Now()):
		w.t.Errorf("visit %s is sent on another day than its own", v.ID)
	}
	if item != "" {
		// The item may be done meanwhile, by a code that a look-up found, and never waits.
		if r, err := w.store.Visit(item); err != nil && !errors.Is(err, storage.ErrClosed) || r.State.Unsettled() {
			w.t.Errorf("visit %s is sent for %s, which is %s, %v", v.ID, item, r.State, err)
		}
	}
}

func serviceOf(v visit.Visit) string {
	return fmt.Sprint(v.PID.Digits(), v.ServiceDate, v.ClaimType.Code)
}

// made counts a code that we had made.
func (w *deskWorld) made(v visit.Visit) {
	w.mu.Lock()
	defer w.mu.Unlock()
	item, service := w.root(v.ID), serviceOf(v)
	w.codes[item]++
	w.services[service]++
	if w.codes[item] > 1 || w.services[service] > 1+w.second[service] {
		w.t.Errorf("%d codes were made for item %s, %d for its service", w.codes[item], item, w.services[service])
	}
}

// visit makes a visit of today.
func (w *deskWorld) visit(pid visit.PID, claim string) visit.Visit {
	w.people++
	now := time.Now()
	phone, err := visit.ParsePhone(typedPhone)
	if err != nil {
		w.t.Fatal(err)
	}
	return visit.Visit{
		ID: visit.ID(fmt.Sprintf("01900000-0000-7000-8000-%012x", w.people)), HCode: "99999", ServiceDate: visit.ServiceDateOf(now), PID: pid,
		Name: visit.Name{First: "ทดสอบ", Last: "ระบบ"}, Phone: phone, ClaimType: visit.ClaimType{Code: claim}, Method: visit.MethodCard, CreatedAt: now,
	}
}

// staffWork returns what is not the outbox's.
func (w *deskWorld) staffWork() ([]storage.Record, error) {
	open, err := w.store.Work()
	return slices.DeleteFunc(open, func(r storage.Record) bool { return r.State != visit.StateStaff }), err
}

// check holds a record against what must be true of every one at any time.
func (w *deskWorld) check(r storage.Record) {
	id := r.Visit.ID
	switch {
	case (r.Code != "") != (r.State == visit.StateDone):
		w.t.Errorf("visit %s is %s with the code %q", id, r.State, r.Code)
	case r.Held() && r.State != visit.StateStaff:
		w.t.Errorf("visit %s is %s and held", id, r.State)
	case r.State == visit.StateDone && slices.Contains(r.Second.Besides, r.Code):
		w.t.Errorf("visit %s is for a second code and has the first: %s", id, r.Code)
	case r.State == visit.StateDropped && r.Opened.By == "" && (r.Closed == "") != (r.ClosedBy == ""):
		w.t.Errorf("visit %s was closed by %q for %q", id, r.ClosedBy, r.Closed)
	}
	if r.State != visit.StateDone || r.Completes == "" {
		return
	}
	if item, err := w.store.Visit(r.Completes); err != nil || item.Held() && item.Hold.Completion == id {
		w.t.Errorf("visit %s is done, and its item %s is open, %v", id, r.Completes, err)
	}
}

// checkAll holds every record against the lists: each visit that is open is on the list
// of exactly one who answers for it.
func (w *deskWorld) checkAll() {
	open := map[visit.ID]int{}
	for name, list := range map[string]func() ([]storage.Record, error){"waiting": w.store.Unsettled, "staff": w.staffWork} {
		records, err := list()
		if err != nil {
			w.t.Errorf("%s: %v", name, err)
		}
		for _, r := range records {
			open[r.Visit.ID]++
		}
	}
	work, err := w.store.Work()
	if err != nil {
		w.t.Error(err)
	}
	for _, r := range work {
		if r.State == visit.StateRefused {
			open[r.Visit.ID]++ // the patient was sent to the desk with it
		}
	}
	for _, id := range w.ids {
		r, err := w.store.Visit(id)
		if err != nil {
			w.t.Errorf("visit %s is lost: %v", id, err)
			continue
		}
		w.check(r)
		want := 1
		if r.State == visit.StateDone || r.State == visit.StateDropped {
			want = 0
		}
		if open[id] != want {
			w.t.Errorf("visit %s is %s, and %d answer for it", id, r.State, open[id])
		}
	}
	w.checkAway()
	if len(work) != len(open) {
		w.t.Errorf("%d are open, %d are on the list of work", len(open), len(work))
	}
}

package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/desk"
	"authenkiosk/desk/local"
	"authenkiosk/storage"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

var (
	deskSteps = flag.Int("desk-steps", 2000, "how many steps desks and outbox take in TestWhateverDesks...")
	deskSeed  = flag.Uint64("desk-seed", 1, "the seed of their first world")
)

// deskStepsOfAWorld is how long one store lives in the walk.
const deskStepsOfAWorld = 1000

// operators are those of two desks; the last one may release what others hold.
var operators = []string{"desk-1/anna", "desk-1/ben", "desk-2/lead"}

// TestWhateverDesksAndOutboxDoNoItemGetsTwoCodesAndNoneIsForgotten lets desks do at random what
// they may and may not, while the outbox sends, NHSO answers late, wrongly or not at all, the
// days pass and the program ends now and then. Every answer of the store is compared with
// what a small model says (mayHold, mayFinish); what must be true at any time is
// in deskWorld (check, sent, made).
func TestWhateverDesksAndOutboxDoNoItemGetsTwoCodesAndNoneIsForgotten(t *testing.T) {
	if testing.Short() {
		*deskSteps = min(*deskSteps, 500)
	}
	sum := map[string]int{}
	for done, seed := 0, *deskSeed; done < *deskSteps && !t.Failed(); done, seed = done+deskStepsOfAWorld, seed+1 {
		dir, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			t.Fatal(err)
		}
		synctest.Test(t, func(t *testing.T) {
			w := newDeskWorld(t, dir, seed)
			// Midnight comes after a third of the steps, more or less.
			time.Sleep(time.Until(visit.ServiceDateOf(time.Now()).Next().Midnight()) - time.Duration(w.random.IntN(150))*time.Minute)
			for n := range min(deskStepsOfAWorld, *deskSteps-done) {
				w.step()
				if n%100 == 99 {
					synctest.Wait()
					w.checkAll()
				}
				if t.Failed() {
					t.Logf("seed %d, step %d", seed, n)
					break
				}
			}
			w.end()
			w.start()
			w.dropHalves()
			synctest.Wait()
			w.checkAll()
			w.checkAudit()
			w.end()
			w.endStation()
			for name, n := range w.count {
				sum[name] += n
			}
		})
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(sum)) {
		t.Logf("%s: %d", name, sum[name])
	}
	for name := range deskActions {
		if *deskSteps >= 20_000 && sum[name+": yes"] == 0 {
			t.Errorf("nobody ever did %s", name)
		}
	}
	for _, what := range awayKinds {
		if *deskSteps >= 100_000 && sum["at the station: "+what] == 0 {
			t.Errorf("at the station never: %s", what)
		}
	}
}

// deskActions are what happens, with how often of a hundred steps.
var deskActions = map[string]struct {
	often int
	do    func(*deskWorld) (happened bool)
}{
	"visit": {12, (*deskWorld).newVisit}, "open item": {1, (*deskWorld).openItem}, "take back": {2, (*deskWorld).takeBack}, "by phone": {2, (*deskWorld).byPhone}, "hold": {16, (*deskWorld).hold},
	"release": {10, (*deskWorld).release}, "complete": {10, (*deskWorld).complete}, "new authen": {5, (*deskWorld).newAuthen},
	"settle": {8, (*deskWorld).settle}, "second code": {1, (*deskWorld).secondCode}, "give up": {3, (*deskWorld).giveUp}, "reopen": {3, (*deskWorld).reopen},
	"wait": {14, (*deskWorld).wait}, "save at the station": {5, (*deskWorld).saveAtStation}, "tell the ends": {4, (*deskWorld).tellOf}, "NHSO goes or comes": {3, (*deskWorld).switchNHSO}, "restart": {1, (*deskWorld).restart},
}

func (w *deskWorld) step() {
	n := w.random.IntN(100)
	for _, name := range slices.Sorted(maps.Keys(deskActions)) {
		a := deskActions[name]
		if n -= a.often; n >= 0 {
			continue
		}
		synctest.Wait() // whatever is at work waits for time to pass: nothing comes between
		what := ": no"
		if a.do(w) {
			what = ": yes"
		}
		w.count[name+what]++
		return
	}
	w.t.Fatal("the actions are less than a hundred")
}

// some returns a visit as it stands: mostly one that is open, or a young one.
func (w *deskWorld) some() (storage.Record, bool) {
	if len(w.ids) == 0 {
		return storage.Record{}, false
	}
	if w.random.IntN(3) > 0 {
		work, err := w.store.Work()
		if err != nil {
			w.t.Error(err)
		}
		if len(work) > 0 {
			r := work[len(work)-1-w.random.IntN(min(len(work), 12))]
			w.check(r)
			return r, true
		}
	}
	young := min(len(w.ids), 12)
	if w.random.IntN(8) == 0 {
		young = len(w.ids)
	}
	return w.read(w.ids[len(w.ids)-1-w.random.IntN(young)]), true
}

// someHeld returns mostly a visit that somebody holds, and for which nothing is made yet.
func (w *deskWorld) someHeld() (storage.Record, bool) {
	work, err := w.store.Work()
	if err != nil {
		w.t.Error(err)
	}
	work = slices.DeleteFunc(work, func(r storage.Record) bool { return !r.Held() || r.Hold.Completion != "" || !makes(r) })
	if len(work) == 0 || w.random.IntN(4) == 0 {
		return w.some()
	}
	return work[w.random.IntN(len(work))], true
}

func (w *deskWorld) read(id visit.ID) storage.Record {
	r, err := w.store.Visit(id)
	if err != nil {
		w.t.Fatal(err)
	}
	w.check(r)
	return r
}

// operator returns somebody, mostly whoever holds the visit.
func (w *deskWorld) operator(r storage.Record) string {
	if r.Held() && w.random.IntN(4) > 0 {
		return r.Hold.By
	}
	return operators[w.random.IntN(len(operators))]
}

// ask asks NHSO for the code of a visit, as a desk does.
func (w *deskWorld) ask(v visit.Visit, besides ...visit.AuthenCode) (storage.Answer, bool) {
	codes, err := w.nhso.Codes(w.t.Context(), v.PID, v.ServiceDate)
	synctest.Wait()
	if err != nil {
		return storage.Answer{}, false
	}
	for _, c := range codes {
		if c.Fits(v) && !slices.Contains(besides, c.Code) {
			return storage.Answer{At: time.Now(), Code: c.Code, Issued: c.At}, true
		}
	}
	return storage.Answer{At: time.Now()}, true
}

// verdict is the model's and the store's answer to an action.
type verdict string

const (
	yes      verdict = "yes"
	inFlight verdict = "a request may be at work"
	others   verdict = "somebody else holds it"
	nobodys  verdict = "nobody holds it"
	unasked  verdict = "NHSO was not asked"
	ended    verdict = "it has ended"
)

func verdictOf(err error) verdict {
	switch {
	case err == nil:
		return yes
	case errors.Is(err, storage.ErrInFlight):
		return inFlight
	case errors.As(err, new(*storage.HeldError)):
		return others
	case errors.Is(err, storage.ErrNotHeld):
		return nobodys
	case errors.Is(err, storage.ErrNotAsked):
		return unasked
	case errors.As(err, new(*storage.TransitionError)):
		return ended
	}
	return verdict(err.Error())
}

// mayHold is the model of Hold.
func (w *deskWorld) mayHold(r storage.Record, by string) verdict {
	switch {
	case r.Hold.By == by:
		return yes
	case r.Held():
		return others
	case r.State == visit.StateDone, r.State == visit.StateDropped:
		return ended
	case mayBeAtWork(r):
		return inFlight
	}
	return w.quiet(r.Visit)
}

// quiet is the model of what another visit of the same service forbids.
func (w *deskWorld) quiet(v visit.Visit) verdict {
	same, err := w.store.Find(v.PID, v.ServiceDate)
	if err != nil {
		w.t.Error(err)
	}
	for _, o := range same { // the first of them decides
		switch {
		case o.Visit.ID == v.ID || o.Visit.ClaimType != v.ClaimType:
		case o.Held():
			return others
		case mayBeAtWork(o), o.Completes != "" && o.State.Unsettled():
			return inFlight
		}
	}
	return yes
}

// mayBeAtWork reports whether NHSO may be at work on a visit.
func mayBeAtWork(r storage.Record) bool {
	return r.State == visit.StateInflight || r.State == visit.StatePending && r.Attempts > r.Answered
}

// mayFinish is the model of whatever ends a hold.
func (w *deskWorld) mayFinish(r storage.Record, holder string) verdict {
	switch {
	case !r.Held():
		return nobodys
	case r.Hold.By != holder:
		return others
	case !r.Hold.Away.IsZero():
		return inFlight
	case r.Hold.Completion == "":
		return yes
	}
	if made := w.read(r.Hold.Completion); made.State.Unsettled() || made.Held() {
		return inFlight
	}
	return yes
}

// answered compares, and holds that the audit has one more entry for what was done and
// that what was refused has changed nothing.
func (w *deskWorld) answered(what string, before storage.Record, entries uint64, err error, want verdict, event string) bool {
	now, after := w.entries(), w.read(before.Visit.ID)
	changed := fmt.Sprint(before.State, before.Hold, before.Code, before.Closed) != fmt.Sprint(after.State, after.Hold, after.Code, after.Closed)
	switch got := verdictOf(err); {
	case got != want:
		w.t.Errorf("%s of visit %s (%s, held by %q): %v, want %s", what, before.Visit.ID, before.State, before.Hold.By, err, want)
	case got != yes && (changed || now != entries):
		w.t.Errorf("%s of visit %s was refused and has changed it: %s", what, before.Visit.ID, after.State)
	case got == yes && changed && now == entries:
		w.t.Errorf("%s of visit %s is not in the audit", what, before.Visit.ID)
	case got == yes && changed:
		w.audit[event]++
	}
	return err == nil
}

func (w *deskWorld) entries() uint64 {
	n, _, err := w.store.AuditMark()
	if err != nil {
		w.t.Error(err)
	}
	return n
}

// submit lets the outbox send a visit whose patient waits.
func (w *deskWorld) submit(id visit.ID) {
	box := w.outbox
	w.patient.Go(func() { box.Submit(w.t.Context(), id) })
}

func (w *deskWorld) newVisit() bool {
	v := w.visit(patient(1+w.random.IntN(10)), []string{"PG0060001", "PG0130001"}[w.random.IntN(2)])
	if a, _ := w.ask(v); a.Code != "" { // the kiosk shows it instead
		return false
	}
	v = w.visit(v.PID, v.ClaimType.Code) // the day may have ended meanwhile
	if err := w.store.Save(v, v.CreatedAt); err != nil {
		w.t.Fatal(err)
	}
	w.ids = append(w.ids, v.ID)
	if w.random.IntN(4) > 0 { // the others have left before
		w.submit(v.ID)
	}
	return true
}

// byPhone has somebody without a code of today make one with their own phone. It does not come between
// a question about them and the request that follows it: nobody can keep that apart.
func (w *deskWorld) byPhone() bool {
	v := w.visit(patient(1+w.random.IntN(10)), "PG0060001")
	for _, store := range []*storage.Store{w.store, w.station} {
		same, err := store.Find(v.PID, v.ServiceDate)
		if err != nil {
			w.t.Error(err)
		}
		if slices.ContainsFunc(same, func(r storage.Record) bool { return mayBeAtWork(r) || r.Code != "" }) {
			return false
		}
	}
	w.nhso.mu.Lock()
	busy := w.nhso.down || w.nhso.asking[v.PID] > 0 || len(w.nhso.codes[deskPerson{v.PID, v.ServiceDate}]) > 0
	w.nhso.mu.Unlock()
	if !busy {
		w.nhso.make(v, 0)
	}
	return !busy
}

func (w *deskWorld) openItem() bool {
	now, by := time.Now(), operators[w.random.IntN(len(operators))]
	id := w.visit(patient(1), "PG0060001").ID
	if err := w.store.OpenItem(id, "99999", visit.HNOf("69-001"), storage.Opened{By: by, Why: rules.Unconscious}, now); err != nil {
		w.t.Error(err)
	}
	w.audit["visit-saved"]++
	w.ids = append(w.ids, id)
	return true
}

func (w *deskWorld) takeBack() bool {
	r, ok := w.some()
	if !ok || r.State != visit.StatePending || r.Attempts > 0 || r.Completes != "" {
		return false
	}
	return w.store.Drop(r.Visit.ID, time.Now()) == nil
}

func (w *deskWorld) hold() bool {
	r, ok := w.some()
	if !ok {
		return false
	}
	by, entries := w.operator(r), w.entries()
	err := w.store.Hold(r.Visit.ID, by, time.Now())
	ok = w.answered("hold", r, entries, err, w.mayHold(r, by), "visit-held")
	if after := w.read(r.Visit.ID); ok && (after.Hold.By != by || after.Stands() != r.Stands()) {
		w.t.Errorf("%s holds visit %s, and %q does", by, r.Visit.ID, after.Hold.By)
	}
	return ok
}

func (w *deskWorld) release() bool {
	r, ok := w.some()
	if !ok {
		return false
	}
	a, _ := w.ask(r.Visit, r.Second.Besides...)
	r = w.read(r.Visit.ID)
	holder, by, entries, stood := w.operator(r), w.operator(r), w.entries(), r.Stands()
	want := w.mayFinish(r, holder)
	if day := r.Hold.Away; !day.IsZero() && r.Hold.By == holder && a.At.After(day.Next().Midnight().Add(time.Hour)) {
		want, stood = yes, visit.StateStaff // the station is lost
	}
	if want == yes && !a.At.After(r.Hold.At) {
		want = unasked
	}
	err := w.store.Release(r.Visit.ID, holder, by, a, time.Now())
	event := map[bool]string{true: "visit-released", false: "visit-done"}[a.Code == ""]
	ok = w.answered("release", r, entries, err, want, event)
	after := w.read(r.Visit.ID)
	switch {
	case ok && a.Code == "" && (after.Held() || after.State != stood):
		w.t.Errorf("visit %s was released to where it did not stand: %s, %s", r.Visit.ID, after.State, stood)
	case ok && a.Code != "" && after.Code != a.Code:
		w.t.Errorf("visit %s was released with a code and is %s", r.Visit.ID, after.State)
	}
	if ok {
		w.outbox.Wake()
	}
	return ok
}

// makes reports whether a desk may have a code made for the visit, by what its table says.
func makes(r storage.Record) bool {
	i := rules.Item{State: r.Stands(), Problem: r.Problem, Unknown: r.Opened.By != "", ServiceDate: r.Visit.ServiceDate}
	return slices.ContainsFunc(i.Next(visit.ServiceDateOf(time.Now())).Steps, rules.Step.MakesCode)
}

func (w *deskWorld) complete() bool {
	r, ok := w.someHeld()
	if !ok || !makes(r) {
		return false
	}
	of, unknown := r.Visit, r.Opened.By != ""
	if unknown { // somebody knows now who it is
		of = w.visit(patient(1+w.random.IntN(10)), "PG0060001")
	}
	a, _ := w.ask(of, r.Second.Besides...) // without an answer of NHSO it goes on
	if a.Code != "" {                      // it is shown instead
		return false
	}
	r = w.read(r.Visit.ID)
	by, entries := w.operator(r), w.entries()
	if !makes(r) {
		return false
	}
	v := w.visit(of.PID, of.ClaimType.Code)
	if !unknown && w.random.IntN(2) == 0 { // what else waits here for that person, the station does not know
		return w.completeAtStation(r, by, v)
	}
	want := w.mayFinish(r, by)
	if unknown && want == yes {
		want = w.quiet(v)
	}
	err := w.store.Complete(r.Visit.ID, by, v, nil, v.CreatedAt)
	ok = w.answered("complete", r, entries, err, want, "visit-completed")
	if ok {
		w.audit["visit-saved"]++
		w.ids = append(w.ids, v.ID)
		w.mu.Lock()
		w.item[v.ID] = r.Visit.ID
		w.mu.Unlock()
		w.submit(v.ID)
	}
	return ok
}

// newAuthen has NHSO's page make a code by hand, for one who holds the item, while nothing is
// on its way for it or for anybody of its service.
func (w *deskWorld) newAuthen() bool {
	r, ok := w.some()
	if !ok || !r.Held() || r.Opened.By != "" || !makes(r) || w.mayFinish(r, r.Hold.By) != yes {
		return false
	}
	a, asked := w.ask(r.Visit, r.Second.Besides...)
	if r = w.read(r.Visit.ID); !asked || a.Code != "" || !makes(r) || !r.Held() || w.mayFinish(r, r.Hold.By) != yes {
		return false
	}
	same, err := w.store.Find(r.Visit.PID, r.Visit.ServiceDate)
	if err != nil || slices.ContainsFunc(same, func(o storage.Record) bool {
		// The desk shows what the machine knows, also a code that NHSO does not show yet.
		return o.State == visit.StateInflight || o.Completes != "" && o.State.Unsettled() || o.Code != "" && o.Visit.ClaimType == r.Visit.ClaimType
	}) {
		return false
	}
	w.nhso.make(r.Visit, 0)
	return true
}

func (w *deskWorld) settle() bool {
	r, ok := w.some()
	if !ok {
		return false
	}
	a, _ := w.ask(r.Visit, r.Second.Besides...)
	if r = w.read(r.Visit.ID); a.Code == "" {
		return false
	}
	by, entries := w.operator(r), w.entries()
	err := w.store.Settle(r.Visit.ID, by, a.Code, a.Issued, "", time.Now())
	return w.answered("settle", r, entries, err, w.mayFinish(r, by), "visit-done")
}

// secondCode makes a visit for a second code of a person who has one, for a referral.
func (w *deskWorld) secondCode() bool {
	r, ok := w.some()
	if !ok || r.State != visit.StateDone || r.Visit.PID.IsZero() || r.Visit.ServiceDate != visit.ServiceDateOf(time.Now()) {
		return false
	}
	by := w.operator(r)
	d := local.New(local.Options{Store: w.store, NHSO: w.outbox})
	o := desk.Operator{ID: "00000000000000a1", Name: by, Role: rules.Staff}
	a, err := d.SecondCode(w.t.Context(), o, r.Visit.ID, rules.Referral)
	synctest.Wait()
	w.audit["nhso-asked"]++
	if err != nil {
		if !errors.Is(err, desk.NoAnswer) {
			w.t.Error(err)
		}
		return false
	}
	v, second := w.visit(r.Visit.PID, r.Visit.ClaimType.Code), storage.Second{Of: r.Visit.ID, Why: rules.Referral, By: by}
	for _, c := range a.Codes {
		second.Besides = append(second.Besides, c.Code)
	}
	if err := w.store.SaveSecond(v, second, nil, v.CreatedAt); err != nil {
		w.t.Error(err)
	}
	w.audit["visit-saved"]++
	w.audit["second-code"] += 2
	w.ids = append(w.ids, v.ID)
	w.mu.Lock()
	w.second[serviceOf(v)]++
	w.mu.Unlock()
	w.submit(v.ID)
	return true
}

func (w *deskWorld) giveUp() bool {
	r, ok := w.some()
	if !ok {
		return false
	}
	by, entries := w.operator(r), w.entries()
	why := rules.Reasons()[w.random.IntN(len(rules.Reasons()))]
	err := w.store.GiveUp(r.Visit.ID, by, why, time.Now())
	ok = w.answered("give up", r, entries, err, w.mayFinish(r, by), "visit-given-up")
	if ok {
		w.given = append(w.given, r.Visit.ID)
	}
	return ok
}

// ofOtherService reports whether a visit is of another service than one for which it was made.
func (w *deskWorld) ofOtherService(r storage.Record) bool {
	for item := w.item[r.Visit.ID]; item != ""; item = w.item[item] {
		if serviceOf(w.read(item).Visit) != serviceOf(r.Visit) {
			return true
		}
	}
	return false
}

func (w *deskWorld) reopen() bool {
	r, ok := w.some()
	if n := len(w.given); n > 0 && w.random.IntN(4) > 0 {
		r, ok = w.read(w.given[w.random.IntN(n)]), true
	}
	if !ok {
		return false
	}
	want, entries := ended, w.entries()
	if r.State == visit.StateDropped && r.Closed != "" && !w.ofOtherService(r) {
		want = yes
	}
	err := w.store.Reopen(r.Visit.ID, w.operator(r), time.Now())
	ok = w.answered("reopen", r, entries, err, want, "visit-reopened")
	if after := w.read(r.Visit.ID); ok && (after.State != visit.StateStaff || after.Held()) {
		w.t.Errorf("visit %s was brought back and is %s", r.Visit.ID, after.State)
	}
	if ok {
		w.mu.Lock()
		w.reopened[r.Visit.ID] = true
		w.mu.Unlock()
	}
	return ok
}

func (w *deskWorld) wait() bool {
	switch n := w.random.IntN(4000); {
	case n == 0:
		time.Sleep(26 * time.Hour) // so long NHSO is asked at most
	case n < 60:
		time.Sleep(time.Duration(10+w.random.IntN(30)) * time.Minute)
	case n < 800:
		time.Sleep(time.Duration(w.random.IntN(120)) * time.Second)
	default:
		time.Sleep(time.Duration(w.random.IntN(8000)) * time.Millisecond)
	}
	synctest.Wait()
	if _, err := w.store.EndOpened(visit.ServiceDateOf(time.Now()), time.Now()); err != nil {
		w.t.Error(err)
	}
	return true
}

func (w *deskWorld) switchNHSO() bool {
	w.nhso.mu.Lock()
	defer w.nhso.mu.Unlock()
	if w.nhso.down || w.nhso.deaf {
		w.nhso.down, w.nhso.deaf = false, false
		return true
	}
	w.nhso.deaf = w.random.IntN(2) == 0
	w.nhso.down = !w.nhso.deaf
	return true
}

func (w *deskWorld) restart() bool {
	which := w.random.IntN(3)
	if which != 1 {
		w.end()
		w.start()
	}
	if which != 0 {
		w.endStation()
		w.startStation()
	}
	return true
}

// checkAudit holds the audit of the whole walk against what the desks have done.
func (w *deskWorld) checkAudit() {
	var lines bytes.Buffer
	if err := w.store.AuditExport(&lines); err != nil {
		w.t.Error(err)
	}
	names := map[string]bool{}
	for _, o := range operators {
		names[w.store.OperatorHandle(o)] = true
	}
	got := map[string]int{}
	for line := range strings.Lines(lines.String()) {
		var e struct{ Event, Role, Result, Handle string }
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			w.t.Fatal(err)
		}
		if e.Role != storage.RoleStaff {
			continue
		}
		if !names[e.Handle] {
			w.t.Errorf("nobody has done %s", line)
		}
		if e.Result != "completed" { // that follows by itself when the visit for an item is done
			got[e.Event]++
		}
	}
	if !maps.Equal(got, w.audit) {
		w.t.Errorf("the audit has %v, and done was %v", got, w.audit)
	}
}

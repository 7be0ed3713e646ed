package app

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	cryptorand "crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"log/slog"
	"math"
	"math/big"
	"math/rand/v2"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"authenkiosk/app/upstream"
	"authenkiosk/nhso"
	"authenkiosk/nhso/testzone"
	"authenkiosk/outbox"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

var clocks = flag.Int("clocks", 5, "how many wrong clocks TestWrongClocks... plays")

// The bounds of the experiment.
const (
	clockKeepDays  = 3
	clockStaffDays = 30
	clockHost      = "nhso.invalid"
	// clockWrongFor is how long a clock is wrong, in steps of a minute.
	clockWrongFor = 10 * 60
)

// clockKinds are the ways in which a clock is wrong. Each tells what it shows at a
// moment; steps counts minutes.
var clockKinds = []struct {
	name string
	wall func(now time.Time, steps int, r *rand.Rand) time.Time
	sets func(steps int) bool // whether it is set while the program runs
}{
	{"battery, 2000", deadBattery(2000), never},
	{"battery, 2015", deadBattery(2015), never},
	{"year 2569", func(now time.Time, _ int, _ *rand.Rand) time.Time { return now.AddDate(visit.BuddhistEraOffset, 0, 0) }, never},
	{"a month ahead", func(now time.Time, _ int, _ *rand.Rand) time.Time { return now.AddDate(0, 1, 0) }, never},
	{"back and forth", backAndForth, func(steps int) bool { return steps%17 == 0 }},
}

func never(int) bool { return false }

func deadBattery(year int) func(time.Time, int, *rand.Rand) time.Time {
	return func(time.Time, int, *rand.Rand) time.Time { return time.Date(year, 1, 1, 0, 0, 30, 0, visit.Bangkok) }
}

func backAndForth(now time.Time, _ int, r *rand.Rand) time.Time {
	return []time.Time{
		now, now.AddDate(0, 1, 0), now.AddDate(0, 0, 2), now.AddDate(0, 0, -1), now.AddDate(-1, 0, 0),
		now.AddDate(visit.BuddhistEraOffset, 0, 0), now.Add(-time.Hour), now.Add(4 * time.Minute), now.AddDate(0, 0, 4),
	}[r.IntN(9)]
}

// clockWorld is a kiosk without a screen whose wall clock is wrong, before an NHSO
// whose clock is right. Its program can be ended and started again.
type clockWorld struct {
	t      *testing.T
	random *rand.Rand
	dir    string
	zone   *testzone.Zone
	line   *testzone.PipeListener
	roots  *x509.CertPool
	away   atomic.Bool               // the outbox asks meanwhile, as it asks for the time
	offset atomic.Int64              // of the wall clock, in nanoseconds
	past   atomic.Pointer[time.Time] // see noted

	store     *storage.Store
	client    *nhso.Endpoint
	health    *upstream.Health
	guard     *upstream.ClockGuard
	began     time.Time
	retention *retention
	outbox    *outbox.Outbox
	end       func()
	closeZone func()

	known  map[visit.ID]time.Time // acknowledged visits, and when that truly was
	people int
	count  clockCount
}

type clockCount struct{ saved, refused, erased, early, lost, twice, otherDay, done, staff int }

func (w *clockWorld) wall() time.Time { return time.Now().Add(time.Duration(w.offset.Load())).Round(0) }

// set makes the wall clock show that.
func (w *clockWorld) set(wall time.Time) { w.offset.Store(int64(wall.Sub(time.Now().Round(0)))) }

var errAway = errors.New("away")

// start is what New does, as far as it concerns the clock.
func (w *clockWorld) start() {
	w.t.Helper()
	var err error
	if w.store, err = storage.Open(w.dir, storage.Options{Now: w.noted}); err != nil {
		w.t.Fatal(err)
	}
	w.client, err = nhso.NewEndpoint(nhso.Options{
		Zone: visit.ZoneTest, EndpointURL: "https://" + clockHost, StatusURL: "https://" + clockHost, Now: w.wall, RootCAs: w.roots,
		Token: func() (string, error) { return testzone.DefaultToken, nil },
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if w.away.Load() {
				return nil, &net.OpError{Op: "dial", Err: errAway}
			}
			return w.line.DialContext(ctx, network, address)
		},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	w.health, w.began = upstream.NewHealth(nil), time.Now()
	w.guard = upstream.NewClockGuard(clockToday.AddDate(0, -2, 0))
	w.retention = &retention{
		store: w.store, log: log, clock: w.clock, confirmable: true,
		stood: func() (time.Duration, bool) { return w.guard.Stood(time.Since(w.began)) },
		also:  func(time.Time) {}, keep: func() storage.Keep {
			return storage.Keep{Days: clockKeepDays, PhotoDays: clockKeepDays, StaffDays: clockStaffDays, Delivered: math.MaxUint64}
		},
	}
	w.outbox = outbox.New(outbox.Options{
		Store: Visits{w.store, func(visit.ID, visit.State) {}}, NHSO: upstream.New(w.client, w.health, nil, nil), Log: log, Clock: w.clock, Now: w.wall,
	})
	ctx, cancel := context.WithCancel(w.t.Context())
	ended := make(chan struct{})
	go func() { w.outbox.Run(ctx); close(ended) }()
	w.end = func() {
		cancel()
		<-ended
		w.client.Close()
		if err := w.store.Close(); err != nil {
			w.t.Error(err)
		}
	}
}

func (w *clockWorld) clock() outbox.Clock {
	return upstream.ClockFor(w.guard.Look(w.wall(), time.Since(w.began), upstream.WitnessOf(w.client, w.health.LastAnswer())))
}

// save keeps a visit as of a day by the right clock.
func (w *clockWorld) save(at time.Time, wall time.Time) visit.ID {
	w.t.Helper()
	phone, err := visit.ParsePhone(typedPhone)
	if err != nil {
		w.t.Fatal(err)
	}
	w.people++
	v := visit.Visit{
		ID: visit.ID(uuid.Must(uuid.NewV7()).String()), HCode: "99999", ServiceDate: visit.ServiceDateOf(wall), PID: patient(w.people),
		Name: visit.Name{First: "ทดสอบ", Last: "ระบบ"}, Phone: phone, PhoneOwner: visit.PhoneOfPatient,
		ClaimType: visit.ClaimType{Code: "PG0060001"}, Method: visit.MethodCard, CreatedAt: wall,
	}
	if err := w.store.Save(v, wall); err != nil {
		w.t.Fatal(err)
	}
	w.known[v.ID] = at
	w.count.saved++
	return v.ID
}

// noted is the time that the store notes: that of the history, while it is made.
func (w *clockWorld) noted() time.Time {
	if past := w.past.Load(); past != nil {
		return *past
	}
	return time.Now()
}

// history is what is in the store when the clock goes wrong: visits of the last days
// that are done, work for the staff, and what is on its way.
func (w *clockWorld) history() {
	w.t.Helper()
	must := func(err error) {
		w.t.Helper()
		if err != nil {
			w.t.Fatal(err)
		}
	}
	now := time.Now()
	for days := range 6 {
		at := now.AddDate(0, 0, -days)
		w.past.Store(&at)
		for i := range 2 {
			id := w.save(at, at)
			must(w.store.Begin(id, at))
			must(w.store.Done(id, visit.AuthenCode(fmt.Sprintf("PP99%06d%02d", w.people, i)), at))
		}
		if days > 0 {
			must(w.store.Staff(w.save(at, at), visit.ServiceDatePassed, at))
		}
	}
	w.past.Store(nil)
	w.save(now, now)
	must(w.store.Begin(w.save(now, now), now.Add(-time.Second)))
	must(w.store.Begin(w.save(now.AddDate(0, 0, -1), now.AddDate(0, 0, -1)), now.AddDate(0, 0, -1)))
	_, err := w.store.Expire(now.AddDate(0, 0, -1), storage.Keep{
		Days: 30, PhotoDays: 30, StaffDays: clockStaffDays, Confirmed: true, Delivered: math.MaxUint64,
	})
	must(err)
}

// patient comes to the kiosk, which takes no visit while it knows that its clock is
// wrong, and is sometimes ended at the worst moment.
func (w *clockWorld) patient() {
	if w.clock() == outbox.ClockWrong {
		w.count.refused++
		return
	}
	id := w.save(time.Now(), w.wall())
	if w.random.IntN(4) > 0 {
		w.outbox.Submit(w.t.Context(), id)
	}
}

// look plays a minute: the lights, the prober, the erasure.
func (w *clockWorld) look(step int) {
	if step%5 == 0 {
		began := time.Now()
		_, err := w.client.Probe(w.t.Context())
		w.health.Note(time.Since(began), err)
	}
	w.clock()
	before := w.retention.done
	w.retention.look(w.wall())
	if w.retention.done != before {
		w.erased()
	}
}

// erased looks for what is gone, and whether that was too early by the right clock.
func (w *clockWorld) erased() {
	for id, at := range w.known {
		_, err := w.store.Visit(id)
		if err == nil {
			continue
		}
		delete(w.known, id)
		past, err2 := w.store.Past(visit.Date{Year: 1}, visit.Date{Year: 9999, Month: 12, Day: 31})
		if err2 != nil || !errors.Is(err, storage.ErrNotFound) {
			w.t.Errorf("visit %s: %v, %v", id, err, err2)
		}
		limit, there := clockKeepDays, false
		for _, p := range past {
			if p.ID == id {
				there = true
				if p.State == visit.StateStaff {
					limit = clockStaffDays
				}
			}
		}
		w.count.erased++
		if !there {
			w.count.lost++
			w.t.Errorf("visit %s has left nothing", id)
		}
		if days := time.Since(visit.ServiceDateOf(at).Midnight()) / (24 * time.Hour); int(days) <= limit {
			w.count.early++
			w.t.Errorf("visit %s was erased after %d days; the clock showed %s", id, days, w.wall())
		}
	}
}

// ends judges what became of everything, when the clock has been right for long.
func (w *clockWorld) ends() {
	for id := range w.known {
		r, err := w.store.Visit(id)
		switch {
		case err != nil:
			w.count.lost++
			w.t.Errorf("visit %s: %v", id, err)
		case r.State == visit.StateDone:
			w.count.done++
		case r.State == visit.StateStaff:
			w.count.staff++
		default:
			w.count.lost++
			w.t.Errorf("visit %s of %s is still %s", id, r.Visit.ServiceDate, r.State)
		}
	}
	made := map[string]int{}
	for _, c := range w.zone.Codes() {
		if c.TransID == "" {
			continue
		}
		if made[c.TransID]++; made[c.TransID] > 1 {
			w.count.twice++
			w.t.Errorf("visit %s has two codes", c.TransID)
		}
		if r, err := w.store.Visit(visit.ID(c.TransID)); err == nil && r.Visit.ServiceDate != visit.ServiceDateOf(c.At) {
			w.count.otherDay++
			w.t.Errorf("visit %s of %s was sent on %s", c.TransID, r.Visit.ServiceDate, c.At)
		}
	}
}

// clockToday is when the clock goes wrong, by the right one.
var clockToday = time.Date(2026, 11, 22, 9, 0, 0, 0, visit.Bangkok)

// TestWrongClocksLoseSendTwiceAndEraseNothing plays the time. The long run is
// -clocks 200.
func TestWrongClocksLoseSendTwiceAndEraseNothing(t *testing.T) {
	totals := map[string]*clockCount{}
	for n := range *clocks {
		kind := clockKinds[n%len(clockKinds)]
		t.Run(fmt.Sprintf("%s %d", kind.name, n), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(clockToday))
				random := rand.New(rand.NewPCG(11, uint64(n)))
				w := newClockWorld(t, random)
				w.start()
				w.history()
				w.set(kind.wall(time.Now(), 0, random))
				w.end() // it is switched off, and wakes up with a wrong clock
				w.start()
				present := random.IntN(3) // NHSO: always there, away, comes and goes
				for step := range clockWrongFor {
					w.away.Store(present == 1 || present == 2 && step/40%2 == 0)
					if kind.sets(step) {
						w.set(kind.wall(time.Now(), step, random))
					}
					if random.IntN(150) == 0 {
						w.end()
						w.start()
					}
					w.look(step)
					if random.IntN(12) == 0 {
						w.patient()
					}
					time.Sleep(time.Minute)
				}
				w.away.Store(false)
				w.set(time.Now())
				for step := range 26 * 6 { // over midnight
					w.look(5 * step)
					time.Sleep(10 * time.Minute)
				}
				w.erased()
				w.ends()
				w.close()
				total := totals[kind.name]
				if total == nil {
					total = &clockCount{}
					totals[kind.name] = total
				}
				total.add(w.count)
			})
		})
	}
	all := clockCount{}
	for _, kind := range clockKinds {
		if c := totals[kind.name]; c != nil {
			t.Logf("%-15s %s", kind.name, c)
			all.add(*c)
		}
	}
	t.Logf("%d clocks: %s", *clocks, &all)
	if all.done == 0 || all.staff == 0 || all.refused == 0 || all.erased == 0 {
		t.Errorf("the run proves little: %+v", all)
	}
}

func (c *clockCount) add(o clockCount) {
	*c = clockCount{
		c.saved + o.saved, c.refused + o.refused, c.erased + o.erased, c.early + o.early, c.lost + o.lost, c.twice + o.twice,
		c.otherDay + o.otherDay, c.done + o.done, c.staff + o.staff,
	}
}

// String tells the figures.
func (c *clockCount) String() string {
	return fmt.Sprintf("%d visits kept, %d turned away; %d done, %d with the staff; "+
		"%d lost, %d sent twice, %d sent on another day; %d erased, %d of them early",
		c.saved, c.refused, c.done, c.staff, c.lost, c.twice, c.otherDay, c.erased, c.early)
}

func newClockWorld(t *testing.T, random *rand.Rand) *clockWorld {
	t.Helper()
	zone, err := testzone.New(testzone.Options{})
	if err != nil {
		t.Fatal(err)
	}
	addPatients(t, zone, 0, 200)
	w := &clockWorld{
		t: t, random: random, dir: t.TempDir(), zone: zone, line: testzone.Pipe(), roots: x509.NewCertPool(), known: map[visit.ID]time.Time{},
	}
	certificate := clockCertificate(t)
	w.roots.AddCert(certificate.Leaf)
	server := &http.Server{
		Handler: zone, ReadHeaderTimeout: time.Minute,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}},
		ErrorLog:  log.New(io.Discard, "", 0), // of clients that do not believe the date
	}
	served := make(chan error, 1)
	go func() { served <- server.ServeTLS(w.line, "", "") }()
	w.closeZone = func() {
		_ = server.Close()
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	}
	return w
}

// clockCertificate is NHSO's, of the year around the experiment.
func clockCertificate(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), cryptorand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: clockHost}, DNSNames: []string{clockHost},
		NotBefore: clockToday.AddDate(0, -6, 0), NotAfter: clockToday.AddDate(0, 6, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(cryptorand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func (w *clockWorld) close() {
	w.end()
	w.closeZone()
}

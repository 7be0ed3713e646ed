package kiosk

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"authenkiosk/app"
	"authenkiosk/app/config"
	"authenkiosk/app/demo"
	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/nhso"
	"authenkiosk/nhso/testzone"
	"authenkiosk/outbox"
	"authenkiosk/storage"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

var kills = flag.Int("kills", 12, "how often the kiosk is killed in TestKillingTheKiosk...")

// The child's times: a server that works on a request for at most killSlow, a
// client that gives up before, and a settle time that is longer.
const (
	killTimeout = 150 * time.Millisecond
	killSlow    = 400 * time.Millisecond
	killSettle  = time.Second
	// killPatients is how many patients come to one life of the kiosk before those of
	// the next one: more than it can serve in 700 ms. Some come again.
	killPatients = 15
	// killWaiting is how many visits wait in the queue at every kill, at least, and
	// killQueue how many wait when the kiosk starts.
	killWaiting = 20
	killQueue   = 40
	// killQueued is the number of the first person in the queue.
	killQueued = 1_000_000
)

// killChild names the environment variables of the child process.
const (
	killChildURL  = "AUTHENKIOSK_TEST_ZONE"
	killChildData = "AUTHENKIOSK_TEST_DATA"
	killChildSeed = "AUTHENKIOSK_TEST_SEED"
)

// faultyNHSO is the test zone behind a bad line: of ten submissions one is
// answered 503, one is processed after the client gave up, one is processed and
// its reply is cut.
type faultyNHSO struct {
	zone *testzone.Zone

	mu        sync.Mutex
	random    *rand.Rand
	good      bool                        // the line is good now
	processed map[string]int              // by transId
	queued    int                         // visits that were put into the queue
	taken     map[string]bool             // visits that were processed, or are at this moment
	waiting   map[string]bool             // visits of the queue that were not
	work      map[chan struct{}]time.Time // since when it works on a submission, until it is closed
	late      sync.WaitGroup
}

// begins notes that a submission is being worked on.
func (f *faultyNHSO) begins() (ends func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	done := make(chan struct{})
	f.work[done] = time.Now()
	return func() {
		f.mu.Lock()
		delete(f.work, done)
		f.mu.Unlock()
		close(done)
	}
}

// keepsItsTime waits for every submission that has been worked on for killSlow: a
// server on a machine that stands still, or is busy, takes no longer for one either,
// as seen by those who ask it.
func (f *faultyNHSO) keepsItsTime() {
	f.mu.Lock()
	var due []chan struct{}
	for done, since := range f.work {
		if time.Since(since) >= killSlow {
			due = append(due, done)
		}
	}
	f.mu.Unlock()
	for _, done := range due {
		<-done
	}
}

func (f *faultyNHSO) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.HasSuffix(r.URL.Path, submitPath) {
		f.keepsItsTime()
		f.zone.ServeHTTP(w, r)
		return
	}
	ends := f.begins()
	f.mu.Lock()
	dice := f.random.IntN(10)
	if f.good {
		dice = 9
	}
	f.mu.Unlock()
	body := readBody(r)
	switch dice {
	case 0:
		ends()
		http.Error(w, "busy", http.StatusServiceUnavailable)
	case 1:
		f.late.Go(func() {
			defer ends()
			<-time.After(killSlow)
			f.process(httptest.NewRecorder(), r.Clone(context.Background()), body)
		})
		<-r.Context().Done()
	case 2:
		f.process(httptest.NewRecorder(), r, body)
		ends()
		panic(http.ErrAbortHandler)
	default:
		f.process(w, r, body)
		ends()
	}
}

// readBody reads a request whole, so that it can be processed when its connection
// is gone.
func readBody(r *http.Request) string {
	b, _ := io.ReadAll(r.Body) // half a request is refused by the zone
	return string(b)
}

func (f *faultyNHSO) process(w http.ResponseWriter, r *http.Request, body string) {
	var request struct {
		TransID string `json:"transId"`
	}
	if json.Unmarshal([]byte(body), &request) == nil && !f.mayProcess(request.TransID) {
		http.Error(w, "busy", http.StatusServiceUnavailable)
		return
	}
	again := httptest.NewRequest(r.Method, r.URL.String(), strings.NewReader(body))
	again.Header = r.Header.Clone()
	f.zone.ServeHTTP(w, again)
	f.mu.Lock()
	f.processed[request.TransID]++
	f.mu.Unlock()
}

// mayProcess leaves so many visits in the queue that it is never empty at a kill.
func (f *faultyNHSO) mayProcess(id string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.good && f.waiting[id] && len(f.waiting) <= killWaiting {
		return false
	}
	delete(f.waiting, id)
	f.taken[id] = true
	return true
}

// fill brings the queue to its length while no kiosk runs. It returns how many visits
// waited before, and the ids of those that it has saved.
func (f *faultyNHSO) fill(t *testing.T, data string) (waited int, saved []string) {
	t.Helper()
	store, err := storage.Open(dataOf(data), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	open, err := store.Unsettled()
	if err != nil {
		t.Fatal(err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.waiting = map[string]bool{}
	fresh := 0 // of these no request has left
	for _, r := range open {
		if id := string(r.Visit.ID); !f.taken[id] {
			f.waiting[id] = true
		}
		if r.State == visit.StatePending {
			fresh++
		}
	}
	for ; fresh < killQueue; fresh++ {
		v := aWaitingVisit(t, f.queued)
		f.queued++
		if err := store.Save(v, v.CreatedAt); err != nil {
			t.Fatal(err)
		}
		f.waiting[string(v.ID)] = true
		saved = append(saved, string(v.ID))
	}
	return len(open), saved
}

// aWaitingVisit is of a person who comes to no kiosk again.
func aWaitingVisit(t *testing.T, n int) visit.Visit {
	t.Helper()
	phone, err := visit.ParsePhone(typedPhone)
	if err != nil {
		t.Fatal(err)
	}
	return visit.Visit{
		ID: visit.ID(uuid.Must(uuid.NewV7()).String()), HCode: config.Default().Unit.HCode, ServiceDate: visit.ServiceDateOf(time.Now()),
		PID: patientOf(killQueued + n), Phone: phone, PhoneOwner: visit.PhoneOfPatient, ClaimType: visit.ClaimType{Code: "PG0060001"},
		Method: visit.MethodCard, Name: visit.Name{First: "ทดสอบ", Last: "ระบบ"}, CreatedAt: time.Now(),
	}
}

// TestKillingTheKioskAtRandomLosesAndDuplicatesNothing kills a kiosk that has visits in
// its queue. The long run is -kills 1000.
func TestKillingTheKioskAtRandomLosesAndDuplicatesNothing(t *testing.T) {
	zone, err := testzone.New(testzone.Options{})
	if err != nil {
		t.Fatal(err)
	}
	addPatients(t, zone, 0, 100+killPatients**kills)
	addPatients(t, zone, killQueued, (*kills+2)*killQueue)
	nhsoSide := &faultyNHSO{zone: zone, random: rand.New(rand.NewPCG(7, 7)), processed: map[string]int{}, taken: map[string]bool{}, work: map[chan struct{}]time.Time{}}
	server := httptest.NewServer(nhsoSide)
	defer server.Close()
	data := t.TempDir()
	random := rand.New(rand.NewPCG(3, 4))
	acknowledged := map[string]bool{}
	var ready []time.Duration
	var waited []int // at each kill
	for i := range *kills {
		n, saved := nhsoSide.fill(t, data)
		if i > 0 {
			waited = append(waited, n)
		}
		for _, id := range saved {
			acknowledged[id] = true
		}
		child := startChild(t, server.URL, data, i)
		ready = append(ready, child.ready())
		life := time.Duration(random.IntN(700)) * time.Millisecond
		if i%10 == 9 {
			life += 2 * killSettle // long enough for what is unclear to be sent again
		}
		time.AfterFunc(life, child.kill)
		for _, id := range child.saved() {
			acknowledged[id] = true
		}
	}
	n, saved := nhsoSide.fill(t, data)
	waited = append(waited, n)
	for _, id := range saved {
		acknowledged[id] = true
	}
	nhsoSide.mu.Lock()
	nhsoSide.good = true
	nhsoSide.mu.Unlock()
	drain(t, server.URL, data)
	nhsoSide.late.Wait()

	store, err := storage.Open(dataOf(data), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	lost, duplicated := 0, 0
	for id := range acknowledged {
		r, err := store.Visit(visit.ID(id))
		if err != nil || r.State != visit.StateDone || r.Code == "" {
			lost++
			t.Errorf("visit %s was acknowledged and is %v: %v", id, r.State, err)
		}
	}
	for id, n := range nhsoSide.processed {
		if n > 1 {
			duplicated++
			t.Errorf("visit %s was processed %d times", id, n)
		}
	}
	slices.Sort(ready)
	slices.Sort(waited)
	if waited[0] < killWaiting {
		t.Errorf("at one of the kills only %d visits waited", waited[0])
	}
	t.Logf("%d kills, each with %d to %d visits waiting: %d visits acknowledged, %d requests processed, %d lost, %d duplicated; ready after a restart: median %s, p99 %s",
		*kills, waited[0], waited[len(waited)-1], len(acknowledged), len(nhsoSide.processed), lost, duplicated,
		ready[len(ready)/2].Round(time.Millisecond), ready[len(ready)*99/100].Round(time.Millisecond))
	if len(acknowledged) < *kills/4 {
		t.Errorf("only %d visits were made: the run proves little", len(acknowledged))
	}
}

func dataOf(dir string) string { return dir + "/" + string(visit.ZoneDemo) }

func addPatients(t *testing.T, zone *testzone.Zone, from, n int) {
	t.Helper()
	pattern := zone.Persons()[0]
	for i := range n {
		p := pattern
		p.PID = patientOf(from + i).Digits()
		if err := zone.PutPerson(p); err != nil {
			t.Fatal(err)
		}
	}
}

// patientOf is the i-th of many.
func patientOf(i int) visit.PID {
	twelve := fmt.Sprintf("91%010d", i)
	pid, err := visit.ParsePID(twelve + string(visit.PIDCheckDigit(twelve)))
	if err != nil {
		panic(err)
	}
	return pid
}

// child is a kiosk in a process of its own.
type child struct {
	t     *testing.T
	cmd   *exec.Cmd
	began time.Time
	lines chan string
}

func startChild(t *testing.T, zone, data string, seed int) *child {
	t.Helper()
	c := &child{t: t, cmd: exec.Command(os.Args[0], "-test.run", "^TestKillChild$", "-test.count", "1"), lines: make(chan string, 1000)}
	c.cmd.Env = append(os.Environ(), killChildURL+"="+zone, killChildData+"="+data, fmt.Sprintf("%s=%d", killChildSeed, seed))
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c.cmd.Stdout = w // Windows hands on no other files
	c.began = time.Now()
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = w.Close()
	go func() {
		defer close(c.lines)
		defer func() { _ = r.Close() }()
		var line string
		for {
			if _, err := fmt.Fscanln(r, &line); err != nil {
				return
			}
			c.lines <- line
		}
	}()
	return c
}

// ready returns how long the child took until its store was open and its kiosk
// at work.
func (c *child) ready() time.Duration {
	c.t.Helper()
	if line := <-c.lines; line != "ready" {
		c.t.Fatalf("the kiosk does not come up: %q", line)
	}
	return time.Since(c.began)
}

func (c *child) kill() { _ = c.cmd.Process.Kill() }

// saved returns what the child told until its end.
func (c *child) saved() []string {
	var ids []string
	for line := range c.lines {
		ids = append(ids, line)
	}
	_ = c.cmd.Wait()
	return ids
}

// drain runs a kiosk in this process until nothing is pending.
func drain(t *testing.T, zone, data string) {
	t.Helper()
	k, err := childKiosk(zone, data, longest)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*longest)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- k.Run(ctx, func(flow.Model) {}) }()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for k.Status().Outbox.Pending > 0 {
		select {
		case <-look.C:
		case err := <-ended:
			t.Fatalf("the queue is not empty after %s: %v", 5*longest, err)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// childKiosk waits so long for the answer to a submission.
func childKiosk(zone, data string, submit time.Duration) (*Kiosk, error) {
	u, err := url.Parse(zone)
	if err != nil {
		return nil, err
	}
	demo := &demo.World{
		Readers: virtualcard.NewService(demo.PatientReader), URL: zone,
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, u.Host)
		},
	}
	return New(Options{Options: app.Options{
		Config: config.Default(), Data: data, Log: slog.New(slog.DiscardHandler), Demo: demo,
		Timeouts: nhso.Timeouts{Query: 2 * time.Second, Submit: submit, Connect: time.Second},
		Settling: outbox.Times{SettleTime: killSettle, Patience: 200 * time.Millisecond},
	}})
}

// TestKillChild is the child process: a kiosk at which one patient after another
// does everything right, until it is killed.
func TestKillChild(t *testing.T) {
	zone := os.Getenv(killChildURL)
	if zone == "" {
		return // nobody has started it as a child
	}
	told := os.Stdout
	k, err := childKiosk(zone, os.Getenv(killChildData), killTimeout)
	if err != nil {
		t.Fatal(err)
	}
	var seed int
	_, _ = fmt.Sscan(os.Getenv(killChildSeed), &seed)
	models := make(chan flow.Model, 1000)
	go func() { _ = k.Run(t.Context(), func(m flow.Model) { models <- m }) }()
	_, _ = fmt.Fprintln(told, "ready")
	next, busy := 0, false
	for m := range models {
		switch {
		case m.State == flow.Welcome && !m.CardIn && !busy && m.Devices.Reader == visit.DeviceReady:
			busy = true
			person := virtualcard.Adult()
			person.PID = patientOf(seed*killPatients + next)
			next++
			card, err := virtualcard.New(person)
			if err != nil {
				t.Fatal(err)
			}
			if err := k.Demo.Readers.Insert(demo.PatientReader, card); err != nil {
				t.Fatal(err)
			}
		case m.State == flow.PhoneEntry && m.Session.PhoneInput == "":
			for _, d := range []byte(typedPhone) {
				k.Send(flow.TapDigit{Digit: d})
			}
		case m.State == flow.Confirm:
			k.Send(flow.TapConfirm{})
		case m.State == flow.Sending && m.Session.Phase == flow.Submitting:
			// The visit is on the disk: whatever comes now, it must not be lost.
			_, _ = fmt.Fprintln(told, m.Session.Insertion.VisitID)
		case busy && (m.State == flow.Result || m.State == flow.Queued || m.State == flow.CardFault ||
			m.State == flow.AlreadyHere || m.State == flow.NoRight || m.State == flow.Desk):
			busy = false
			_ = k.Demo.Readers.Remove(demo.PatientReader)
			k.Send(flow.TapClose{})
		}
	}
}

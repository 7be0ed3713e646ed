package headless

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"authenkiosk/app"
	"authenkiosk/app/config"
	"authenkiosk/app/control"
	"authenkiosk/app/demo"
	"authenkiosk/app/pairings"
	"authenkiosk/app/wait"
	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/certtest"
	"authenkiosk/desk"
	"authenkiosk/desk/remote"
	"authenkiosk/nhso"
	"authenkiosk/nhso/testzone"
	"authenkiosk/outbox"
	"authenkiosk/storage"
	"authenkiosk/visit"
	rules "authenkiosk/visit/desk"
)

var deskRounds = flag.Int("desk-rounds", 7, "how many visits two desks work on in TestTwoDesks...")

// pairingCode is what an administrator is shown.
var pairingCode = regexp.MustCompile(`[0-9]{4}-[0-9]{4}`)

// What a child is told by its environment.
const (
	childRole  = "AUTHENKIOSK_TEST_ROLE" // "kiosk", "desk" or "station"; empty: it is the test itself
	childData  = "AUTHENKIOSK_TEST_DATA"
	childNHSO  = "AUTHENKIOSK_TEST_NHSO"
	childCert  = "AUTHENKIOSK_TEST_CERT"
	childHosts = "AUTHENKIOSK_TEST_HOSTS"
	childOwner = "AUTHENKIOSK_TEST_OWNER"
	childAs    = "AUTHENKIOSK_TEST_AS"
	childVisit = "AUTHENKIOSK_TEST_VISIT"
)

const (
	deskPIN = "804725"
	// settling is how long a request may be at work at NHSO at most, as kiosk and desks
	// take it here. NHSO itself lets a look-up wait for what it works on.
	settling = time.Second
	// onItsWay is how long an answer of the kiosk is on its way while a completion is hit.
	onItsWay = 40 * time.Millisecond
	// again is the pause of a desk before it does once more what was not possible.
	again = 30 * time.Millisecond
)

// countingNHSO is the test zone, which counts what it was asked to make for whom. A
// look-up waits for what is being made.
type countingNHSO struct {
	zone *testzone.Zone
	work sync.RWMutex

	mu    sync.Mutex
	asked map[string][]string // transIds by PID
}

func (n *countingNHSO) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.HasSuffix(r.URL.Path, submitPath) {
		n.work.Lock()
		defer n.work.Unlock()
		n.zone.ServeHTTP(w, r)
		return
	}
	n.work.RLock()
	defer n.work.RUnlock()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // half a request
	}
	var asked struct{ PID, TransID string }
	_ = json.Unmarshal(body, &asked)
	n.mu.Lock()
	n.asked[asked.PID] = append(n.asked[asked.PID], asked.TransID)
	n.mu.Unlock()
	whole := httptest.NewRequest(r.Method, r.URL.String(), bytes.NewReader(body))
	whole.Header = r.Header.Clone()
	n.zone.ServeHTTP(w, whole)
}

// process is a kiosk or a desk of its own.
type process struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines chan string // closed at its end
}

func startProcess(t *testing.T, role string, env map[string]string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(os.Args[0], "-test.run", "^TestDeskChild$", "-test.count", "1", "-test.timeout", "10m"), lines: make(chan string, 1000)}
	p.cmd.Env = append(os.Environ(), childRole+"="+role)
	for k, v := range env {
		p.cmd.Env = append(p.cmd.Env, k+"="+v)
	}
	p.cmd.Stderr = os.Stderr
	out, err := p.cmd.StdoutPipe()
	if err == nil {
		p.in, err = p.cmd.StdinPipe()
	}
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.lines)
		text := bufio.NewScanner(out)
		for text.Scan() {
			if line, ok := strings.CutPrefix(text.Text(), "> "); ok { // the rest is of package testing
				p.lines <- line
			}
		}
		_ = p.cmd.Wait()
	}()
	return p
}

// kill ends it as a power cut does and waits until it has ended.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	for range p.lines {
	}
}

// next returns what it says next; ok is false at its end.
func (p *process) next() (line string, ok bool) { line, ok = <-p.lines; return line, ok }

// experiment is the hospital of the test.
type experiment struct {
	t      *testing.T
	nhso   *countingNHSO
	data   string // of the kiosk
	cert   [2]string
	hosts  []string
	random *rand.Rand
	kinds  *rand.Rand // which rounds are ended with the card

	kiosk                  *process
	toKiosk                map[string]*wire // by station
	kioskToNHSO            *wire
	deskToNHSO             map[string]*wire
	station                map[string]string // data directories
	operators              map[string]rules.OperatorID
	watcher                *remote.Client
	watch                  desk.Operator
	kills, cuts            int
	refused, settled, sent int
	completed, nothing     int
	made                   [2]int // rounds so far, by their kind: with a code, with the card
}

// startKiosk starts the kiosk, or starts it again.
func (x *experiment) startKiosk() {
	x.t.Helper()
	x.kiosk = startProcess(x.t, "kiosk", map[string]string{
		childData: x.data, childNHSO: x.kioskToNHSO.at(), childCert: x.cert[0] + "," + x.cert[1], childHosts: strings.Join(x.hosts, ","),
	})
	at, ok := x.kiosk.next()
	if !ok {
		x.t.Fatal("the kiosk does not come up")
	}
	for _, w := range x.toKiosk {
		w.to.Store(at)
	}
}

// pair has a station let in, whose certificate is pinned.
func (x *experiment) pair(name string) pairings.Book {
	x.t.Helper()
	var said bytes.Buffer
	if err := control.Ask(x.t.Context(), dataOf(x.data), []string{"pair"}, nil, &said); err != nil {
		x.t.Fatal(err)
	}
	at := "https://" + x.toKiosk[name].at()
	shown, err := pairings.Fingerprint(x.t.Context(), at)
	if err != nil || !strings.Contains(said.String(), shown) {
		x.t.Fatalf("%v: the fingerprint %s is not the one beside the code", err, shown)
	}
	p, err := pairings.Pair(x.t.Context(), visit.ZoneDemo, at, shown, pairingCode.FindString(said.String()), name)
	if err != nil {
		x.t.Fatal(err)
	}
	x.station[name] = x.t.TempDir()
	book := pairings.NewBook(storage.OpenSecrets(dataOf(x.station[name])), visit.ZoneDemo)
	if err := book.Keep(p); err != nil {
		x.t.Fatal(err)
	}
	return book
}

// dataOf is where a machine keeps what is of the zone.
func dataOf(dir string) string { return filepath.Join(dir, string(visit.ZoneDemo)) }

func newExperiment(t *testing.T) *experiment {
	t.Helper()
	zone, err := testzone.New(testzone.Options{})
	if err != nil {
		t.Fatal(err)
	}
	x := &experiment{
		t: t, nhso: &countingNHSO{zone: zone, asked: map[string][]string{}}, data: t.TempDir(), random: rand.New(rand.NewPCG(11, 16)), kinds: rand.New(rand.NewPCG(1, 16)),
		toKiosk: map[string]*wire{}, deskToNHSO: map[string]*wire{}, station: map[string]string{}, operators: map[string]rules.OperatorID{},
	}
	server := httptest.NewServer(x.nhso)
	t.Cleanup(server.Close)
	nhsoAt := strings.TrimPrefix(server.URL, "http://")
	x.kioskToNHSO = newWire(t, nhsoAt)
	x.cert[0], x.cert[1], _ = certtest.Files(t, "kiosk-1")
	for _, name := range []string{"desk-1", "desk-2", "watch"} {
		x.toKiosk[name], x.deskToNHSO[name] = newWire(t, ""), newWire(t, nhsoAt)
		x.hosts = append(x.hosts, x.toKiosk[name].at())
		x.operators[name] = addOperator(t, x.data, name)
	}
	x.startKiosk()
	t.Cleanup(func() { x.kiosk.kill() })
	for _, name := range []string{"desk-1", "desk-2"} {
		x.pair(name)
		addOperator(t, x.station[name], name) // the same person has another id there
	}
	if x.watcher, err = x.pair("watch").Client("https://" + x.toKiosk["watch"].at()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(x.watcher.Disconnect)
	return x
}

// addOperator has a machine that does not run know whoever works at that desk.
func addOperator(t *testing.T, data, name string) rules.OperatorID {
	t.Helper()
	s, err := storage.Open(dataOf(data), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	pin, err := rules.NewPIN(deskPIN)
	id, bad := s.AddOperator(visit.Name{First: "at " + name}, rules.Staff, pin)
	if err := errors.Join(err, bad, s.Close()); err != nil {
		t.Fatal(err)
	}
	return id
}

// startDesk has a desk work on a visit until that is ended, or another desk holds it.
func (x *experiment) startDesk(role, name string, v visit.Visit) *process {
	x.t.Helper()
	return startProcess(x.t, role, map[string]string{
		childData: x.station[name], childOwner: "https://" + x.toKiosk[name].at(), childAs: string(x.operators[name]),
		childNHSO: x.deskToNHSO[name].at(), childVisit: fmt.Sprintf("%s,%s", v.ID, v.PID.Digits()),
	})
}

// save has the kiosk keep a visit that cannot be sent now: it has missed NHSO, its patient waits
// for it, or it waits alone.
func (x *experiment) save(n int, how string) visit.Visit {
	x.t.Helper()
	p := x.nhso.zone.Persons()[0]
	v := visitOf(n)
	p.PID = v.PID.Digits()
	if err := x.nhso.zone.PutPerson(p); err != nil {
		x.t.Fatal(err)
	}
	_, err := fmt.Fprintf(x.kiosk.in, "save %d %s\n", n, how)
	if line, ok := x.kiosk.next(); err != nil || !ok || line != "saved" {
		x.t.Fatalf("the kiosk does not save: %q, %v", line, err)
	}
	return v
}

func visitOf(n int) visit.Visit {
	twelve := fmt.Sprintf("92%010d", n)
	pid, err := visit.ParsePID(twelve + string(visit.PIDCheckDigit(twelve)))
	phone, bad := visit.ParsePhone(typedPhone)
	if err = errors.Join(err, bad); err != nil {
		panic(err)
	}
	now := time.Now().Add(-10 * time.Second) // the background leaves newer ones to the screen
	return visit.Visit{
		ID: visit.ID(fmt.Sprintf("01900000-0000-7000-8000-%012x", n)), HCode: config.Default().Unit.HCode, ServiceDate: visit.ServiceDateOf(now),
		PID: pid, Name: visit.Name{First: "ทดสอบ", Last: "ระบบ"}, Phone: phone, PhoneOwner: visit.PhoneOfPatient,
		ClaimType: visit.ClaimType{Code: "PG0060001"}, Method: visit.MethodCard, CreatedAt: now,
	}
}

// deskSteps are what a desk says on its way; after each of them something happens. The first
// ends a visit with a code that was made by hand, the second with the card of its patient. Of
// what happens once that one is confirmed some is over in no time: it is hit twice as often.
var deskSteps = [2][]string{
	{"begins", "signed in", "held", "asked", "making", "made", "settled"},
	{"begins", "signed in", "held", "read", "confirms", "confirms", "saved", "coded", "told"},
}

// The three and the lines between them: what is hit at a step. "it" is the desk that is there.
var deskVictims = []string{"it", "kiosk", "it kiosk", "it cut", "kiosk cut", "it NHSO cut", "other"}

// deskItems are the visits on which desks work: most have missed NHSO, some the outbox may send.
var deskItems = []string{"missed", "missed", "missed", "sent", "waits"}

// round is one visit that two desks work on, while one of the three is killed or a line
// is cut at one step. Three of four are ended with the card, if a desk comes before the kiosk's
// outbox. Of 49 rounds with a code, and of 56 with a card, each hits something else.
func (x *experiment) round(n int) {
	kind, role := 0, "desk"
	if x.kinds.IntN(4) > 0 {
		kind, role = 1, "station"
	}
	nth, steps := x.made[kind], deskSteps[kind]
	x.made[kind]++
	step, victim := steps[nth%len(steps)], deskVictims[(nth/len(steps)+nth)%len(deskVictims)]
	how := deskItems[x.kinds.IntN(len(deskItems))]
	back := steps[x.random.IntN(len(steps))] // when the kiosk's line to NHSO is back
	x.kioskToNHSO.setCut(true)
	v := x.save(n, how)
	at := &desks{x: x, role: role, visit: v, running: map[string]*process{}, ended: map[string]string{}, heard: make(chan heard)}
	at.start("desk-1")
	at.start("desk-2")
	hit, limit := false, time.After(longest)
	for len(at.ended) < 2 {
		var h heard
		select {
		case h = <-at.heard:
		case <-limit:
			x.t.Fatalf("round %d (%s: %s; the line at %s): it comes to no end: %v", n, step, victim, back, at.ended)
		}
		if h.of != at.running[h.name] {
			continue // it was killed
		}
		end, ends := strings.CutPrefix(h.line, "end ")
		switch {
		case h.line == "" && at.ended[h.name] == "":
			if at.starts > 30 {
				x.t.Fatalf("round %d: %s ends again and again", n, h.name)
			}
			at.start(h.name)
			continue
		case ends:
			at.ended[h.name] = end
			if end == "refused" {
				x.refused++
			}
		}
		if h.line == back || h.line == "in flight" || h.line == "no answer" || ends {
			x.kioskToNHSO.setCut(false)
		}
		if !hit && (h.line == step || ends) {
			hit = true
			at.hit(h.name, step, victim)
		}
	}
	at.end()
	x.finish(n, v, at.ended)
}

// desks are the two that work on a visit.
type desks struct {
	x       *experiment
	role    string
	visit   visit.Visit
	running map[string]*process
	ended   map[string]string
	heard   chan heard
	starts  int
	lines   sync.WaitGroup
}

// heard is what a desk has said; an empty line is its end.
type heard struct {
	name, line string
	of         *process
}

func (d *desks) start(name string) {
	d.x.t.Helper()
	d.starts++
	p := d.x.startDesk(d.role, name, d.visit)
	d.running[name] = p
	d.lines.Go(func() {
		for line := range p.lines {
			d.heard <- heard{name, line, p}
		}
		d.heard <- heard{name, "", p}
	})
}

// hit kills, or cuts a line for a moment.
func (d *desks) hit(it, step, victim string) {
	x := d.x
	pause := time.Duration(x.random.IntN(12)) * time.Millisecond
	if step == "confirms" {
		// The third answer of the kiosk is that to the completion. It is on its way for a while.
		late := &x.toKiosk[it].late
		late.Store(int64(onItsWay))
		defer late.Store(0)
		pause = onItsWay + time.Duration(x.random.Int64N(int64(5*onItsWay/2)))
	}
	time.Sleep(pause)
	if cut, ok := strings.CutSuffix(victim, " cut"); ok {
		x.cuts++
		w := map[string]*wire{"it": x.toKiosk[it], "kiosk": x.kioskToNHSO, "it NHSO": x.deskToNHSO[it]}[cut]
		w.setCut(true)
		time.Sleep(time.Duration(x.random.IntN(150)) * time.Millisecond)
		w.setCut(false)
		return
	}
	for _, name := range strings.Fields(victim) {
		x.kills++
		switch name {
		case "kiosk":
			x.kiosk.kill()
			x.startKiosk()
		case "other":
			other := map[string]string{"desk-1": "desk-2", "desk-2": "desk-1"}[it]
			_ = d.running[other].cmd.Process.Kill()
		default:
			_ = d.running[it].cmd.Process.Kill()
		}
	}
}

// end waits for what is left of the desks.
func (d *desks) end() {
	for _, p := range d.running {
		_ = p.cmd.Process.Kill()
	}
	go func() { d.lines.Wait(); close(d.heard) }()
	for range d.heard {
	}
	d.x.kioskToNHSO.setCut(false)
}

// finish sees to it that the visit has come to its end, and that nothing is wrong on the way.
func (x *experiment) finish(n int, v visit.Visit, ended map[string]string) {
	for limit := time.Now().Add(longest); ; {
		list, err := x.work()
		if err != nil {
			x.t.Fatalf("round %d: %v", n, err)
		}
		at := slices.IndexFunc(list, func(i desk.Item) bool { return i.ID == v.ID })
		if at >= 0 && list[at].Code != "" {
			x.t.Errorf("round %d: it is open and has the code %s", n, list[at].Code)
		}
		found, err := x.watcher.Visit(x.t.Context(), x.watch, v.ID)
		if err != nil {
			x.t.Fatalf("round %d: %v", n, err)
		}
		switch {
		case found.State == visit.StateDone:
			return
		case at < 0 && found.State.Unsettled():
		case at < 0:
			x.t.Fatalf("round %d: it is %s and nobody's", n, found.State)
		}
		if time.Now().After(limit) {
			x.t.Fatalf("round %d: it is %s held by %q; the desks ended as %v", n, found.State, found.HeldBy, ended)
		}
		time.Sleep(again)
	}
}

// work is the open work, also after the kiosk was started again.
func (x *experiment) work() ([]desk.Item, error) {
	pin, err := rules.NewPIN(deskPIN)
	if err != nil {
		return nil, err
	}
	for limit := time.Now().Add(longest); ; {
		p, err := x.watcher.Work(x.t.Context(), x.watch)
		if errors.Is(err, desk.NotSignedIn) || errors.Is(err, desk.BadRequest) {
			x.watch, err = x.watcher.SignIn(x.t.Context(), x.operators["watch"], pin)
			if err == nil {
				continue
			}
		}
		if err == nil || time.Now().After(limit) {
			return p.Items, err
		}
		time.Sleep(again)
	}
}

// TestTwoDesksAndAKioskThatAreKilledAndCutOffMakeOneCode has a kiosk and two desks, each in
// a process, work on visits that missed NHSO. The long run is -desk-rounds 500.
func TestTwoDesksAndAKioskThatAreKilledAndCutOffMakeOneCode(t *testing.T) {
	x := newExperiment(t)
	rounds := *deskRounds
	if testing.Short() {
		rounds = min(rounds, 2)
	}
	for n := range rounds {
		x.round(n)
		if t.Failed() {
			t.Fatalf("round %d", n)
		}
	}
	x.kiosk.kill()
	s := openStore(t, x.data)
	stations := map[string]*storage.Store{}
	for name, data := range x.station {
		if name != "watch" {
			stations[name] = openStore(t, data)
		}
	}
	for n := range rounds {
		x.judge(s, stations, n)
	}
	for _, s := range stations {
		if _, err := s.AuditVerify(); err != nil {
			t.Error(err)
		}
	}
	if _, err := s.AuditVerify(); err != nil {
		t.Error(err)
	}
	t.Logf("%d visits, %d kills, %d cuts: %d settled with a code by a desk, %d completed with the card (%d times anew, as what was begun came to nothing), %d sent by the kiosk, one desk kept out %d times",
		rounds, x.kills, x.cuts, x.settled, x.completed, x.nothing, x.sent, x.refused)
	if rounds >= everyEnd && min(x.settled, x.completed, x.nothing, x.sent, x.refused) == 0 {
		t.Error("one of them never happened")
	}
}

// everyEnd is in how many rounds each of their ends must have come.
const everyEnd = 400

func openStore(t *testing.T, data string) *storage.Store {
	t.Helper()
	s, err := storage.Open(dataOf(data), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// TestDeskChild is a kiosk or a desk in a process of its own.
func TestDeskChild(t *testing.T) {
	switch os.Getenv(childRole) {
	case "kiosk":
		if err := kioskChild(t.Context()); err != nil {
			t.Fatal(err)
		}
	case "desk":
		if err := deskChild(t.Context()); err != nil {
			t.Fatal(err)
		}
	case "station":
		if err := stationChild(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

func say(words ...any) { fmt.Println(append([]any{">"}, words...)...) }

// kioskChild is the core with its store, and saves visits when it is told to.
func kioskChild(ctx context.Context) error {
	c := config.Default()
	cert, key, _ := strings.Cut(os.Getenv(childCert), ",")
	c.Agent = config.Agent{
		Enabled: true, Listen: "127.0.0.1:0", TLSCert: cert, TLSKey: key, Addresses: []string{"192.0.2.0/24"}, Hosts: strings.Split(os.Getenv(childHosts), ","),
	}
	h, err := New(app.Options{
		Config: c, Data: os.Getenv(childData), Log: slog.New(slog.DiscardHandler),
		Demo: &demo.World{
			Readers: virtualcard.NewService(demo.PatientReader), URL: "http://" + os.Getenv(childNHSO),
			Dial: dialNHSO,
		},
		Timeouts: nhso.Timeouts{Query: 2 * time.Second, Submit: settling * 3 / 4, Connect: settling},
		Settling: outbox.Times{SettleTime: settling, Patience: 200 * time.Millisecond},
	})
	if err != nil {
		return err
	}
	at, err := h.Listen()
	if err != nil {
		return err
	}
	go func() {
		for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
			var n int
			var how string
			if _, err := fmt.Sscanf(lines.Text(), "save %d %s", &n, &how); err != nil {
				panic(err)
			}
			v := visitOf(n)
			err := h.Visits.Save(v, v.CreatedAt)
			if err == nil && how == "missed" {
				err = h.Visits.Staff(v.ID, visit.ServiceDatePassed, time.Now())
			}
			if err != nil {
				panic(err)
			}
			if how == "sent" {
				go h.Outbox.Submit(ctx, v.ID) // as the screen does
			}
			say("saved")
		}
		os.Exit(0) // the test has ended
	}()
	return h.Core.Run(ctx, nil, func(ctx context.Context) {
		say(at)
		for wait.For(ctx, again) {
			h.Outbox.Wake() // it tries whenever it may
		}
	})
}

// deskChild is somebody at a desk who ends one visit, whatever happens on the way.
func deskChild(ctx context.Context) error {
	owner, err := pairings.NewBook(storage.OpenSecrets(dataOf(os.Getenv(childData))), visit.ZoneDemo).Client(os.Getenv(childOwner))
	if err != nil {
		return err
	}
	pin, err := rules.NewPIN(deskPIN)
	if err != nil {
		return err
	}
	id, pid, _ := strings.Cut(os.Getenv(childVisit), ",")
	d := &deskWorker{owner: owner, id: visit.ID(id), pid: pid}
	say("begins")
	for {
		end, err := d.work(ctx)
		if end != "" {
			say("end", end)
			return nil
		}
		if errors.Is(err, desk.NotSignedIn) || d.who.ID == "" {
			if d.who, err = owner.SignIn(ctx, rules.OperatorID(os.Getenv(childAs)), pin); err == nil {
				say("signed in")
				continue
			}
		}
		if errors.Is(err, desk.NoAnswer) {
			say("no answer")
		}
		time.Sleep(again)
	}
}

type deskWorker struct {
	owner  *remote.Client
	who    desk.Operator
	id     visit.ID
	pid    string
	rested bool // nothing that this desk asked for before can be at work any more
	kept   int  // how often another held it
}

// work does the next thing. end says how it ended for this desk.
func (d *deskWorker) work(ctx context.Context) (end string, err error) {
	if d.who.ID == "" {
		return "", nil
	}
	before, err := d.owner.Visit(ctx, d.who, d.id)
	if err != nil {
		return "", err
	}
	switch err := d.owner.Hold(ctx, d.who, d.id); {
	case errors.Is(err, desk.Held):
		if d.kept++; d.kept > 3 { // the other is at it
			return "refused", nil
		}
		return "", err
	case errors.Is(err, desk.InFlight):
		say("in flight") // until the kiosk has looked it up
		return "", err
	case errors.Is(err, desk.NotOpen):
		return "done", nil
	case err != nil:
		return "", err
	}
	say("held")
	if before.HeldBy == d.who.Name && !d.rested {
		time.Sleep(settling) // whoever was at this desk before may have asked for a code
	}
	d.rested = true
	a, err := d.owner.Ask(ctx, d.who, d.id)
	if err != nil {
		return "", err
	}
	say("asked")
	if len(a.Codes) == 0 {
		time.Sleep(time.Duration(rand.IntN(200)) * time.Millisecond) // somebody types
		say("making")
		if err := d.newAuthen(ctx); err != nil {
			d.rested = false
			return "", err
		}
		say("made")
		if a, err = d.owner.Ask(ctx, d.who, d.id); err != nil {
			return "", err
		}
	}
	if len(a.Codes) != 1 {
		return "", fmt.Errorf("there are %d codes", len(a.Codes))
	}
	if err := d.owner.Settle(ctx, d.who, d.id, a.Codes[0].Code); err != nil {
		return "", err
	}
	say("settled")
	return "settled", nil
}

// newAuthen makes a code as the pages of NHSO do, by the desk's own line.
func (d *deskWorker) newAuthen(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, settling*3/4)
	defer cancel()
	body, err := json.Marshal(map[string]any{
		"sourceId": "new-authen", "transId": "desk " + os.Getenv(childAs), "pid": d.pid, "phone": []string{typedPhone}, "hcode": config.Default().Unit.HCode, "serviceCode": "PG0060001",
	})
	if err != nil {
		return err
	}
	at := url.URL{Scheme: "http", Host: os.Getenv(childNHSO), Path: submitPath}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, at.String(), bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+testzone.DefaultToken)
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if said, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s %w", resp.Status, said, err)
	}
	return nil
}

package spool

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"authenkiosk/printer"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

var kills = flag.Int("kills", 30, "how often the spool is killed in TestKillingTheSpool...")

const (
	// killData and killHangs name the environment variables of the child process: where
	// its data are, and that its first slip does not end before it is killed.
	killData  = "AUTHENKIOSK_TEST_SPOOL"
	killHangs = "AUTHENKIOSK_TEST_SPOOL_HANGS"

	// killVisits is how many visits are made in one life. Each tells at least that it
	// is noted, and its slip that it begins and ends.
	killVisits = 20
	killLines  = 2 * killVisits
)

// TestKillingTheSpoolPrintsNothingTwice kills a process that saves visits and
// prints their slips, when it has told a random number of steps. Each slip that was
// noted is begun at most once, and in the end it was printed, is unclear, or was given
// up because it was wanted for too long; one that was never begun is printed by the
// next process.
func TestKillingTheSpoolPrintsNothingTwice(t *testing.T) {
	data := t.TempDir()
	random := rand.New(rand.NewPCG(5, 6))
	begun, ended := map[string]int{}, map[string]bool{}
	notedIn, resumed := map[string]int{}, 0
	hear := func(life int, what, id string) {
		switch what {
		case "noted":
			notedIn[id] = life
		case "begin":
			begun[id]++
			if in, noted := notedIn[id]; noted && in != life {
				resumed++
			}
		case "end":
			ended[id] = true
		}
	}
	for life := range *kills {
		hangs := life%3 == 0
		lines, after, began := -1, random.IntN(killLines), false // the first line says that it is ready
		if hangs {
			after = random.IntN(killVisits)
		}
		readChild(t, data, hangs, func(what, id string) (kill bool) {
			hear(life, what, id)
			lines, began = lines+1, began || what == "begin"
			return lines >= after && (began || !hangs)
		})
	}
	// One more life, in which nothing new comes, takes up what is left.
	store, err := storage.Open(data, storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	p := &telling{tell: func(what, id string) { hear(*kills, what, id) }}
	s := newKilled(store, p)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { s.Run(ctx); close(done) }()
	for limit := time.Now().Add(longest); s.waiting() > 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("slips are still wanted after %s", longest)
		}
	}
	cancel()
	<-done

	jobs, err := store.PrintJobs()
	if err != nil {
		t.Fatal(err)
	}
	states := map[storage.JobState]int{}
	byVisit := map[string]storage.JobState{}
	tooLate := map[string]bool{} // on a slow machine
	for _, j := range jobs {
		states[j.State]++
		byVisit[string(j.Visit)] = j.State
		tooLate[string(j.Visit)] = j.State == storage.JobGivenUp && time.Since(j.CreatedAt) > keepWanted
	}
	for id, n := range begun {
		if n > 1 {
			t.Errorf("the slip of %s was begun %d times", id, n)
		}
		if s := byVisit[id]; s != storage.JobPrinted && s != storage.JobUnclear {
			t.Errorf("the slip of %s was begun and is %q", id, s)
		}
	}
	for id := range notedIn {
		switch s := byVisit[id]; {
		case s == storage.JobPrinted && ended[id], s == storage.JobUnclear, tooLate[id] && begun[id] == 0:
		default:
			t.Errorf("the slip of %s was noted and is %q, ended %v", id, s, ended[id])
		}
	}
	t.Logf("%d kills: %d slips noted, %d begun, %d of them by a later process, %d came out; %v",
		*kills, len(notedIn), len(begun), resumed, len(ended), states)
	if resumed == 0 || states[storage.JobUnclear] == 0 {
		t.Error("the run proves little")
	}
}

// longest is how long a test waits for what must come, however slow the machine is.
const longest = 10 * time.Minute

// readChild runs one life of the child and hands on what it tells, until it is to be
// killed and what it told before that.
func readChild(t *testing.T, data string, hangs bool, told func(what, id string) (kill bool)) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run", "^TestKilledSpool$", "-test.count", "1")
	cmd.Env = append(os.Environ(), killData+"="+data, fmt.Sprintf("%s=%t", killHangs, hangs))
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	cmd.Stdout = w // Windows hands on no other files
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = w.Close()
	killed := false
	for {
		var what, id string
		if _, err := fmt.Fscanln(r, &what, &id); err != nil {
			break
		}
		if told(what, id) {
			killed = true
			_ = cmd.Process.Kill()
		}
	}
	_ = cmd.Wait()
	if !killed {
		t.Errorf("the child ended by itself: %s", cmd.ProcessState)
	}
}

// telling is a printer that tells of each slip when its first byte leaves and when
// it has come out.
type telling struct {
	tell  func(what, id string)
	hangs bool // no slip comes out
}

func (p *telling) Status() printer.Status {
	return printer.Status{Condition: printer.Ready, At: time.Now()}
}

func (p *telling) Interrupted() {}

func (p *telling) Print(_ context.Context, s printer.Slip) error {
	p.tell("begin", string(s.Visit))
	if p.hangs {
		time.Sleep(longest)
	}
	time.Sleep(time.Duration(rand.IntN(8)) * time.Millisecond)
	p.tell("end", string(s.Visit))
	return nil
}

// newKilled is a spool on a real store.
func newKilled(store *storage.Store, p Printer) *Spool {
	return New(Options{
		Store: store, Printer: p, Log: slog.New(slog.DiscardHandler), Shown: func() uint64 { return 0 },
		Rebuild: func(j storage.PrintJob) (printer.Slip, bool) {
			r, err := store.Visit(j.Visit)
			return printer.Slip{Visit: r.Visit.ID, Kind: printer.KindQueued}, err == nil
		},
	})
}

// TestKilledSpool is the child process: visits are saved and their slips printed
// beside that, until it is killed.
func TestKilledSpool(t *testing.T) {
	data := os.Getenv(killData)
	if data == "" {
		return // nobody has started it as a child
	}
	told := os.Stdout
	var mu sync.Mutex
	tell := func(what, id string) {
		mu.Lock()
		defer mu.Unlock()
		_, _ = fmt.Fprintln(told, what, id)
	}
	store, err := storage.Open(data, storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := newKilled(store, &telling{tell: tell, hangs: os.Getenv(killHangs) == "true"})
	go s.Run(context.Background())
	tell("ready", "-")
	for n := range killVisits {
		v := killedVisit(t, n)
		if err := store.Save(v, v.CreatedAt); err != nil {
			t.Fatal(err)
		}
		s.Print(Request{
			Session: uint64(n + 1), Slip: printer.Slip{Visit: v.ID, Kind: printer.KindQueued, Languages: []string{"th"}}, Tell: func(Outcome) {},
		})
		tell("noted", string(v.ID))
	}
	time.Sleep(longest) // the slips go on
}

func killedVisit(t *testing.T, n int) visit.Visit {
	t.Helper()
	now := time.Now()
	twelve := fmt.Sprintf("91%010d", n)
	pid, err := visit.ParsePID(twelve + string(visit.PIDCheckDigit(twelve)))
	if err != nil {
		t.Fatal(err)
	}
	phone, err := visit.ParsePhone("0800001234")
	if err != nil {
		t.Fatal(err)
	}
	return visit.Visit{
		ID: visit.ID(uuid.Must(uuid.NewV7()).String()), HCode: "99999", ServiceDate: visit.ServiceDateOf(now), PID: pid,
		Name: visit.Name{First: strings.Repeat("ท", 5)}, Phone: phone, PhoneOwner: visit.PhoneOfPatient,
		ClaimType: visit.ClaimType{Code: "PG0060001"}, Method: visit.MethodCard, CreatedAt: now,
	}
}

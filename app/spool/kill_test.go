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

// killData names the environment variable of the child process.
const killData = "AUTHENKIOSK_TEST_SPOOL"

// TestKillingTheSpoolPrintsNothingTwice kills a process that saves visits and
// prints their slips, at random times. Each slip that was noted is begun at most
// once, and in the end it was printed, is unclear, or was given up; one that was
// never begun is printed by the next process.
func TestKillingTheSpoolPrintsNothingTwice(t *testing.T) {
	data := t.TempDir()
	random := rand.New(rand.NewPCG(5, 6))
	noted, begun, ended := map[string]bool{}, map[string]int{}, map[string]bool{}
	notedIn, resumed := map[string]int{}, 0
	for life := range *kills {
		readChild(t, data, func(kill func(), ready <-chan struct{}) {
			<-ready
			time.Sleep(time.Duration(random.IntN(60)) * time.Millisecond)
			kill()
		}, func(what, id string) {
			switch what {
			case "noted":
				noted[id], notedIn[id] = true, life
			case "begin":
				begun[id]++
				if noted[id] && notedIn[id] != life {
					resumed++
				}
			case "end":
				ended[id] = true
			}
		})
	}
	// One more life, in which nothing new comes, takes up what is left.
	store, err := storage.Open(data, storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	p := &telling{tell: func(what, id string) {
		switch what {
		case "begin":
			begun[id]++
		case "end":
			ended[id] = true
		}
	}}
	s := newKilled(store, p)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { s.Run(ctx); close(done) }()
	for limit := time.Now().Add(30 * time.Second); s.waiting() > 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatal("slips are still wanted after 30 s")
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
	for _, j := range jobs {
		states[j.State]++
		byVisit[string(j.Visit)] = j.State
	}
	for id, n := range begun {
		if n > 1 {
			t.Errorf("the slip of %s was begun %d times", id, n)
		}
		if s := byVisit[id]; s != storage.JobPrinted && s != storage.JobUnclear {
			t.Errorf("the slip of %s was begun and is %q", id, s)
		}
	}
	for id := range noted {
		switch s := byVisit[id]; {
		case s == storage.JobPrinted && ended[id], s == storage.JobUnclear:
		default:
			t.Errorf("the slip of %s was noted and is %q, ended %v", id, s, ended[id])
		}
	}
	t.Logf("%d kills: %d slips noted, %d begun, %d of them by a later process, %d came out; %v",
		*kills, len(noted), len(begun), resumed, len(ended), states)
	if len(noted) < *kills/2 || resumed == 0 && *kills >= 30 || states[storage.JobUnclear] == 0 && *kills >= 30 {
		t.Error("the run proves little")
	}
}

// readChild runs one life of the child and hands on what it tells.
func readChild(t *testing.T, data string, end func(kill func(), ready <-chan struct{}), told func(what, id string)) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run", "^TestKilledSpool$", "-test.count", "1")
	cmd.Env = append(os.Environ(), killData+"="+data)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	cmd.ExtraFiles = []*os.File{w}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = w.Close()
	ready := make(chan struct{})
	var ending sync.WaitGroup
	ending.Go(func() { end(func() { _ = cmd.Process.Kill() }, ready) })
	var once sync.Once
	for {
		var what, id string
		if _, err := fmt.Fscanln(r, &what, &id); err != nil {
			break
		}
		if what == "ready" {
			once.Do(func() { close(ready) })
			continue
		}
		told(what, id)
	}
	once.Do(func() { close(ready) })
	ending.Wait()
	_ = cmd.Wait()
}

// telling is a printer that tells of each slip when its first byte leaves and when
// it has come out.
type telling struct {
	tell func(what, id string)
}

func (p *telling) Status() printer.Status {
	return printer.Status{Condition: printer.Ready, At: time.Now()}
}

func (p *telling) Interrupted() {}

func (p *telling) Print(_ context.Context, s printer.Slip) error {
	p.tell("begin", string(s.Visit))
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

// TestKilledSpool is the child process: visits are saved and their slips printed,
// two at a time, until it is killed.
func TestKilledSpool(t *testing.T) {
	data := os.Getenv(killData)
	if data == "" {
		return // nobody has started it as a child
	}
	told := os.NewFile(3, "told")
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
	s := newKilled(store, &telling{tell: tell})
	go s.Run(context.Background())
	tell("ready", "-")
	for n := 0; ; n++ {
		v := killedVisit(t, n)
		if err := store.Save(v, v.CreatedAt); err != nil {
			t.Fatal(err)
		}
		s.Print(Request{
			Session: uint64(n + 1), Slip: printer.Slip{Visit: v.ID, Kind: printer.KindQueued, Languages: []string{"th"}}, Tell: func(Outcome) {},
		})
		tell("noted", string(v.ID))
	}
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

package spool

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"authenkiosk/printer"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// visitOf is the id of the n-th patient's visit.
func visitOf(n int) visit.ID { return visit.ID(fmt.Sprintf("019ab000-0000-7000-8000-%012d", n)) }

// memory is a store that keeps jobs in memory and refuses what the durable one
// refuses.
type memory struct {
	mu      sync.Mutex
	jobs    map[string]storage.PrintJob
	history []string // every state of every job
	fail    error    // of every change
}

func newMemory() *memory { return &memory{jobs: map[string]storage.PrintJob{}} }

func (m *memory) PutPrintJob(j storage.PrintJob) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, there := m.jobs[j.ID]; there {
		return storage.ErrJobExists
	}
	if m.fail != nil {
		return m.fail
	}
	m.jobs[j.ID] = j
	m.history = append(m.history, string(j.State))
	return nil
}

var moves = map[storage.JobState][]storage.JobState{
	storage.JobWanted:  {storage.JobSending, storage.JobGivenUp},
	storage.JobSending: {storage.JobPrinted, storage.JobUnclear, storage.JobFailed},
	storage.JobUnclear: {storage.JobWanted, storage.JobPrinted, storage.JobGivenUp},
	storage.JobFailed:  {storage.JobWanted, storage.JobSending, storage.JobGivenUp},
}

func (m *memory) MarkPrintJob(id string, to storage.JobState, _ time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	j, ok := m.jobs[id]
	if !ok {
		return storage.ErrNoJob
	}
	if !slices.Contains(moves[j.State], to) {
		return &storage.JobStateError{ID: id, From: j.State, To: to}
	}
	if j.State = to; to == storage.JobSending {
		j.Attempts++
	}
	m.jobs[id] = j
	m.history = append(m.history, string(to))
	return nil
}

func (m *memory) PrintJobs() ([]storage.PrintJob, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []storage.PrintJob
	for _, j := range m.jobs {
		out = append(out, j)
	}
	slices.SortFunc(out, func(a, b storage.PrintJob) int { return a.CreatedAt.Compare(b.CreatedAt) })
	return out, nil
}

func (m *memory) breakDown(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fail = err
}

func (m *memory) state(id visit.ID) storage.JobState {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.jobs[string(id)].State
}

// fake is a printer whose condition is set by hand and that knows it at once.
type fake struct {
	mu          sync.Mutex
	condition   printer.Condition
	takes       time.Duration // for one slip
	ends        []error       // of the next prints; behind them: as the condition says
	begun       []printer.Slip
	out         []printer.Slip
	interrupted int  // how often it was told of a piece
	stuck       bool // it never ends by itself
}

func (p *fake) set(c printer.Condition) {
	p.mu.Lock()
	p.condition = c
	p.mu.Unlock()
}

func (p *fake) Status() printer.Status {
	p.mu.Lock()
	defer p.mu.Unlock()
	return printer.Status{Condition: p.condition, At: time.Now()}
}

func (p *fake) Print(ctx context.Context, s printer.Slip) error {
	p.mu.Lock()
	p.begun = append(p.begun, s)
	takes, stuck := p.takes, p.stuck
	p.mu.Unlock()
	if stuck {
		<-ctx.Done()
		return &printer.NotPrintedError{Partial: true, Err: ctx.Err()}
	}
	select {
	case <-time.After(takes):
	case <-ctx.Done():
		return &printer.NotPrintedError{Partial: true, Err: ctx.Err()}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	var err error
	if len(p.ends) > 0 {
		err, p.ends = p.ends[0], p.ends[1:]
	} else if !p.condition.Prints() {
		err = &printer.NotPrintedError{Condition: p.condition}
	}
	if err == nil {
		p.out = append(p.out, s)
	}
	return err
}

func (p *fake) Interrupted() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.interrupted++
}

func (p *fake) slips() []printer.Slip {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.out)
}

func (p *fake) tries() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.begun)
}

// bench is a spool between the two.
type bench struct {
	*Spool
	store   *memory
	printer *fake

	mu    sync.Mutex
	told  []Outcome
	shown uint64 // the session on the screen, 0: none
	limit time.Duration
	stop  context.CancelFunc
	ended chan struct{}
}

func newBench(t *testing.T) *bench {
	b := &bench{store: newMemory(), printer: &fake{condition: printer.Ready, takes: time.Second}, shown: 1}
	b.start()
	t.Cleanup(func() { b.end() })
	return b
}

// start begins a life of the program on what the store holds.
func (b *bench) start() {
	b.Spool = New(Options{
		Store: b.store, Printer: b.printer, Log: slog.New(slog.DiscardHandler), Limit: b.limit,
		Shown: func() uint64 {
			b.mu.Lock()
			defer b.mu.Unlock()
			return b.shown
		},
		Rebuild: func(j storage.PrintJob) (printer.Slip, bool) {
			return printer.Slip{Visit: j.Visit, Kind: printer.KindCode, Code: "PP1200000001"}, j.Kind != "desk"
		},
	})
	ctx, stop := context.WithCancel(context.Background())
	b.stop, b.ended = stop, make(chan struct{})
	ended := b.ended
	go func() { b.Run(ctx); close(ended) }()
}

func (b *bench) end() { b.stop(); <-b.ended }

// want asks for the slip of a session of that number.
func (b *bench) want(n int, reprint bool) {
	b.ask(n, "PP1200000001", reprint, false)
}

// ask is the same for the slip of any code.
func (b *bench) ask(n int, code visit.AuthenCode, reprint, elsewhere bool) {
	b.Print(Request{
		Session: uint64(n), Elsewhere: elsewhere,
		Slip: printer.Slip{Visit: visitOf(n), Kind: printer.KindCode, Code: code, Reprint: reprint},
		Tell: func(o Outcome) {
			b.mu.Lock()
			b.told = append(b.told, o)
			b.mu.Unlock()
		},
	})
}

func (b *bench) show(n uint64) {
	b.mu.Lock()
	b.shown = n
	b.mu.Unlock()
}

func (b *bench) outcomes() []Outcome {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.told)
}

var errDisk = errors.New("no room")

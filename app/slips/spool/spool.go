// Package spool brings slips to the printer: each is noted in the store before it
// is sent and marked as being sent before its first byte leaves, so that no crash
// can lose one or print it twice. It must not touch a visit: what becomes of a
// slip changes nothing at NHSO.
//
// A slip that surely did not come out is printed when the printer is well again,
// as long as somebody waits for it and nobody else is on the screen. One of which nobody knows whether it came out
// is never sent again unless a person asks.
package spool

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"sync"
	"time"

	"github.com/google/uuid"

	"authenkiosk/printer"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// Store keeps print jobs. Its methods return when the change is on the disk.
type Store interface {
	PutPrintJob(job storage.PrintJob) error
	MarkPrintJob(id string, to storage.JobState, at time.Time) error
	PrintJobs() ([]storage.PrintJob, error)
}

// Printer prints slips, see printer.Poller.
type Printer interface {
	// Status is what is known of the printer, without asking it.
	Status() printer.Status
	// Print ends well, with *printer.NotPrintedError or *printer.UnclearError.
	Print(ctx context.Context, s printer.Slip) error
	// Interrupted says that a program which has ended may have left a piece of a
	// slip in the printer, which waits for the rest of it.
	Interrupted()
}

// Outcome is what became of a slip.
type Outcome int

// The outcomes. A slip that failed may still become printed or unclear.
const (
	underWay Outcome = iota
	Printed
	Unclear // nobody knows whether it came out
	Failed  // it surely did not come out
)

// Options are what a spool stands on.
type Options struct {
	Store   Store
	Printer Printer
	Log     *slog.Logger
	// Shown returns the number of the session on the screen, 0 without one.
	Shown func() uint64
	// Rebuild makes the slip of a job that was found at the start; it reports
	// false when there is nothing to make it of.
	Rebuild func(storage.PrintJob) (printer.Slip, bool)
	// Limit bounds the sending of one slip; 0: what suits printers in a network or
	// on USB. One that takes longer would do so again, and is not sent again.
	Limit time.Duration
	// Settled is called whenever a slip has been sent or has failed; nil: by nobody.
	Settled func()
}

// Spool is the queue of slips. Its methods may be called from any goroutine.
type Spool struct {
	o    Options
	wake chan struct{}

	mu      sync.Mutex
	queue   []*job
	sending *job            // nil: none
	codes   map[string]said // by the id of the job; of this program only
}

// said is what a slip said. A store of jobs holds no codes.
type said struct {
	code visit.AuthenCode
	at   time.Time
}

// job is a slip on its way, in memory.
type job struct {
	id      string // in the store; empty: it could not be noted
	slip    printer.Slip
	session uint64 // 0: of a program that has ended
	created time.Time
	tell    func(Outcome)

	elsewhere bool // see Request

	attempts int
	failed   time.Time // when it was tried last
	unmarked bool      // the disk did not take that it has failed: it still is being sent there
	// behind is the same slip, which was being sent when a person asked for this
	// one: if it comes out, this one has, too.
	behind *job
	end    Outcome
	noted  bool // it may be sent
}

// New returns a spool with what a program that has ended has left, where that is
// still wanted. Nothing is printed before Run.
func New(o Options) *Spool {
	if o.Limit == 0 {
		o.Limit = usualLimit
	}
	s := &Spool{o: o, wake: make(chan struct{}, 1), codes: map[string]said{}}
	s.resume()
	return s
}

// Request is a slip that is wanted.
type Request struct {
	Session uint64 // on whose screen it was asked for
	Slip    printer.Slip
	// Elsewhere says that the first slip of this code may have come from another
	// machine or program: a reprint stays a reprint, whatever is noted here.
	Elsewhere bool
	// Tell is called with what became of it, at times more than once.
	Tell func(Outcome)
}

// Print notes that a slip is wanted and returns when that is on the disk; it waits
// for no printer. An earlier one of which this one says all is not wanted any more
// when it has not come out yet.
func (s *Spool) Print(r Request) {
	now := time.Now()
	j := &job{slip: r.Slip, session: r.Session, created: now, tell: r.Tell, elsewhere: r.Elsewhere}
	count := s.number(j)
	for _, old := range s.replaceBy(j) {
		s.mark(old, storage.JobGivenUp)
	}
	id, err := s.note(j, count)
	if err != nil {
		// It is printed all the same: what is not noted is in nobody's way later.
		s.o.Log.Error("note a slip", "visit", r.Slip.Visit, "err", err)
	}
	s.mu.Lock()
	j.id, j.noted = id, true
	s.mu.Unlock()
	s.stir()
}

// number counts a reprint. What never came out is none.
func (s *Spool) number(j *job) int {
	if !j.slip.Reprint {
		return 0
	}
	count := s.count(j)
	j.slip.Reprint, j.slip.ReprintCount = count > 0 || j.elsewhere, count
	return count
}

// Count returns how many slips that say the same may have come out.
func (s *Spool) Count(r Request) int { return s.count(&job{slip: r.Slip, elsewhere: r.Elsewhere}) }

// alike reports whether the slip of a job is of the visit and the code of a wanted one. A
// patient who comes back for the code of another machine has another visit each time: it is
// of the same code then. What a program that has ended has printed counts for its visit: its
// code is not known. It needs the lock.
func (s *Spool) alike(j storage.PrintJob, wanted *job) bool {
	said, known := s.codes[j.ID]
	if !known || said.code == "" {
		return j.Visit == wanted.slip.Visit
	}
	return said.code == wanted.slip.Code
}

// count returns how many slips that say the same may have come out.
func (s *Spool) count(wanted *job) (n int) {
	jobs, err := s.o.Store.PrintJobs()
	if err != nil {
		s.o.Log.Error("count slips", "visit", wanted.slip.Visit, "err", err)
		return 1 // rather a mark too many
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, j := range jobs {
		if j.Kind != wanted.kind() || !s.alike(j, wanted) {
			continue
		}
		switch j.State {
		case storage.JobPrinted, storage.JobUnclear, storage.JobSending:
			n++
		}
	}
	return n
}

// note writes a job down and returns its id. The first slip of a visit has the id
// of the visit.
func (s *Spool) note(j *job, count int) (string, error) {
	noted := storage.PrintJob{
		ID: string(j.slip.Visit), Visit: j.slip.Visit, Kind: j.kind(), Language: thai, Copy: count,
		State: storage.JobWanted, CreatedAt: j.created,
	}
	if len(j.slip.Languages) > 0 {
		noted.Language = j.slip.Languages[0]
	}
	err := s.o.Store.PutPrintJob(noted)
	if errors.Is(err, storage.ErrJobExists) {
		noted.ID = uuid.NewString()
		err = s.o.Store.PutPrintJob(noted)
	}
	if err != nil {
		return "", err
	}
	s.remember(noted.ID, said{j.slip.Code, j.created})
	return noted.ID, nil
}

// remember keeps what a slip says, and forgets those of earlier days.
func (s *Spool) remember(id string, says said) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.codes, func(_ string, old said) bool { return says.at.Sub(old.at) > keepCodes })
	s.codes[id] = says
}

// elsewhereKind is how the slip of a code is noted that was made at another
// machine: its job has the visit of the session, whose own code is another one.
const elsewhereKind = "code-elsewhere"

// kind is how the store calls the slip.
func (j *job) kind() string {
	if j.elsewhere && j.slip.Kind == printer.KindCode {
		return elsewhereKind
	}
	return j.slip.Kind.String()
}

// same reports whether two slips say the same. One visit may have slips of two codes:
// that of another machine, and its own.
func (j *job) same(other *job) bool {
	return j.slip.Visit == other.slip.Visit && j.slip.Kind == other.slip.Kind && j.slip.Code == other.slip.Code
}

// outdates reports whether an earlier slip is not wanted any more beside j: it says
// the same, or that the code follows. No slip makes up for one of another code.
func (j *job) outdates(old *job) bool {
	return j.same(old) || j.slip.Visit == old.slip.Visit && old.slip.Kind != printer.KindCode
}

// thai is the language of slips that name none.
const thai = "th"

// replaceBy puts a job into the queue in place of those that it outdates. One that
// is being sent goes on.
func (s *Spool) replaceBy(j *job) (out []*job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var left []*job
	for _, old := range s.queue {
		if !j.outdates(old) {
			left = append(left, old)
			continue
		}
		out = append(out, old)
	}
	s.queue = append(left, j)
	if b := s.sending; b != nil && j.same(b) {
		j.behind = b
	}
	return out
}

// mark writes down where a job stands.
func (s *Spool) mark(j *job, to storage.JobState) bool {
	if j.id == "" {
		return true
	}
	if err := s.o.Store.MarkPrintJob(j.id, to, time.Now()); err != nil {
		s.o.Log.Error("mark a slip", "visit", j.slip.Visit, "as", string(to), "err", err)
		return false
	}
	return true
}

// waiting returns how many slips have not come out yet.
func (s *Spool) waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.queue)
	if s.sending != nil {
		n++
	}
	return n
}

// wanted reports whether a job that waits may still come out: while its patient is on
// the screen, or for a while when nobody is. In front of anybody else it would give
// away a name and a code.
func (s *Spool) wanted(j *job) bool {
	switch s.o.Shown() {
	case 0:
		return j.young()
	case j.session:
		return true
	}
	return false
}

// young reports whether the patient of a job may still stand by.
func (j *job) young() bool {
	age := time.Since(j.created)
	return age >= 0 && age < keepWanted
}

func (s *Spool) stir() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

package spool

import (
	"context"
	"errors"
	"slices"
	"time"

	"authenkiosk/printer"
	"authenkiosk/storage"
)

// Run prints until ctx ends. A slip under way then gets a moment.
func (s *Spool) Run(ctx context.Context) {
	for ctx.Err() == nil {
		if j := s.next(time.Now()); j != nil {
			s.send(ctx, j)
			continue
		}
		s.rest(ctx)
	}
}

// rest waits for a new slip, or for the time to look at the printer again.
func (s *Spool) rest(ctx context.Context) {
	var again <-chan time.Time
	if s.waiting() > 0 {
		timer := time.NewTimer(look)
		defer timer.Stop()
		again = timer.C
	}
	select {
	case <-ctx.Done():
	case <-s.wake:
	case <-again:
	}
}

// next takes the job that is sent now, nil when there is none. New ones, whose
// patients are waiting, come before those that have failed before.
func (s *Spool) next(now time.Time) *job {
	s.mu.Lock()
	defer s.mu.Unlock()
	status := s.o.Printer.Status()
	for _, again := range []bool{false, true} {
		for i, j := range s.queue {
			if j.noted && again == (j.attempts > 0) && (!again || s.isDue(j, status, now) || !s.wanted(j)) {
				s.queue = slices.Delete(s.queue, i, i+1)
				s.sending = j
				return j
			}
		}
	}
	return nil
}

// isDue reports whether a job that has failed is to be tried again: the printer has
// been well since.
func (s *Spool) isDue(j *job, status printer.Status, now time.Time) bool {
	pause := firstPause << min(j.attempts-1, maxAttempts)
	return status.Condition.Prints() && status.At.After(j.failed) && now.Sub(j.failed) >= pause
}

// send brings one job to its end, or back into the queue.
func (s *Spool) send(ctx context.Context, j *job) {
	defer func() {
		s.mu.Lock()
		s.sending = nil
		s.mu.Unlock()
		if s.o.Settled != nil {
			s.o.Settled()
		}
	}()
	if j.behind != nil && j.behind.end == Failed {
		s.number(j) // it may be the first, after all
	}
	switch {
	case j.behind != nil && (j.behind.end == Printed || j.behind.end == Unclear):
		s.mark(j, storage.JobGivenUp)
		s.finish(j, j.behind.end)
		return
	case !s.wanted(j):
		s.o.Log.Info("nobody waits for the slip any more", "visit", j.slip.Visit, "attempts", j.attempts)
		s.mark(j, storage.JobGivenUp)
		j.end = Failed
		return
	case j.unmarked && !s.mark(j, storage.JobFailed), !s.mark(j, storage.JobSending):
		// A slip that is wanted on the disk would be printed again after a crash.
		s.failed(j)
		return
	}
	j.unmarked = false
	overlong, err := s.print(ctx, j)
	var not *printer.NotPrintedError
	switch {
	case err == nil:
		s.mark(j, storage.JobPrinted)
		s.finish(j, Printed)
	case errors.As(err, &not):
		s.o.Log.Warn("the slip was not printed", "visit", j.slip.Visit, "condition", not.Condition.String(), "err", err)
		j.unmarked = !s.mark(j, storage.JobFailed)
		if overlong {
			s.o.Log.Warn("a slip takes the printer too long and is not sent again; is its line too slow?", "visit", j.slip.Visit, "limit", s.o.Limit)
			s.mark(j, storage.JobGivenUp)
			s.finish(j, Failed)
			return
		}
		s.failed(j)
	default:
		s.o.Log.Warn("it is unclear whether the slip was printed", "visit", j.slip.Visit, "err", err)
		s.mark(j, storage.JobUnclear)
		s.finish(j, Unclear)
	}
}

// print sends the slip and reports whether it took longer than it may. The end of
// the program does not cut it off at once.
func (s *Spool) print(ctx context.Context, j *job) (overlong bool, err error) {
	printing, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.o.Limit)
	defer cancel()
	ended := make(chan struct{})
	defer close(ended)
	stop := context.AfterFunc(ctx, func() {
		timer := time.NewTimer(grace)
		defer timer.Stop()
		select {
		case <-timer.C:
			cancel()
		case <-ended:
		}
	})
	defer stop()
	err = s.o.Printer.Print(printing, j.slip)
	return errors.Is(printing.Err(), context.DeadlineExceeded), err
}

// failed puts a job back, unless the printer fails each time though it says that
// it is well, or another slip has taken its place meanwhile.
func (s *Spool) failed(j *job) {
	j.attempts++
	j.failed = time.Now()
	hopeless := j.attempts >= maxAttempts
	s.mu.Lock()
	again := !hopeless && !s.replaced(j)
	if again {
		s.queue = append(s.queue, j)
	}
	s.mu.Unlock()
	if hopeless {
		s.o.Log.Error("the slip is given up", "visit", j.slip.Visit, "attempts", j.attempts)
	}
	if !again {
		s.mark(j, storage.JobGivenUp)
	}
	s.finish(j, Failed)
}

// finish tells what became of a slip, unless one that outdates it waits: the screen
// speaks of that.
func (s *Spool) finish(j *job, o Outcome) {
	j.end = o
	s.mu.Lock()
	silent := s.replaced(j)
	s.mu.Unlock()
	if !silent {
		j.tell(o)
	}
}

// replaced reports whether a slip that outdates this one waits. It needs the lock.
func (s *Spool) replaced(j *job) bool {
	return slices.ContainsFunc(s.queue, func(other *job) bool { return other != j && other.outdates(j) })
}

// resume takes up what a program that has ended has left: it is printed when it is
// young enough and there is a visit to make it of, else it is given up.
func (s *Spool) resume() {
	jobs, err := s.o.Store.PrintJobs()
	if err != nil {
		s.o.Log.Error("look for slips that were wanted", "err", err)
		return
	}
	piece := false // a slip of those that are kept was begun and not confirmed
	for _, noted := range jobs {
		j := &job{id: noted.ID, created: noted.CreatedAt, tell: func(Outcome) {}, noted: true}
		j.slip.Visit = noted.Visit
		piece = piece || noted.Attempts > 0 && noted.State != storage.JobPrinted
		switch noted.State {
		case storage.JobSending:
			s.mark(j, storage.JobUnclear)
		case storage.JobWanted, storage.JobFailed:
			slip, known := s.o.Rebuild(noted)
			if !known || noted.Kind == elsewhereKind || !j.young() || noted.Attempts >= maxAttempts {
				s.mark(j, storage.JobGivenUp)
				continue
			}
			j.slip = slip
			j.slip.Reprint, j.slip.ReprintCount = noted.Copy > 0, noted.Copy
			if slip.Kind.String() != noted.Kind && !s.renew(j, jobs) {
				continue
			}
			s.remember(j.id, said{j.slip.Code, j.created})
			s.queue = append(s.queue, j)
		}
	}
	if piece {
		s.o.Printer.Interrupted()
	}
}

// renew notes a slip anew that says something else than the job it was made of: the
// code has come, and a reprint counts slips of codes. It reports whether the slip is
// still to be printed. The new job comes first, so that no crash loses both; a job
// of that kind, of a program that was killed in between, tells that it was there.
func (s *Spool) renew(j *job, jobs []storage.PrintJob) bool {
	there := slices.ContainsFunc(jobs, func(other storage.PrintJob) bool {
		return other.Visit == j.slip.Visit && other.Kind == j.kind()
	})
	if there {
		s.mark(j, storage.JobGivenUp)
		return false
	}
	j.slip.Reprint, j.slip.ReprintCount = false, 0
	id, err := s.note(j, 0)
	if err != nil {
		s.o.Log.Error("note a slip", "visit", j.slip.Visit, "err", err)
		return true // as the job that it was
	}
	s.mark(j, storage.JobGivenUp)
	j.id = id
	return true
}

//go:build linux

package powercut_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/storage"
	"authenkiosk/visit"
)

// What a child is told to do.
const (
	taskWork = "work" // take visits through their states for ever
	taskFull = "full" // the same; after an error wait for a line and try again
	taskSync = "sync" // the same, slips and compactions too
	taskLook = "look" // tell every visit and check the file
	taskOpen = "open" // open and close
	taskPack = "pack" // make a few visits, wait for a line, compact
)

// runChild runs one task and tells what happens on standard output, one line
// each, the first word being what it is.
func runChild(task, dir string) int {
	fmt.Println("start")
	if done, err := onBackup(task, dir); err != nil {
		return say(err)
	} else if done {
		return 0
	}
	s, err := storage.Open(dir, storage.Options{})
	if err != nil {
		return say(err)
	}
	fmt.Println("open")
	switch task {
	case taskLook:
		return look(s, dir)
	case taskOpen:
		if err := s.Close(); err != nil {
			return say(err)
		}
		return 0
	}
	all, err := everyVisit(s)
	if err != nil {
		return say(err)
	}
	w := worker{s: s, orders: bufio.NewReader(os.Stdin), patient: task == taskFull || task == taskSync, all: task != taskFull}
	for n := len(all); task != taskPack || n < len(all)+visitsBeforePack; n++ {
		if err := w.take(n); err != nil {
			return say(err)
		}
	}
	if err := w.pack(); err != nil {
		return say(err)
	}
	return 0
}

func say(err error) int {
	fmt.Println("error", oneLine(err))
	return 1
}

func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }

// worker takes visits through their states.
type worker struct {
	s       *storage.Store
	orders  *bufio.Reader
	patient bool // after an error: waits for a line and tries again
	all     bool // prints slips, too, and when patient compacts now and then
}

// compactEvery is after how many visits a patient worker compacts.
const compactEvery = 7

// save saves visit n with its photo, if it has one.
func save(s *storage.Store, n int) error {
	if photo := photoOf(n); photo != nil {
		return s.SaveWithPhoto(madeUp(n), photo, noon)
	}
	return s.Save(madeUp(n), noon)
}

// take acknowledges each change of visit n after it was made. The slip of one that is done
// is printed as far as sending.
func (w *worker) take(n int) error {
	v := madeUp(n)
	steps := map[visit.State]func() error{
		visit.StatePending:  func() error { return save(w.s, n) },
		visit.StateInflight: func() error { return w.s.Begin(v.ID, noon) },
		visit.StateDone:     func() error { return w.s.Done(v.ID, codeOf(n), noon) },
		visit.StateStaff:    func() error { return w.s.Hold(v.ID, holder, noon) },
	}
	for i, state := range wayOf(n) {
		if err := w.insist(n, i, steps[state]); err != nil {
			return err
		}
		if _, err := fmt.Println(state, n); err != nil {
			return err
		}
	}
	if w.all && w.patient && n%compactEvery == 0 {
		if err := w.insist(n, len(wayOf(n)), func() error { _, err := w.s.Compact(); return err }); err != nil {
			return err
		}
	}
	if n%3 == 2 && w.all {
		return w.print(n)
	}
	return nil
}

// insist does a step of visit n; a patient worker does it until it succeeds.
func (w *worker) insist(n, step int, do func() error) error {
	for {
		err := do()
		if err == nil || !w.patient {
			return err
		}
		if err := w.refused(n, step, err); err != nil {
			return err
		}
	}
}

// print takes the slip of visit n so far that its first byte could leave.
func (w *worker) print(n int) error {
	job := slipOf(n)
	if err := w.insist(n, 3, func() error { return w.s.PutPrintJob(job) }); err != nil {
		return err
	}
	if err := w.insist(n, 3, func() error { return w.s.MarkPrintJob(job.ID, storage.JobSending, noon) }); err != nil {
		return err
	}
	_, err := fmt.Println("sending", n)
	return err
}

// refused checks that a step that failed has changed nothing, and waits until it
// may try again. A hold may be there: it was refused for what it lacks in the journal.
func (w *worker) refused(n, step int, cause error) error {
	r, err := w.s.Visit(madeUp(n).ID)
	way := wayOf(n)
	switch {
	case step > 0 && step < len(way) && err == nil && r.State == visit.StateStaff && way[step] == r.State:
	case errors.Is(err, storage.ErrUnsafe): // it shows nothing until it is whole again
	case step == 0 && !errors.Is(err, storage.ErrNotFound):
		return fmt.Errorf("half saved: %s, %v after %w", r.State, err, cause)
	case step > 0 && (err != nil || r.State != way[step-1]):
		return fmt.Errorf("half changed: %s, %v after %w", r.State, err, cause)
	default:
		if err := w.agrees(); err != nil && !errors.Is(err, storage.ErrUnsafe) {
			return fmt.Errorf("%w after %w", err, cause)
		}
	}
	fmt.Println("refused", n, step, oneLine(cause))
	_, err = w.orders.ReadString('\n')
	return err
}

// everyVisit returns the visits that are there, in the order of their numbers.
func everyVisit(s *storage.Store) (all []storage.Record, err error) {
	const far = 5 // numbers that were refused, and of which later ones may be there
	for n, missing := 0, 0; missing < far; n++ {
		r, err := s.Visit(madeUp(n).ID)
		switch {
		case errors.Is(err, storage.ErrNotFound):
			missing++
		case err != nil:
			return all, err
		default:
			missing = 0
			all = append(all, r)
		}
	}
	return all, nil
}

// agrees holds the lists of the store against its records.
func (w *worker) agrees() error {
	all, err := everyVisit(w.s)
	if err != nil {
		return err
	}
	unsettled, err := w.s.Unsettled()
	if err != nil {
		return err
	}
	counts, err := w.s.Counts(visit.ServiceDateOf(noon))
	if err != nil {
		return err
	}
	open := 0
	for _, r := range all {
		if r.State.Unsettled() {
			open++
		}
		if again, err := w.s.Visit(r.Visit.ID); err != nil || again.State != r.State {
			return fmt.Errorf("lists disagree: %s is %s and %s, %w", r.Visit.ID, r.State, again.State, err)
		}
	}
	if open != len(unsettled) || open != counts.Pending {
		return fmt.Errorf("lists disagree: %d open, %d unsettled, %d counted", open, len(unsettled), counts.Pending)
	}
	return nil
}

// look tells every visit, every file and what bbolt thinks of the data file.
func look(s *storage.Store, dir string) int {
	all, err := everyVisit(s)
	if err != nil {
		return say(err)
	}
	if r := s.Recovery(); r.Quarantined != "" {
		fmt.Println("repaired", r)
	} else if r.Damage() {
		fmt.Println("alarm", r)
	}
	open, done := 0, 0
	for n, r := range all {
		if !intact(n, r) {
			fmt.Println("changed", n)
		}
		if got, err := s.Photo(r.Visit.ID); !bytes.Equal(got, photoOf(n)) || (err == nil) != (got != nil) {
			fmt.Printf("corrupt: the photo of visit %d has %d bytes, %v\n", n, len(got), err)
		}
		if r.State.Unsettled() {
			open++
		}
		if r.State == visit.StateDone {
			done++
		}
		fmt.Println(r.State, n)
	}
	counts, err := s.Counts(visit.ServiceDateOf(noon))
	if err != nil {
		return say(err)
	}
	if unsettled, err := s.Unsettled(); err != nil || len(unsettled) != open || counts.Pending != open || counts.DoneToday != done || counts.Staff != len(all)-open-done {
		fmt.Printf("corrupt: indexes: %d unsettled, %+v for %d of %d, %v\n", len(unsettled), counts, open, len(all), err)
	}
	lookBeside(s, all)
	// The store must still take visits.
	if err := save(s, len(all)); err != nil {
		return say(err)
	}
	fmt.Println("saved", len(all))
	if err := s.Close(); err != nil {
		return say(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return say(err)
	}
	for _, e := range entries {
		fmt.Println("file", e.Name())
		if filepath.Ext(e.Name()) == ".db" {
			if err := check(filepath.Join(dir, e.Name())); err != nil {
				fmt.Println("corrupt", err)
			}
		}
	}
	fmt.Println("end")
	return 0
}

// lookBeside tells the slips that may have been printed, and what is wrong with
// the feed.
func lookBeside(s *storage.Store, all []storage.Record) {
	jobs, err := s.PrintJobs()
	if err != nil {
		fmt.Println("corrupt", err)
	}
	for _, j := range jobs {
		if j.State == storage.JobSending {
			fmt.Println("corrupt: a slip is being sent after the start")
		}
		for n, r := range all {
			if r.Visit.ID == j.Visit && j.State == storage.JobUnclear {
				fmt.Println("unclear", n)
			}
		}
	}
	changes, _, err := s.Changes(0, len(all)+1)
	done, last := 0, uint64(0)
	for _, c := range changes {
		if c.Seq <= last || c.Record.State != visit.StateDone {
			fmt.Println("corrupt: the feed is out of order")
		}
		last = c.Seq
	}
	for _, r := range all {
		if r.State == visit.StateDone {
			done++
		}
	}
	if err != nil || len(changes) != done {
		fmt.Printf("corrupt: the feed has %d changes of %d visits, %v\n", len(changes), done, err)
	}
}

// check lets bbolt look at the structure of its file.
func check(path string) error {
	db, err := bolt.Open(path, 0o600, &bolt.Options{ReadOnly: true, Timeout: time.Second, PreLoadFreelist: true})
	if err != nil {
		return err
	}
	return errors.Join(db.View(func(tx *bolt.Tx) error {
		var errs []error
		for err := range tx.Check() {
			errs = append(errs, err)
		}
		return errors.Join(errs...)
	}), db.Close())
}

package storage

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/visit"
)

// slip returns print job n of visit n, the first one.
func slip(n int) PrintJob {
	return PrintJob{
		ID: string(madeUp(n).ID), Visit: madeUp(n).ID, Kind: "code", Language: "th", State: JobWanted,
		CreatedAt: noon.Add(time.Duration(n) * time.Second),
	}
}

// intoJob brings a fresh job into a state by legal moves only.
func intoJob(t *testing.T, s *Store, job PrintJob, state JobState) {
	t.Helper()
	must(t, s.PutPrintJob(job))
	way := map[JobState][]JobState{
		JobWanted: {}, JobSending: {JobSending}, JobPrinted: {JobSending, JobPrinted},
		JobUnclear: {JobSending, JobUnclear}, JobFailed: {JobSending, JobFailed}, JobGivenUp: {JobGivenUp},
	}
	for _, step := range way[state] {
		must(t, s.MarkPrintJob(job.ID, step, noon))
	}
}

func TestEveryMoveOfAPrintJobIsAllowedOrATypedError(t *testing.T) {
	legal := map[string]bool{
		"wanted>sending": true, "wanted>given-up": true,
		"sending>printed": true, "sending>unclear": true, "sending>failed": true,
		"unclear>wanted": true, "unclear>printed": true, "unclear>given-up": true,
		"failed>wanted": true, "failed>sending": true, "failed>given-up": true,
	}
	s := openIn(t, t.TempDir())
	n := 0
	for _, from := range JobStates() {
		for _, to := range JobStates() {
			n++
			intoJob(t, s, slip(n), from)
			move := string(from) + ">" + string(to)
			var refused *JobStateError
			err := s.MarkPrintJob(slip(n).ID, to, noon)
			if legal[move] != (err == nil) || err != nil && (!errors.As(err, &refused) || refused.From != from || refused.To != to) {
				t.Errorf("%s: %v", move, err)
			}
		}
	}
	if err := s.MarkPrintJob(slip(1000).ID, JobSending, noon); !errors.Is(err, ErrNoJob) {
		t.Errorf("a job that is not there: %v", err)
	}
}

func TestAJobOfWhichBytesMayHaveLeftIsUnclearAfterAStart(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	for n, state := range JobStates() {
		intoJob(t, s, slip(n), state)
	}
	must(t, s.Close())
	for range 2 {
		s = openIn(t, dir)
		jobs, err := s.PrintJobs()
		must(t, err)
		if len(jobs) != len(JobStates()) {
			t.Fatalf("%d jobs", len(jobs))
		}
		for n, state := range JobStates() {
			want, got := state, jobs[n]
			if state == JobSending {
				want = JobUnclear
			}
			if got.State != want || got.ID != slip(n).ID || !got.CreatedAt.Equal(slip(n).CreatedAt) || got.Kind != "code" || got.Language != "th" {
				t.Errorf("%s became %+v", state, got)
			}
			if sent := state != JobWanted && state != JobGivenUp; (got.Attempts == 1) != sent {
				t.Errorf("%s: %d attempts", state, got.Attempts)
			}
		}
		must(t, s.Close())
	}
}

func TestAJobIsUnclearWhenTheNewestChangeOfTheFileIsLost(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	intoJob(t, s, slip(1), JobSending) // the meta page with this change is lost
	must(t, s.Close())
	loseNewestMeta(t, dir)
	s = openIn(t, dir)
	jobs, err := s.PrintJobs()
	if err != nil || len(jobs) != 1 || jobs[0].State != JobUnclear {
		t.Errorf("%+v, %v", jobs, err)
	}
}

func TestPrintsAreCountedForTheMarkOfAReprint(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	id := madeUp(1).ID
	for i, state := range []JobState{JobPrinted, JobUnclear, JobFailed, JobGivenUp, JobWanted} {
		job := slip(1)
		job.ID, job.Copy = fmt.Sprintf("019ab000-0000-4000-8000-%012x", i), i
		intoJob(t, s, job, state)
	}
	if n := s.Prints(id); n != 2 {
		t.Errorf("%d prints", n)
	}
	if n := s.Prints(madeUp(2).ID); n != 0 {
		t.Errorf("another visit: %d prints", n)
	}
	must(t, s.Close())
	s = openIn(t, dir)
	if n := s.Prints(id); n != 2 {
		t.Errorf("after a start: %d prints", n)
	}
	got, err := s.Expire(noon.AddDate(0, 0, 1), Keep{Days: 30, PhotoDays: 30, StaffDays: 30, Confirmed: true, Delivered: math.MaxUint64})
	if err != nil || got != (Erased{Jobs: 5}) || s.Prints(id) != 0 {
		t.Errorf("the next day: %+v, %v, %d prints", got, err, s.Prints(id))
	}
}

func TestWhatIsNoPrintJobIsRefused(t *testing.T) {
	s := openIn(t, t.TempDir())
	must(t, s.PutPrintJob(slip(1)))
	if err := s.PutPrintJob(slip(1)); !errors.Is(err, ErrJobExists) {
		t.Errorf("twice: %v", err)
	}
	for name, change := range map[string]func(*PrintJob){
		"an id with a number of 13 digits": func(j *PrintJob) { j.ID = madeUp(1).PID.Digits() },
		"no visit":                         func(j *PrintJob) { j.Visit = "" },
		"a kind with digits":               func(j *PrintJob) { j.Kind = madeUp(1).PID.Digits() },
		"no language":                      func(j *PrintJob) { j.Language = "" },
		"a state to come":                  func(j *PrintJob) { j.State = JobPrinted },
		"a copy below the first":           func(j *PrintJob) { j.Copy = -1 },
		"no time":                          func(j *PrintJob) { j.CreatedAt = time.Time{} },
	} {
		job := slip(2)
		change(&job)
		if err := s.PutPrintJob(job); !errors.Is(err, ErrJob) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestJobsGoWithTheirVisit(t *testing.T) {
	s := openIn(t, t.TempDir())
	v := aged(t, s, 1, 0, visit.StateDone)
	must(t, s.PutPrintJob(slip(1)))
	must(t, s.PutPrintJob(slip(2)))
	_, err := s.ErasePerson(v.PID)
	must(t, err)
	jobs, err := s.PrintJobs()
	if err != nil || len(jobs) != 1 || jobs[0].Visit != madeUp(2).ID {
		t.Errorf("%d jobs, %v", len(jobs), err)
	}
	must(t, s.view(func(tx *bolt.Tx) error {
		if tx.Bucket(bucketJobs).Get([]byte(slip(1).ID)) != nil {
			t.Error("it is still in the file")
		}
		return nil
	}))
	if entries := auditOf(t, s, v.ID); len(entries) != 4 || entries[2].Event != "slip-wanted" {
		t.Errorf("the audit has %d entries of the visit", len(entries))
	}
}

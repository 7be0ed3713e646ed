package storage

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"

	"authenkiosk/visit"
)

// PrintJob is a slip that is to be printed, or was. It holds no personal data;
// what stands on the slip is made of the visit when it is printed.
type PrintJob struct {
	ID        string    // the visit's id for the first slip, a UUID of its own for another one
	Visit     visit.ID  // whose slip
	Kind      string    // which slip, such as "code" or "queue"; a word of the caller
	Language  string    // of the slip, such as "th"
	Copy      int       // 0 for the first slip; a reprint counts from 1 and says so on the slip
	State     JobState  // PutPrintJob takes JobWanted only
	CreatedAt time.Time // its day in Bangkok is the service date of the slip
	Attempts  int       // how often it became JobSending
}

// JobState is where a print job stands.
type JobState string

// The states of a print job. A printer cannot be asked afterwards what came out,
// so "sending" is on the disk before the first byte leaves, and a job that is
// found in it at the start is unclear: it is printed again only when a person
// asks for that.
const (
	JobWanted  JobState = "wanted"
	JobSending JobState = "sending"  // bytes may have left
	JobPrinted JobState = "printed"  // the printer has taken all of it
	JobUnclear JobState = "unclear"  // nobody knows whether paper came out
	JobFailed  JobState = "failed"   // surely nothing came out
	JobGivenUp JobState = "given-up" // it will not be printed
)

// jobMoves holds every allowed change. An unclear job becomes wanted again only
// because a person asked.
var jobMoves = map[JobState][]JobState{
	JobWanted:  {JobSending, JobGivenUp},
	JobSending: {JobPrinted, JobUnclear, JobFailed},
	JobUnclear: {JobWanted, JobPrinted, JobGivenUp},
	JobFailed:  {JobWanted, JobSending, JobGivenUp},
}

// JobStates returns every state of a print job.
func JobStates() []JobState {
	return []JobState{JobWanted, JobSending, JobPrinted, JobUnclear, JobFailed, JobGivenUp}
}

// Errors of print jobs.
var (
	ErrJob       = errors.New("a print job has a UUID, a visit, and short words for kind and language")
	ErrJobExists = errors.New("there is such a print job already")
	ErrNoJob     = errors.New("there is no such print job")
)

// JobStateError says that a print job cannot go from one state to another.
type JobStateError struct {
	ID       string
	From, To JobState
}

// Error implements error.
func (e *JobStateError) Error() string {
	return fmt.Sprintf("print job %s: %s cannot become %s", e.ID, e.From, e.To)
}

var (
	jobID   = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	jobWord = regexp.MustCompile(`^[a-zA-Z][a-zA-Z-]{0,19}$`) // no digits: no place for a number
)

// storedJob is a job as it is written.
type storedJob struct {
	Visit    visit.ID  `json:"visit"`
	Kind     string    `json:"kind"`
	Language string    `json:"language"`
	Copy     int       `json:"copy,omitempty"`
	State    JobState  `json:"state"`
	Created  time.Time `json:"created"`
	Attempts int       `json:"attempts,omitempty"`
}

// PutPrintJob notes that a slip is wanted, durable when it returns nil. It
// refuses a job that is there already (ErrJobExists) and one without what it
// needs (ErrJob).
func (s *Store) PutPrintJob(job PrintJob) error {
	job.Attempts = 0
	if err := job.check(); err != nil || job.State != JobWanted {
		return fmt.Errorf("put print job: %w", ErrJob)
	}
	return s.update(func(tx *bolt.Tx) error {
		if tx.Bucket(bucketJobs).Get([]byte(job.ID)) != nil {
			return fmt.Errorf("print job %s: %w", job.ID, ErrJobExists)
		}
		return errors.Join(s.storeJob(tx, job), s.auditJob(tx, job, job.CreatedAt))
	})
}

// PrintJobs returns every job that is kept, those of today and what is left of
// the days before, oldest first.
func (s *Store) PrintJobs() ([]PrintJob, error) {
	jobs := read(s.index, func(x *index) []PrintJob { return slices.Collect(maps.Values(x.jobs)) })
	slices.SortFunc(jobs, func(a, b PrintJob) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	return jobs, s.view(func(*bolt.Tx) error { return nil })
}

// MarkPrintJob moves a job to another state, durable when it returns nil: only
// after it has returned nil for JobSending may the first byte leave. It returns
// ErrNoJob or a *JobStateError.
func (s *Store) MarkPrintJob(id string, to JobState, at time.Time) error {
	return s.update(func(tx *bolt.Tx) error {
		value := tx.Bucket(bucketJobs).Get([]byte(id))
		if value == nil {
			return fmt.Errorf("print job %q: %w", id, ErrNoJob)
		}
		job, err := s.ring.openJob(tx, id, value)
		if err != nil {
			return err
		}
		if !slices.Contains(jobMoves[job.State], to) {
			return &JobStateError{ID: id, From: job.State, To: to}
		}
		return s.markJob(tx, job, to, at)
	})
}

func (s *Store) markJob(tx *bolt.Tx, job PrintJob, to JobState, at time.Time) error {
	if job.State = to; to == JobSending {
		job.Attempts++
	}
	return errors.Join(s.storeJob(tx, job), s.auditJob(tx, job, at))
}

// Prints returns how many slips of a visit may have come out: those that were
// printed, are being sent or are unclear. It is 0 again when retention has
// dropped the jobs of a day that is over.
func (s *Store) Prints(id visit.ID) int {
	return read(s.index, func(x *index) (n int) {
		for _, job := range x.jobs {
			if job.Visit == id && slices.Contains([]JobState{JobPrinted, JobSending, JobUnclear}, job.State) {
				n++
			}
		}
		return n
	})
}

func (j PrintJob) check() error {
	_, known := packID(j.Visit)
	words := jobWord.MatchString(j.Kind) && jobWord.MatchString(j.Language)
	if !known || !words || !jobID.MatchString(j.ID) || j.Copy < 0 || j.CreatedAt.IsZero() || !slices.Contains(JobStates(), j.State) {
		return ErrJob
	}
	return nil
}

func (s *Store) storeJob(tx *bolt.Tx, j PrintJob) error {
	data, err := json.Marshal(storedJob{j.Visit, j.Kind, j.Language, j.Copy, j.State, j.CreatedAt, j.Attempts})
	if err != nil {
		return err
	}
	sealed, err := s.ring.seal(tx, keyLasting, string(bucketJobs), j.ID, data)
	if err != nil {
		return err
	}
	tx.OnCommit(func() {
		s.index.mu.Lock()
		defer s.index.mu.Unlock()
		s.index.jobs[j.ID] = j
	})
	return tx.Bucket(bucketJobs).Put([]byte(j.ID), sealed)
}

// auditJob tells every state in the audit but "sending", which another one
// follows at once.
func (s *Store) auditJob(tx *bolt.Tx, j PrintJob, at time.Time) error {
	if j.State == JobSending {
		return nil
	}
	return s.audit(tx, Event{Name: "slip-" + string(j.State), Role: RoleSystem, Result: "ok", Visit: j.Visit, At: at})
}

// openJob opens and decodes what is stored for a job; it fails with a
// *DecodeError.
func (r *keyring) openJob(tx *bolt.Tx, id string, stored []byte) (PrintJob, error) {
	data, err := r.open(tx, string(bucketJobs), id, stored)
	var j PrintJob
	if err == nil {
		j, err = decodeJob(id, data)
	}
	if err != nil {
		return PrintJob{}, &DecodeError{Bucket: string(bucketJobs), Key: id, Err: err}
	}
	return j, nil
}

func decodeJob(id string, data []byte) (PrintJob, error) {
	var j storedJob
	if err := json.Unmarshal(data, &j); err != nil {
		return PrintJob{}, errors.New("it is not the JSON of a print job")
	}
	job := PrintJob{id, j.Visit, j.Kind, j.Language, j.Copy, j.State, j.Created, j.Attempts}
	return job, job.check()
}

// doubtJobs makes jobs unclear of which bytes may have left: at the start those
// that are being sent and, after the newest change of the file was lost, those
// that are wanted, too.
func (s *Store) doubtJobs(changeLost bool) error {
	jobs, err := s.PrintJobs()
	if err != nil {
		return err
	}
	jobs = slices.DeleteFunc(jobs, func(j PrintJob) bool { return !j.doubtful(changeLost) })
	if len(jobs) == 0 {
		return nil
	}
	return s.update(func(tx *bolt.Tx) error {
		for _, j := range jobs {
			if err := s.markJob(tx, j, JobUnclear, s.now()); err != nil {
				return err
			}
		}
		return nil
	})
}

func (j PrintJob) doubtful(changeLost bool) bool {
	return j.State == JobSending || changeLost && (j.State == JobWanted || j.State == JobFailed)
}

// dropJobs deletes the jobs that fit.
func (s *Store) dropJobs(tx *bolt.Tx, fits func(PrintJob) bool) (n int, err error) {
	jobs := read(s.index, func(x *index) (jobs []PrintJob) {
		for _, j := range x.jobs {
			if fits(j) {
				jobs = append(jobs, j)
			}
		}
		return jobs
	})
	for _, j := range jobs {
		if err := tx.Bucket(bucketJobs).Delete([]byte(j.ID)); err != nil {
			return n, err
		}
		n++
		tx.OnCommit(func() {
			s.index.mu.Lock()
			defer s.index.mu.Unlock()
			delete(s.index.jobs, j.ID)
		})
	}
	return n, nil
}

package ipp

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/OpenPrinting/goipp"

	"authenkiosk/printer/device"
)

// Values of job-state (RFC 8011 5.3.7).
const (
	jobProcessing = 5
	jobCancelled  = 7
	jobAborted    = 8
	jobCompleted  = 9
)

// job is what a printer says about a job.
type job struct {
	id    int
	name  string
	state int
}

func (j job) ended() bool { return j.state >= jobCancelled }

func jobOf(attributes goipp.Attributes) (j job) {
	for _, a := range attributes {
		switch a.Name {
		case "job-id":
			j.id = firstInt(a)
		case "job-state":
			j.state = firstInt(a)
		case "job-name":
			if t := texts(a); len(t) > 0 {
				j.name = t[0]
			}
		}
	}
	return j
}

func (p *Printer) job(ctx context.Context, id int) (job, error) {
	m, err := p.client.request(ctx, goipp.OpGetJobAttributes, []goipp.Attribute{
		goipp.MakeAttribute("job-id", goipp.TagInteger, goipp.Integer(id)), keywords("requested-attributes", "job-id", "job-state"),
	}, nil)
	if err != nil {
		return job{}, err
	}
	return jobOf(m.Job), nil
}

// Causes for which a job is cancelled.
var (
	errLate  = errors.New("the job did not end in time")
	errFault = errors.New("the printer stopped")
	errEnded = errors.New("the job was cancelled or failed at the printer")
	// errForgotten is of printers that keep no record of jobs that have ended.
	errForgotten = errors.New("the printer has forgotten the job")
)

// forgotten reports whether a printer says that there is no such job (any more): after
// it took one, nothing more will ever be heard of it.
func forgotten(err error) bool {
	var status *StatusError
	return errors.As(err, &status) && (status.Status == goipp.StatusErrorNotFound || status.Status == goipp.StatusErrorGone)
}

// watch follows a job to its end. It is the caller's time that counts, and the
// job's own.
func (p *Printer) watch(ctx context.Context, j job) error {
	limits := p.options.Limits
	end := time.NewTimer(limits.Job)
	defer end.Stop()
	poll := time.NewTicker(limits.Poll)
	defer poll.Stop()
	var faulty time.Time // since when
	started := false
	for {
		started = started || j.state >= jobProcessing
		switch {
		case j.state == jobCompleted:
			return nil
		case j.ended():
			return &device.NotPrintedError{Condition: p.condition(device.Error), Partial: started, Err: errEnded}
		}
		select {
		case <-poll.C:
		case <-end.C:
			return p.cancel(j.id, started, p.late(), errLate)
		case <-ctx.Done():
			return p.cancel(j.id, started, p.condition(device.Unknown), ctx.Err())
		}
		next, err := p.job(ctx, j.id)
		switch {
		case err == nil:
			j = next
		case forgotten(err):
			return &device.UnclearError{Condition: p.condition(device.Unknown), Err: fmt.Errorf("%w: %w", errForgotten, err)}
		} // else the printer is asked again, until the end of the time
		if j.ended() {
			continue
		}
		c := p.condition(device.Unknown)
		switch {
		case !still(c):
			faulty = time.Time{}
		case faulty.IsZero():
			faulty = time.Now()
		case time.Since(faulty) >= limits.Fault:
			return p.cancel(j.id, started, c, errFault)
		}
	}
}

// condition asks how the printer is, for a job that does not go on.
func (p *Printer) condition(unknown device.Condition) device.Condition {
	ctx, cancel := context.WithTimeout(context.Background(), dialLimit)
	defer cancel()
	s, err := p.State(ctx)
	if err != nil {
		return device.Offline
	}
	if c := s.Condition(); !c.Prints() {
		return c
	}
	return unknown
}

// late is the condition of a printer that did not end a job in its time. One that
// is still being connected to is not there.
func (p *Printer) late() device.Condition {
	ctx, cancel := context.WithTimeout(context.Background(), dialLimit)
	defer cancel()
	s, err := p.State(ctx)
	c := s.Condition()
	switch {
	case err != nil || s.connecting():
		return device.Offline
	case c.Prints():
		return device.Unknown
	}
	return c
}

// cancel takes a job back, so that it does not come out later, and makes sure that
// it is gone. A job that was at work surely did not come out only when the printer
// stood still from before to after: others finish what they hold, ippeveprinter
// even a cancelled job when it gets its paper back.
func (p *Printer) cancel(id int, started bool, c device.Condition, cause error) error {
	ctx, stop := context.WithTimeout(context.Background(), p.options.Limits.Tidy)
	defer stop()
	_, err := p.client.request(ctx, goipp.OpCancelJob, []goipp.Attribute{goipp.MakeAttribute("job-id", goipp.TagInteger, goipp.Integer(id))}, nil)
	var status *StatusError
	if err != nil && !errors.As(err, &status) { // a status may say that it had ended already
		return &device.UnclearError{Condition: c, Err: fmt.Errorf("%w; it could not be cancelled: %w", cause, err)}
	}
	for {
		j, err := p.job(ctx, id)
		switch {
		case forgotten(err):
			return &device.UnclearError{Condition: c, Err: fmt.Errorf("%w; %w", cause, errForgotten)}
		case err == nil && j.state == jobCompleted:
			return nil
		case err == nil && j.ended() && started && !(still(c) && still(p.condition(device.Unknown))):
			return &device.UnclearError{Condition: c, Err: cause}
		case err == nil && j.ended():
			return &device.NotPrintedError{Condition: c, Partial: started, Err: cause}
		}
		select {
		case <-time.After(p.options.Limits.Poll):
		case <-ctx.Done():
			return &device.UnclearError{Condition: c, Err: fmt.Errorf("%w; it does not end although it was cancelled", cause)}
		}
	}
}

// still reports whether a printer prints nothing in this condition.
func still(c device.Condition) bool { return !c.Prints() && c != device.Busy }

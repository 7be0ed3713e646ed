package spooler

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"authenkiosk/printer/device"
	"authenkiosk/printer/escpos"
)

const (
	// jobLimit is for a slip to leave the queue: it prints in five seconds, and a
	// serial line takes another minute.
	jobLimit = 60 * time.Second
	// jobFault is how long a job may be without paper before it is withdrawn.
	jobFault = 3 * time.Second
	jobPoll  = 200 * time.Millisecond
	// tidyLimit is for a withdrawn job to vanish.
	tidyLimit = 5 * time.Second

	jobName = "AuthenKiosk slip" // says nothing of the patient
)

// Bits of the status of a job that has ended (JOB_STATUS_*).
const (
	jobDeleting = 0x4
	jobPrinted  = 0x80
	jobDeleted  = 0x100
	jobComplete = 0x1000
)

// Printer is a printer by its name in Windows.
type Printer struct {
	name  string
	model escpos.Model
	turn  sync.Mutex
}

// New returns a printer; that the name exists is found when it is used.
func New(name string, m escpos.Model) (*Printer, error) {
	return &Printer{name: name, model: m}, nil
}

// Close does nothing: the printer is open only while it is used.
func (p *Printer) Close() error { return nil }

// Status asks the spooler how the printer is.
func (p *Printer) Status(context.Context) (device.Condition, error) {
	h, err := openPrinter(p.name)
	if err != nil {
		return device.Offline, fmt.Errorf("open printer: %w", err)
	}
	defer func() { _ = h.close() }()
	status, attributes, err := h.status()
	if err != nil {
		return device.Unknown, fmt.Errorf("ask spooler: %w", err)
	}
	return conditionOf(status, attributes), nil
}

// Print prints one picture. It returns nil when the job has left the queue without
// a fault, *device.NotPrintedError when it was withdrawn, *device.UnclearError when
// it could not be watched.
func (p *Printer) Print(ctx context.Context, picture device.Picture) error {
	p.turn.Lock()
	defer p.turn.Unlock()
	if c, err := p.Status(ctx); !c.Prints() && c != device.Busy {
		return &device.NotPrintedError{Condition: c, Err: err}
	}
	data, err := escpos.Encode(picture, p.model)
	if err != nil {
		return &device.NotPrintedError{Err: err}
	}
	h, err := openPrinter(p.name)
	if err != nil {
		return &device.NotPrintedError{Condition: device.Offline, Err: err}
	}
	defer func() { _ = h.close() }()
	datatype := "RAW"
	if xps, err := h.xps(); err == nil && xps {
		datatype = "XPS_PASS"
	}
	id, err := h.start(jobName, datatype)
	if err != nil {
		return &device.NotPrintedError{Condition: device.Offline, Err: err}
	}
	if err := errors.Join(h.write(data), h.end()); err != nil {
		return p.withdraw(h, id, device.Error, err)
	}
	return p.watch(ctx, h, id)
}

var (
	errLate    = errors.New("the job did not leave the queue in time")
	errFault   = errors.New("the job has stopped")
	errDeleted = errors.New("the job was deleted from the queue")
)

func (p *Printer) watch(ctx context.Context, h handle, id uint32) error {
	poll := time.NewTicker(jobPoll)
	defer poll.Stop()
	end := time.NewTimer(jobLimit)
	defer end.Stop()
	var faulty time.Time
	for {
		status, gone, err := h.job(id)
		switch {
		case err != nil:
			return &device.UnclearError{Err: fmt.Errorf("watch job: %w", err)}
		case gone || status&(jobPrinted|jobComplete) != 0:
			return nil
		case status&(jobDeleted|jobDeleting) != 0:
			return &device.NotPrintedError{Condition: device.Error, Partial: true, Err: errDeleted}
		}
		c := jobCondition(status)
		switch {
		case c == device.Ready:
			faulty = time.Time{}
		case faulty.IsZero():
			faulty = time.Now()
		case time.Since(faulty) > jobFault:
			return p.withdraw(h, id, c, errFault)
		}
		select {
		case <-poll.C:
		case <-end.C:
			return p.withdraw(h, id, p.condition(ctx), errLate)
		case <-ctx.Done():
			return p.withdraw(h, id, device.Unknown, ctx.Err())
		}
	}
}

func (p *Printer) condition(ctx context.Context) device.Condition {
	if c, err := p.Status(ctx); err == nil && !c.Prints() {
		return c
	}
	return device.Offline
}

// withdraw deletes a job, so that it does not come out for the next patient.
func (p *Printer) withdraw(h handle, id uint32, c device.Condition, cause error) error {
	removed := h.remove(id)
	for end := time.Now().Add(tidyLimit); time.Now().Before(end); time.Sleep(jobPoll) {
		if _, gone, err := h.job(id); err == nil && gone {
			return &device.NotPrintedError{Condition: c, Partial: true, Err: cause}
		}
	}
	return &device.UnclearError{Condition: c, Err: errors.Join(cause, removed)}
}

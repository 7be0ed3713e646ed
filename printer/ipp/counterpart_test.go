package ipp

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/OpenPrinting/goipp"

	"authenkiosk/printer/device"
)

// counterpart is a printer of one job that does what real ones do and the sample
// printer cannot be brought to.
type counterpart struct {
	takes     time.Duration // from the job to its end
	wakes     time.Duration // of it the printer is being connected to
	forgets   bool          // jobs that have ended
	loses     bool          // the answer to Print-Job; the job is kept
	anonymous bool          // Get-Jobs tells no names
	formats   []string      // that it takes; nil: PDF
	knows     goipp.Version // the newest version of IPP; 0: any
	refuses   goipp.Code    // with which it refuses newer ones; 0: HTTP 400

	mu       sync.Mutex
	began    time.Time
	name     string
	canceled bool
	document []byte          // of the job
	format   string          // of it, as it was named
	asked    []goipp.Version // in which the requests came
}

// states returns printer-state and job-state, with the lock held.
func (c *counterpart) states() (printer, job int) {
	switch {
	case c.began.IsZero():
		return printerIdle, 0
	case c.canceled:
		return printerIdle, jobCancelled
	case time.Since(c.began) >= c.takes:
		return printerIdle, jobCompleted
	}
	return printerProcessing, jobProcessing
}

// ServeHTTP implements http.Handler.
func (c *counterpart) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var m goipp.Message
	if err := m.Decode(r.Body); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	c.asked = append(c.asked, m.Version)
	a := goipp.NewResponse(m.Version, goipp.StatusOk, m.RequestID)
	if c.knows != 0 && m.Version > c.knows {
		if c.refuses == 0 {
			http.Error(w, "what is this?", http.StatusBadRequest)
			return
		}
		a = goipp.NewResponse(c.knows, goipp.Status(c.refuses), m.RequestID)
		w.Header().Set("Content-Type", goipp.ContentType)
		_ = a.Encode(w)
		return
	}
	a.Operation.Add(goipp.MakeAttribute("attributes-charset", goipp.TagCharset, goipp.String("utf-8")))
	a.Operation.Add(goipp.MakeAttribute("attributes-natural-language", goipp.TagLanguage, goipp.String("en")))
	state, job := c.states()
	switch goipp.Op(m.Code) {
	case goipp.OpGetPrinterAttributes:
		reason := "none"
		if state == printerProcessing && time.Since(c.began) < c.wakes {
			reason = "connecting-to-device"
		}
		a.Printer.Add(goipp.MakeAttribute("printer-state", goipp.TagEnum, goipp.Integer(state)))
		a.Printer.Add(keywords("printer-state-reasons", reason))
		formats := []goipp.Value{goipp.String("application/pdf")}
		if c.formats != nil {
			formats = nil
			for _, f := range c.formats {
				formats = append(formats, goipp.String(f))
			}
		}
		a.Printer.Add(attribute("document-format-supported", goipp.TagMimeType, formats...))
	case goipp.OpPrintJob:
		c.began, c.name = time.Now(), jobOf(m.Operation).name
		c.document, _ = io.ReadAll(r.Body)
		for _, o := range m.Operation {
			if o.Name == "document-format" {
				c.format = texts(o)[0]
			}
		}
		if c.loses {
			if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
				_ = conn.Close()
			}
			return
		}
		c.tell(a, jobProcessing, false)
	case goipp.OpGetJobAttributes:
		if c.forgets && job >= jobCancelled {
			a.Code = goipp.Code(goipp.StatusErrorNotFound)
			break
		}
		c.tell(a, job, false)
	case goipp.OpGetJobs:
		which := "not-completed"
		for _, o := range m.Operation {
			if o.Name == "which-jobs" {
				which = texts(o)[0]
			}
		}
		if ended := job >= jobCancelled; job > 0 && ended == (which == "completed") && !(ended && c.forgets) {
			c.tell(a, job, !c.anonymous)
		}
	case goipp.OpCancelJob:
		if job >= jobCancelled {
			a.Code = goipp.Code(goipp.StatusErrorNotPossible)
			break
		}
		c.canceled = true
	}
	w.Header().Set("Content-Type", goipp.ContentType)
	_ = a.Encode(w)
}

// tell adds what is said of the job.
func (c *counterpart) tell(a *goipp.Message, state int, named bool) {
	a.Job.Add(goipp.MakeAttribute("job-id", goipp.TagInteger, goipp.Integer(1)))
	a.Job.Add(goipp.MakeAttribute("job-state", goipp.TagEnum, goipp.Integer(state)))
	if named {
		a.Job.Add(goipp.MakeAttribute("job-name", goipp.TagName, goipp.String(c.name)))
	}
}

// line is a network of one host in memory, for bubbles of testing/synctest.
type line struct {
	waiting chan net.Conn
	closed  chan struct{}
	once    sync.Once
}

func (l *line) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case l.waiting <- there:
		return here, nil
	case <-l.closed:
		return nil, &net.OpError{Op: "dial", Net: "pipe", Err: net.ErrClosed}
	case <-ctx.Done():
		return nil, &net.OpError{Op: "dial", Net: "pipe", Err: ctx.Err()}
	}
}

// Accept implements net.Listener.
func (l *line) Accept() (net.Conn, error) {
	select {
	case c := <-l.waiting:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (l *line) Close() error { l.once.Do(func() { close(l.closed) }); return nil }

// Addr implements net.Listener.
func (l *line) Addr() net.Addr { return &net.UnixAddr{Name: "printer", Net: "pipe"} }

// open returns a printer that stands for it, until the end of the test, which runs in
// a bubble of testing/synctest.
func (c *counterpart) open(t *testing.T, limits Limits) *Printer {
	t.Helper()
	l := &line{waiting: make(chan net.Conn), closed: make(chan struct{})}
	server, served := &http.Server{Handler: c}, make(chan struct{})
	go func() { defer close(served); _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close(); <-served })
	p, err := New("ipp://printer/ipp/print", Options{Limits: limits})
	if err != nil {
		t.Fatal(err)
	}
	p.client.http.Transport.(*http.Transport).DialContext = l.dial
	t.Cleanup(func() { _ = p.Close() })
	return p
}

func (c *counterpart) print(t *testing.T, l Limits) error {
	t.Helper()
	return c.open(t, l).Print(t.Context(), device.Picture{Width: 8, Height: 1, Bits: []byte{0xFF}})
}

// brisk are limits of which the time for a fault is much shorter than a job takes
// here.
var brisk = Limits{Job: 20 * time.Second, Fault: 100 * time.Millisecond, Poll: 20 * time.Millisecond, Tidy: 5 * time.Second}

func TestAPrinterThatWakesUpSlowlyKeepsItsJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &counterpart{takes: 1200 * time.Millisecond, wakes: time.Second}
		if err := c.print(t, brisk); err != nil || c.canceled {
			t.Errorf("cancelled %v: %v", c.canceled, err)
		}
	})
}

func TestAPrinterThatNeverWakesUpIsOfflineWhenTheTimeOfTheJobIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := brisk
		l.Job = 500 * time.Millisecond
		c := &counterpart{takes: time.Hour, wakes: time.Hour}
		err := c.print(t, l)
		var unclear *device.UnclearError
		if !errors.As(err, &unclear) || unclear.Condition != device.Offline || !errors.Is(err, errLate) || !c.canceled {
			t.Errorf("cancelled %v: %v", c.canceled, err)
		}
	})
}

func TestAJobThatThePrinterHasForgottenIsUnclearAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := brisk
		l.Job, l.Tidy = time.Hour, time.Hour
		c := &counterpart{takes: 200 * time.Millisecond, forgets: true}
		began := time.Now()
		err := c.print(t, l)
		var unclear *device.UnclearError
		if !errors.As(err, &unclear) || !errors.Is(err, errForgotten) || c.canceled {
			t.Errorf("cancelled %v: %v", c.canceled, err)
		}
		if took := time.Since(began); took > c.takes+l.Poll {
			t.Errorf("it waited %s for what will never be said", took)
		}
	})
}

func TestAJobWhoseAnswerWasLostIsUnclearUnlessThePrinterTellsOfAllJobs(t *testing.T) {
	for _, c := range []struct {
		name    string
		printer *counterpart
		unclear bool
	}{
		{"it tells the name", &counterpart{loses: true}, false},
		{"it tells the name of a job at work", &counterpart{loses: true, takes: 300 * time.Millisecond}, false},
		{"it tells no names", &counterpart{loses: true, anonymous: true}, true},
		{"it tells no names of jobs at work", &counterpart{loses: true, anonymous: true, takes: time.Hour}, true},
		{"it remembers no jobs", &counterpart{loses: true, forgets: true}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				err := c.printer.print(t, brisk)
				var unclear *device.UnclearError
				if errors.As(err, &unclear) != c.unclear || !c.unclear && err != nil {
					t.Errorf("%v", err)
				}
			})
		})
	}
}

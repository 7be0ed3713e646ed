package ipp

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/OpenPrinting/goipp"

	"authenkiosk/printer/device"
	"authenkiosk/printer/document"
	"authenkiosk/printer/escpos"
)

// Limits are the times that a job gets.
type Limits struct {
	Job   time.Duration // from the acceptance to the end
	Fault time.Duration // how long a printer may be without paper before the job is cancelled
	Poll  time.Duration // from one look at a job to the next
	Tidy  time.Duration // for cancelling a job and seeing it cancelled
}

// usualLimits give an office printer time to warm up.
var usualLimits = Limits{Job: 60 * time.Second, Fault: 2 * time.Second, Poll: 400 * time.Millisecond, Tidy: 10 * time.Second}

// Options are what is peculiar to a printer.
type Options struct {
	// Format forces the type of document, one of the document package; empty: the
	// best of those that the printer says it takes.
	Format string
	// Model is for printers that take ESC/POS.
	Model  escpos.Model
	Limits Limits // zero: the usual ones
	// Sheet is the size of the sheets to be printed on; zero: what the printer has.
	Sheet document.Page
}

// Printer is an IPP printer or a queue of CUPS.
type Printer struct {
	client  *client
	options Options
	turn    sync.Mutex
}

// New returns a printer; nothing is sent before it is used.
func New(address string, o Options) (*Printer, error) {
	c, err := newClient(address)
	if err != nil {
		return nil, err
	}
	if o.Limits == (Limits{}) {
		o.Limits = usualLimits
	}
	if o.Model.Name == "" {
		o.Model, _ = escpos.ModelNamed("")
	}
	return &Printer{client: c, options: o}, nil
}

// Close gives idle connections back.
func (p *Printer) Close() error {
	p.client.http.CloseIdleConnections()
	return nil
}

// Sheet asks the printer on what it would print now. The zero page is a printer of
// rolls, or one that does not tell.
func (p *Printer) Sheet(ctx context.Context) (document.Page, error) {
	s, err := p.State(ctx)
	if err != nil {
		return document.Page{}, err
	}
	switch p.format(s) {
	case document.TypePDF, document.TypePWG, document.TypeJPEG:
		return p.page(s), nil
	}
	return document.Page{}, nil
}

func (p *Printer) page(s State) document.Page {
	if p.options.Sheet != (document.Page{}) {
		return p.options.Sheet
	}
	return s.Media
}

// Status asks the printer how it is. The condition is meaningful even with an
// error, which is for the log.
func (p *Printer) Status(ctx context.Context) (device.Condition, error) {
	s, err := p.State(ctx)
	if err != nil {
		return device.Offline, err
	}
	if p.format(s) == "" {
		return device.Error, formatError(s)
	}
	return s.Condition(), nil
}

// ErrFormat says that the printer takes no document that can be made.
var ErrFormat = errors.New("the printer takes neither PDF nor PWG Raster nor JPEG nor ESC/POS")

func formatError(s State) error {
	return fmt.Errorf("%w, but %s", ErrFormat, cmp.Or(strings.Join(s.Formats, ", "), "tells no kinds"))
}

// Print prints one picture. It returns nil when the job was completed,
// *device.NotPrintedError when it surely will not come out whole any more, and
// *device.UnclearError when a job could be neither watched nor cancelled.
//
// A job that is completed is one of which the printer says so. A raw queue of CUPS
// says so as soon as the bytes have left for the printer.
func (p *Printer) Print(ctx context.Context, picture device.Picture) error {
	p.turn.Lock()
	defer p.turn.Unlock()
	state, err := p.State(ctx)
	if err != nil {
		return &device.NotPrintedError{Condition: device.Offline, Err: err}
	}
	// A busy printer may take one more job; it says no if it does not.
	if c := state.Condition(); !c.Prints() && c != device.Busy {
		return &device.NotPrintedError{Condition: c}
	}
	format, data, err := p.document(state, picture)
	if err != nil {
		return &device.NotPrintedError{Condition: device.Error, Err: err}
	}
	j, err := p.submit(ctx, format, data)
	if err != nil {
		return err
	}
	return p.watch(ctx, j)
}

// document makes what the printer takes. PDF keeps the size by itself; PWG Raster
// is what every printer without a driver must take; JPEG is all that small ones for
// photos take; ESC/POS is what slip printers behind a server take.
func (p *Printer) document(s State, picture device.Picture) (format string, data []byte, err error) {
	switch format = p.format(s); format {
	case document.TypePDF:
		data, err = document.PDF(picture, p.page(s))
	case document.TypePWG:
		data, err = document.PWG(picture, p.page(s), resolution(s.Resolutions, picture))
	case document.TypeJPEG:
		data, err = document.JPEG(picture, p.page(s))
	case document.TypeESCPOS, document.TypeRaw:
		data, err = escpos.Encode(picture, p.options.Model)
	default:
		err = formatError(s)
	}
	return format, data, err
}

// resolution is the lowest that keeps all dots of a picture, else the highest. They
// are in ascending order.
func resolution(supported []int, picture device.Picture) int {
	const usual = 300
	if len(supported) == 0 {
		return usual
	}
	for _, dpi := range supported {
		if dpi >= picture.PerInch {
			return dpi
		}
	}
	return supported[len(supported)-1]
}

func (p *Printer) format(s State) string {
	if p.options.Format != "" {
		return p.options.Format
	}
	// A queue without a filter says that it takes everything, and passes it on as
	// it is: a slip printer would print the text of the PDF.
	if strings.Contains(s.Model, "Raw Printer") && slices.Contains(s.Formats, document.TypeRaw) {
		return document.TypeRaw
	}
	for _, f := range []string{document.TypePDF, document.TypePWG, document.TypeESCPOS, document.TypeJPEG} {
		if slices.Contains(s.Formats, f) {
			return f
		}
	}
	return ""
}

// submit sends the job. An error is an outcome of Print.
func (p *Printer) submit(ctx context.Context, format string, data []byte) (job, error) {
	name := jobName()
	m, err := p.client.request(ctx, goipp.OpPrintJob, []goipp.Attribute{
		goipp.MakeAttribute("job-name", goipp.TagName, goipp.String(name)),
		goipp.MakeAttribute("document-format", goipp.TagMimeType, goipp.String(format)),
	}, data)
	var status *StatusError
	switch {
	case err == nil:
		if j := jobOf(m.Job); j.id > 0 {
			return j, nil
		}
		err = errors.New("the printer gave the job no number")
	case errors.As(err, &status):
		c := device.Error
		if status.Status == goipp.StatusErrorBusy || status.Status == goipp.StatusErrorNotAcceptingJobs {
			c = device.Busy
		}
		return job{}, &device.NotPrintedError{Condition: c, Err: err}
	case unsent(err):
		return job{}, &device.NotPrintedError{Condition: device.Offline, Err: err}
	}
	// Whether the job was taken is not known: look for it by its name.
	j, found, seek := p.find(name)
	switch {
	case found:
		return j, nil
	case seek != nil:
		return job{}, &device.UnclearError{Condition: device.Offline, Err: errors.Join(err, seek)}
	}
	return job{}, &device.NotPrintedError{Condition: device.Offline, Err: err}
}

// jobName is unlike all others, and says nothing of the patient.
func jobName() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return "slip-" + hex.EncodeToString(b[:])
}

// Causes for which a job that is not found may have been printed all the same.
var (
	errNameless = errors.New("the printer keeps the names of jobs to itself")
	errNoMemory = errors.New("the printer tells of no jobs that have ended")
)

// find looks for a job by its name among all that the printer remembers. That it is
// not there counts only when the printer tells names, which the attribute
// job-privacy-attributes may forbid (PWG 5100.11), and of jobs that have ended; else
// there is an error.
func (p *Printer) find(name string) (job, bool, error) {
	ctx, cancel := context.WithTimeout(context.Background(), p.options.Limits.Tidy)
	defer cancel()
	listed := 0 // of the jobs that have ended, in the end
	var nameless error
	for _, which := range []string{"not-completed", "completed"} {
		listed = 0
		m, err := p.client.request(ctx, goipp.OpGetJobs, []goipp.Attribute{
			keywords("requested-attributes", "job-id", "job-name", "job-state", "job-state-reasons"), keywords("which-jobs", which),
		}, nil)
		if err != nil {
			return job{}, false, fmt.Errorf("look for a job: %w", err)
		}
		for _, g := range m.Groups {
			if g.Tag != goipp.TagJobGroup {
				continue
			}
			j := jobOf(g.Attrs)
			switch j.name {
			case name:
				return j, true, nil
			case "":
				nameless = errNameless
			}
			listed++
		}
	}
	if nameless == nil && listed == 0 {
		nameless = errNoMemory
	}
	return job{}, false, nameless
}

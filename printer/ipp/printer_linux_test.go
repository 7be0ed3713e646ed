package ipp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/OpenPrinting/goipp"
	"go.uber.org/goleak"

	"authenkiosk/printer/device"
	"authenkiosk/printer/document"
	"authenkiosk/printer/escpos"
	"authenkiosk/printer/sink"
)

func TestMain(m *testing.M) {
	// A program of this machine may be slow or stand still; that is no fault of it.
	requestLimit, dialLimit = patience, patience
	usualLimits.Job, usualLimits.Tidy = patience, patience
	goleak.VerifyTestMain(m)
}

func drawing(seed uint64) device.Picture {
	random := rand.New(rand.NewPCG(seed, 1))
	p := device.Picture{Width: 576, Height: 300, Bits: make([]byte, 72*300)}
	for i := range p.Bits {
		p.Bits[i] = byte(random.Uint32())
	}
	return escpos.Defuse(p)
}

// notPrinted demands that a slip surely did not come out, for that reason.
func notPrinted(t *testing.T, err error, c device.Condition) {
	t.Helper()
	var not *device.NotPrintedError
	if !errors.As(err, &not) || not.Condition != c {
		t.Errorf("%v; want not printed (%v)", err, c)
	}
}

func TestARealPrinterGetsTheDocumentAsItWasMade(t *testing.T) {
	for _, c := range []struct{ name, supports, force, want string }{
		{"PDF is preferred", allFormats, "", document.TypePDF},
		{"PWG Raster", document.TypePWG + ",image/jpeg", "", document.TypePWG},
		{"ESC/POS", document.TypeESCPOS, "", document.TypeESCPOS},
		{"JPEG when there is nothing else", document.TypeJPEG, "", document.TypeJPEG},
		{"ESC/POS because the configuration says so", allFormats, document.TypeESCPOS, document.TypeESCPOS},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := startEveryday(t, c.supports, "")
			p := e.printer(t, c.force)
			state, err := p.State(t.Context())
			if err != nil || state.Condition() != device.Ready {
				t.Fatalf("%+v: %v", state, err)
			}
			picture := drawing(1)
			format, want, err := p.document(state, picture)
			if err != nil || format != c.want {
				t.Fatalf("format %q: %v", format, err)
			}
			if err := p.Print(t.Context(), picture); err != nil {
				t.Fatal(err)
			}
			got := e.printed(t)
			if len(got) != 1 {
				t.Fatalf("%d documents came out", len(got))
			}
			if !bytes.Equal(got[0], want) {
				t.Error("the bytes are not those that were sent")
			}
		})
	}
}

func TestARealPrinterWithoutPaperIsAskedBeforeASlipIsSent(t *testing.T) {
	t.Parallel()
	e := startEveryday(t, allFormats, "")
	p := e.printer(t, "")
	e.paper(t, 0)
	if c, err := p.Status(t.Context()); c != device.PaperOut || err != nil {
		t.Fatalf("%v, %v", c, err)
	}
	notPrinted(t, p.Print(t.Context(), drawing(1)), device.PaperOut)
	e.paper(t, 250)
	if c, err := p.Status(t.Context()); c != device.Ready || err != nil {
		t.Fatalf("with paper: %v, %v", c, err)
	}
	if err := p.Print(t.Context(), drawing(2)); err != nil {
		t.Fatal(err)
	}
	if n := len(e.printed(t)); n != 1 {
		t.Errorf("%d documents came out, want the second only", n)
	}
}

// late submits a job to a printer that has lost its paper since it was asked.
func late(t *testing.T, p *Printer) job {
	t.Helper()
	data, err := escpos.Encode(drawing(1), model(t))
	if err != nil {
		t.Fatal(err)
	}
	j, err := p.submit(t.Context(), document.TypeESCPOS, data)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func TestAJobThatThePrinterDoesNotGiveBackIsUnclear(t *testing.T) {
	t.Parallel()
	e := startEveryday(t, allFormats, "")
	p := e.printer(t, "")
	p.options.Limits.Tidy = 500 * time.Millisecond
	e.paper(t, 0)
	// ippeveprinter takes Cancel-Job, and holds the job until it has paper.
	err := p.watch(t.Context(), late(t, p))
	var unclear *device.UnclearError
	if !errors.As(err, &unclear) || unclear.Condition != device.PaperOut || !errors.Is(err, errFault) {
		t.Errorf("%v", err)
	}
}

func TestASlipThatWaitsForPaperAMomentIsPrinted(t *testing.T) {
	t.Parallel()
	e := startEveryday(t, allFormats, "")
	p := e.printer(t, "")
	p.options.Limits.Fault = patience
	e.paper(t, 0)
	j := late(t, p)
	ended := make(chan error, 1)
	go func() { ended <- p.watch(context.Background(), j) }()
	eventually(t, "the printer misses its paper", func() bool {
		c, _ := p.Status(context.Background())
		return c == device.PaperOut
	})
	// Meanwhile it takes no other job.
	_, err := p.submit(t.Context(), document.TypeESCPOS, []byte("x"))
	notPrinted(t, err, device.Busy)
	e.paper(t, 250)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if n := len(e.printed(t)); n != 1 {
		t.Errorf("%d documents came out", n)
	}
}

// canceling tells of every job that was cancelled.
type canceling struct {
	http.RoundTripper
	canceled func()
}

// RoundTrip implements http.RoundTripper.
func (c canceling) RoundTrip(r *http.Request) (*http.Response, error) {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	var m goipp.Message
	if err := m.DecodeBytes(data); err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(data))
	answer, err := c.RoundTripper.RoundTrip(r)
	if err == nil && goipp.Op(m.Code) == goipp.OpCancelJob {
		c.canceled()
	}
	return answer, err
}

func TestAPrinterThatIsTooSlowLosesTheJobAndNobodyKnowsHowMuchCameOut(t *testing.T) {
	t.Parallel()
	// It prints until its job was cancelled, however late that is.
	goOn := filepath.Join(t.TempDir(), "go-on")
	e := startEveryday(t, allFormats, fmt.Sprintf("until [ -e %s ]; do sleep 0.05; done", goOn))
	p := e.printer(t, "")
	p.options.Limits.Job = 500 * time.Millisecond
	p.client.http.Transport = canceling{p.client.http.Transport, func() {
		if err := os.WriteFile(goOn, nil, 0o600); err != nil {
			t.Error(err)
		}
	}}
	j := late(t, p)
	eventually(t, "the printer is at work", func() (at bool) {
		now, err := p.job(t.Context(), j.id)
		if at = err == nil && now.state == jobProcessing; at {
			j = now
		}
		return at
	})
	err := p.watch(t.Context(), j)
	var unclear *device.UnclearError
	if !errors.As(err, &unclear) || !errors.Is(err, errLate) {
		t.Errorf("%v", err)
	}
}

func TestAPrinterThatDiesOverAJobLeavesItUnclear(t *testing.T) {
	t.Parallel()
	e := startEveryday(t, allFormats, "sleep 600") // it never ends by itself
	p := e.printer(t, "")
	ended := make(chan error, 1)
	go func() { ended <- p.Print(context.Background(), drawing(1)) }()
	eventually(t, "the printer is at work", func() bool {
		c, _ := p.Status(context.Background())
		return c == device.Busy
	})
	stop(e.program)
	var unclear *device.UnclearError
	if err := <-ended; !errors.As(err, &unclear) || unclear.Condition != device.Offline {
		t.Errorf("%v", err)
	}
	notPrinted(t, p.Print(t.Context(), drawing(2)), device.Offline)
}

func TestAJobWhoseAnswerWasLostIsFoundByItsName(t *testing.T) {
	t.Parallel()
	e := startEveryday(t, allFormats, "")
	p := e.printer(t, "")
	if err := p.Print(t.Context(), drawing(1)); err != nil {
		t.Fatal(err)
	}
	m, err := p.client.request(t.Context(), goipp.OpGetJobs, []goipp.Attribute{
		keywords("requested-attributes", "job-id", "job-name", "job-state"), keywords("which-jobs", "completed"),
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	name := jobOf(m.Job).name
	if j, found, err := p.find(name); err != nil || !found || j.state != jobCompleted {
		t.Errorf("%+v, %v, %v", j, found, err)
	}
	if _, found, err := p.find("slip-of-nobody"); err != nil || found {
		t.Errorf("found %v, %v", found, err)
	}
}

func TestAQueueOfCUPSPassesTheBytesOnAndGivesAJobBack(t *testing.T) {
	t.Parallel()
	paper := sink.New(576)
	t.Cleanup(func() { _ = paper.Close() })
	// An address that nobody else uses: nobody takes its port while it is switched off.
	address, err := paper.Listen(fmt.Sprintf("127.%d.%d.%d:0", 1+rand.IntN(250), rand.IntN(250), 1+rand.IntN(250)))
	if err != nil {
		t.Fatal(err)
	}
	p := printerAt(t, startCUPS(t, "socket://"+address+"/?waiteof=false"), "")
	first, second := drawing(1), drawing(2)
	if err := p.Print(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	wait(t, paper, 1)
	if s := paper.Slips()[0]; s.Text != "" || string(s.Picture.Bits[:len(first.Bits)]) != string(first.Bits) {
		t.Error("the slip is not as it was sent")
	}

	// The printer is switched off: the job waits in the queue and is taken back.
	paper.Unplug()
	var unclear *device.UnclearError
	var late *device.NotPrintedError // the queue had not even begun: it gets more time
	for limit := 2 * time.Second; limit < patience; limit *= 2 {
		p.options.Limits.Job = limit
		if err = p.Print(t.Context(), second); !errors.As(err, &late) || !errors.Is(err, errLate) {
			break
		}
	}
	if !errors.As(err, &unclear) || !errors.Is(err, errLate) { // CUPS does not say what it waits for
		t.Fatalf("switched off: %v", err)
	}
	paper.Forget()
	if _, err := paper.Listen(address); err != nil {
		t.Fatal(err)
	}
	p.options.Limits.Job = patience
	third := drawing(3)
	if err := p.Print(t.Context(), third); err != nil {
		t.Fatal(err)
	}
	wait(t, paper, 1)
	slips := paper.Slips()
	if len(slips) != 1 || string(slips[0].Picture.Bits[:len(third.Bits)]) != string(third.Bits) {
		t.Errorf("%d slips came out, or another than the third", len(slips))
	}
}

func wait(t *testing.T, paper *sink.Printer, slips int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := paper.Wait(ctx, slips); err != nil {
		t.Fatal(err)
	}
}

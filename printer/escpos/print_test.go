package escpos

import (
	"bytes"
	"context"
	"errors"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"authenkiosk/printer/device"
	"authenkiosk/printer/sink"
)

// outcome is how a print ended: "printed", "not", "part" or "unclear".
func outcome(t *testing.T, err error) (string, device.Condition) {
	t.Helper()
	var not *device.NotPrintedError
	var unclear *device.UnclearError
	switch {
	case err == nil:
		return "printed", device.Ready
	case errors.As(err, &not) && not.Partial:
		return "part", not.Condition
	case errors.As(err, &not):
		return "not", not.Condition
	case errors.As(err, &unclear):
		return "unclear", unclear.Condition
	}
	t.Fatalf("an error without an outcome: %v", err)
	return "", 0
}

func TestAPrintEndsInTheWayThatThePrinterAllowsToKnow(t *testing.T) {
	for _, c := range []struct {
		name      string
		model     string
		state     sink.State
		acquaint  bool // the printer was seen to be well before
		want      string
		condition device.Condition
		wholes    int // slips that come out
	}{
		{"a good printer", "", sink.State{}, false, "printed", device.Ready, 1},
		{"every other model", "epson-tm", sink.State{}, false, "printed", device.Ready, 1},
		{"small bands", "small-buffer", sink.State{}, false, "printed", device.Ready, 1},
		{"low paper", "", sink.State{NearEnd: true}, false, "printed", device.Ready, 1},
		{"answers in order", "", sink.State{InOrder: true}, false, "printed", device.Ready, 1},
		{"slow", "", sink.State{BytesPerSecond: 60_000}, true, "printed", device.Ready, 1},
		{"no paper", "", sink.State{PaperOut: true}, false, "not", device.PaperOut, 0},
		{"open cover", "", sink.State{CoverOpen: true}, false, "not", device.CoverOpen, 0},
		{"open cover hides the paper", "", sink.State{CoverOpen: true, PaperOut: true}, true, "not", device.CoverOpen, 0},
		{"stuck knife", "", sink.State{CutterError: true}, false, "not", device.Error, 0},
		{"off line", "", sink.State{Offline: true}, false, "not", device.Offline, 0},
		{"nonsense", "", sink.State{Garbage: true}, false, "not", device.Unknown, 0},
		{"nonsense of one that was well", "", sink.State{Garbage: true}, true, "not", device.Unknown, 0},
		{"ends its answers like lines", "", sink.State{Tail: "\n"}, false, "printed", device.Ready, 1},
		{"ends its answers like lines, no paper", "", sink.State{Tail: "\r\n", PaperOut: true}, false, "not", device.PaperOut, 0},
		{"greets", "", sink.State{Greeting: "Slip printer ready\r\n"}, false, "printed", device.Ready, 1},
		{"greets, no paper", "", sink.State{Greeting: "\xFF\xFD\x18\xFF\xFB\x01", PaperOut: true}, false, "not", device.PaperOut, 0},
		{"greets and says no more", "", sink.State{Greeting: "SSH-2.0-x\r\n", Mute: true}, false, "not", device.Unknown, 0},
		{"answers FF", "", sink.State{Strange: "\xFF"}, false, "unclear", device.Unknown, 1},
		{"answers 00 and greets", "", sink.State{Strange: "\x00", Greeting: "ready\n"}, false, "unclear", device.Unknown, 1},
		{"answers 02", "", sink.State{Strange: "\x02"}, false, "unclear", device.Unknown, 1},
		{"answers a line of its own", "", sink.State{Strange: "\x02\n"}, false, "unclear", device.Unknown, 1},
		{"answers at length", "", sink.State{Strange: "HTTP/1.1 400"}, false, "not", device.Unknown, 0},
		{"never answers", "", sink.State{Mute: true}, false, "unclear", device.Unknown, 1},
		{"cannot be asked", "write-only", sink.State{}, false, "unclear", device.Unknown, 1},
		{"answers no more", "", sink.State{Mute: true}, true, "not", device.Offline, 0},
		{"takes nothing", "", sink.State{Stall: true}, false, "not", device.Offline, 0},
		{"never answers and takes no more", "", sink.State{Mute: true, PaperRows: 200}, false, "part", device.Offline, 0},
		{"takes nothing any more", "", sink.State{Stall: true}, true, "not", device.Offline, 0},
		{"knows no fence", "", sink.State{NoFence: true}, false, "unclear", device.Ready, 1},
		{"paper ends in the slip", "", sink.State{PaperRows: 200}, true, "part", device.PaperOut, 0},
		{"connection breaks in the slip", "", sink.State{ResetAfter: 9_000}, true, "part", device.Offline, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p, paper := printerAt(t, hasty, c.model)
				if c.acquaint {
					if got, err := p.Status(t.Context()); got != device.Ready {
						t.Fatalf("before: %v, %v", got, err)
					}
				}
				paper.Set(func(s *sink.State) { *s = c.state })
				height := 700
				if c.want == "part" {
					// More than the buffer of the printer: what it has taken when the line breaks
					// may have come out, as far as anybody knows.
					height = 3000
				}
				picture := drawing(t, height, 1)
				err := p.Print(t.Context(), picture)
				got, condition := outcome(t, err)
				if got != c.want || condition != c.condition {
					t.Errorf("%s (%v), want %s (%v): %v", got, condition, c.want, c.condition, err)
				}
				if c.wholes == 1 {
					wait(t, paper, 1)
					if s := paper.Slips(); len(s) != 1 || !isSlip(s[0], picture) {
						t.Errorf("%d slips came out, or not what was sent", len(s))
					}
				} else if n := wholes(paper, picture); n != 0 {
					t.Errorf("the slip came out %d times", n)
				}
				if got == "not" && (len(paper.Slips()) > 0 || paper.Paper().Picture.Height > 0) {
					t.Error("something came out")
				}
				for _, f := range paper.Faults() {
					if c.state.ResetAfter > 0 && errors.Is(f, sink.ErrDanger) {
						continue // the question after the break lies in the broken band
					}
					t.Errorf("the printer was sent: %v", f)
				}
			})
		})
	}
}

// The kernels on the way take the questions and the beginning of the slip.
func TestAPrinterInTheNetworkThatTakesNothingGetsNoWholeSlip(t *testing.T) {
	p, paper, _ := printerInNetwork(t)
	p.WithLimits(hasty) // it never answers, however long it is waited for
	paper.Set(func(s *sink.State) { s.Stall = true })
	picture := drawing(t, 3000, 1)
	err := p.Print(t.Context(), picture)
	if got, condition := outcome(t, err); got != "part" || condition != device.Offline {
		t.Errorf("%s (%v): %v", got, condition, err)
	}
	if n := wholes(paper, picture); n != 0 {
		t.Errorf("the slip came out %d times", n)
	}
}

func TestAfterABrokenSlipTheNextIsWholeAndNothingIsDoubled(t *testing.T) {
	for _, c := range []struct {
		name   string
		broken sink.State
		model  string
	}{
		{"reset inside of a band", sink.State{ResetAfter: 9_000}, ""},
		{"reset inside of a band, questions are dots", sink.State{ResetAfter: 9_000, InOrder: true}, ""},
		{"reset inside of the first header", sink.State{ResetAfter: 14}, ""},
		{"reset in small bands", sink.State{ResetAfter: 5_000, InOrder: true}, "small-buffer"},
		{"the paper ended", sink.State{PaperRows: 200}, ""},
		{"the paper ended in a printer that forgets", sink.State{PaperRows: 200}, "epson-tm"},
		{"it takes no more", sink.State{Stall: true}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p, paper := printerAt(t, hasty, c.model)
				first, second := drawing(t, 500, 1), drawing(t, 500, 2)
				if c.broken.ResetAfter > 0 {
					first = drawing(t, 3000, 1) // more than the buffer of the printer
				}
				// From the beginning: a question that is still in its buffer would be answered
				// a second time.
				paper.Set(func(s *sink.State) { s.InOrder = c.broken.InOrder })
				if got, _ := p.Status(t.Context()); got != device.Ready {
					t.Fatal("the printer is not ready")
				}
				paper.Set(func(s *sink.State) { *s = c.broken })
				err := p.Print(t.Context(), first)
				if got, _ := outcome(t, err); got == "printed" || got == "unclear" {
					t.Fatalf("the broken slip ended %s: %v", got, err)
				}
				paper.Set(func(s *sink.State) { *s = sink.State{InOrder: c.broken.InOrder} })
				if err := p.Print(t.Context(), second); err != nil {
					t.Fatal(err)
				}
				slips := paper.Slips()
				if n := len(slips); n == 0 || !isSlip(slips[n-1], second) {
					t.Error("the second slip is not whole, or has something else on it")
				}
				if n := wholes(paper, first); n != 0 {
					t.Errorf("the broken slip came out %d times", n)
				}
				if n := wholes(paper, second); n != 1 {
					t.Errorf("the second slip came out %d times", n)
				}
				for _, s := range slips {
					if s.Text != "" {
						t.Errorf("letters came out: %q", s.Text)
					}
				}
			})
		})
	}
}

// swallowing is a line whose kernel takes all of a slip while the printer takes
// nothing of it.
type swallowing struct {
	net.Conn
	begins func()
	held   int
}

func (s *swallowing) Write(data []byte) (int, error) {
	if s.held == 0 && !bytes.Contains(data, []byte("\x1dv0")) {
		return s.Conn.Write(data)
	}
	if s.held == 0 {
		s.begins()
	}
	s.held += len(data)
	return len(data), nil
}

func (s *swallowing) Unsent() (int, error) { return s.held, nil }

func TestAPrinterThatStopsWithTheSlipOnTheWayIsNotWaitedForLikeASlowOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		paper := sink.New(width)
		open := func(context.Context) (Port, error) {
			here, there := net.Pipe()
			go func() { _ = paper.Serve(there) }()
			return &swallowing{Conn: here, begins: func() { paper.Set(func(s *sink.State) { s.PaperOut = true }) }}, nil
		}
		limits := hasty
		limits.Fence = time.Hour
		p := New(open, models[0]).WithLimits(limits)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		err := p.Print(ctx, drawing(t, 700, 1))
		if got, condition := outcome(t, err); got != "part" || condition != device.PaperOut || ctx.Err() != nil {
			t.Errorf("%s (%v): %v", got, condition, err)
		}
		if err := errors.Join(p.Close(), paper.Close()); err != nil {
			t.Error(err)
		}
	})
}

func TestAPrinterThatIsUnpluggedInASlipAndComesBackPrintsTheNext(t *testing.T) {
	p, paper, address := printerInNetwork(t)
	paper.Set(func(s *sink.State) { s.BytesPerSecond = 50_000 })
	unplugged := make(chan struct{})
	go func() {
		defer close(unplugged)
		for paper.Times().Bytes < 8_000 {
			time.Sleep(time.Millisecond)
		}
		paper.Unplug()
	}()
	picture := drawing(t, 900, 1)
	want := "part"
	if _, tells := any(tcpPort{}).(backlog); !tells {
		want = "unclear" // this system does not say what the printer has taken
	}
	err := p.Print(t.Context(), picture)
	if got, condition := outcome(t, err); got != want || condition != device.Offline {
		t.Errorf("%s (%v): %v", got, condition, err)
	}
	<-unplugged // the slip breaks off before the port is free
	if got, err := p.Status(t.Context()); got != device.Offline || err == nil {
		t.Errorf("unplugged: %v, %v", got, err)
	}
	if got, condition := outcome(t, p.Print(t.Context(), picture)); got != "not" || condition != device.Offline {
		t.Errorf("unplugged: %s (%v)", got, condition)
	}
	paper.Set(func(s *sink.State) { *s = sink.State{} })
	if _, err := paper.Listen(address); err != nil {
		t.Fatal(err)
	}
	if err := p.Print(t.Context(), picture); err != nil {
		t.Fatal(err)
	}
	if n := wholes(paper, picture); n != 1 {
		t.Errorf("the slip came out %d times", n)
	}
}

func TestALateAnswerToTheFenceOfOneSlipDoesNotConfirmTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, paper := printerAt(t, hasty, "")
		if err := p.Print(t.Context(), drawing(t, 100, 1)); err != nil {
			t.Fatal(err)
		}
		paper.Forget()
		paper.Set(func(s *sink.State) { s.NoFence = true })
		if got, _ := outcome(t, p.Print(t.Context(), drawing(t, 100, 2))); got != "unclear" {
			t.Fatalf("without an answer: %s", got)
		}
		// Now two answers come at the next opportunity, one of them for the old slip.
		paper.Set(func(s *sink.State) { s.NoFence = false })
		third := drawing(t, 100, 3)
		if err := p.Print(t.Context(), third); err != nil {
			t.Fatal(err)
		}
		if n := wholes(paper, third); n != 1 {
			t.Errorf("confirmed, but it came out %d times", n)
		}
	})
}

func TestACallerWhoGivesUpGetsAnAnswerAndALinkThatWorks(t *testing.T) {
	p, paper, _ := printerInNetwork(t)
	paper.Set(func(s *sink.State) { s.BytesPerSecond = 50_000 })
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for paper.Times().Bytes < 5_000 {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	err := p.Print(ctx, drawing(t, 900, 1))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %v", err)
	}
	if got, _ := outcome(t, err); got == "printed" || got == "not" {
		t.Errorf("given up: %s", got)
	}
	paper.Set(func(s *sink.State) { *s = sink.State{} })
	next := drawing(t, 300, 2)
	if err := p.Print(t.Context(), next); err != nil {
		t.Fatal(err)
	}
	if slips := paper.Slips(); len(slips) == 0 || !isSlip(slips[len(slips)-1], next) {
		t.Error("the next slip is not as it was sent")
	}
}

func TestPicturesThatAreNoneAreRefused(t *testing.T) {
	p, paper := printerAt(t, patient, "")
	for _, c := range []device.Picture{
		{}, {Width: 8, Height: 1}, {Width: 8, Height: 2, Bits: []byte{1}}, {Width: 8, Height: maxRows + 1, Bits: make([]byte, maxRows+1)},
	} {
		if got, _ := outcome(t, p.Print(t.Context(), c)); got != "not" {
			t.Errorf("%d x %d: %s", c.Width, c.Height, got)
		}
	}
	if paper.Times().Bytes != 0 {
		t.Error("something was sent")
	}
}

func TestAConnectionThatThePrinterClosedWhileIdleIsMadeAnew(t *testing.T) {
	p, paper, address := printerInNetwork(t)
	if err := p.Print(t.Context(), drawing(t, 100, 1)); err != nil {
		t.Fatal(err)
	}
	paper.Unplug()
	if _, err := paper.Listen(address); err != nil {
		t.Fatal(err)
	}
	if err := p.Print(t.Context(), drawing(t, 100, 2)); err != nil {
		t.Fatal(err)
	}
}

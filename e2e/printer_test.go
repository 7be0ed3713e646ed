//go:build e2e

package e2e

import (
	"errors"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"

	"authenkiosk/cardreader/virtualcard"
	"authenkiosk/printer"
	"authenkiosk/printer/sink"
	"authenkiosk/storage"
	"authenkiosk/visit"
)

// paperStage is a kiosk with a made-up printer in the network.
type paperStage struct {
	*stage
	sink    *sink.Printer
	address string
	slips   int // that have come out since forget
}

// newPaperStage puts the made-up printer into the configuration.
func newPaperStage(t *testing.T, panel string) *paperStage {
	t.Helper()
	p := &paperStage{stage: newStageOn(t, binary, panel), sink: sink.New(printer.Width80mm)}
	t.Cleanup(func() { _ = p.sink.Close() })
	var err error
	if p.address, err = p.sink.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	p.configure(fmt.Sprintf("kind = \"image\"\naddress = %q", p.path("slips")), fmt.Sprintf("kind = \"escpos-tcp\"\naddress = %q", p.address))
	return p
}

func (p *paperStage) set(change func(*sink.State)) { p.sink.Set(change) }

// begin opens the kiosk and waits for its welcome screen with a reader.
func (p *paperStage) begin() {
	p.t.Helper()
	p.start()
	p.status = p.kiosk.says(p.t, `msg="the agent answers" address=(\S+)`)
	p.screen("welcome")
	p.says("welcome.step1") // with a reader
}

// visits brings a patient to their code and returns it.
func (p *paperStage) visits(person virtualcard.Person) (code string, remove func()) {
	p.t.Helper()
	remove = p.insert(newCard(p.t, person))
	p.screen("phone")
	return p.ends(person), remove
}

// ends brings a patient from the keypad to their code.
func (p *paperStage) ends(person virtualcard.Person) (code string) {
	p.t.Helper()
	p.typeDigits("0800001234")
	p.screen("confirm")
	p.click("confirm")
	p.screen("result")
	i := slices.IndexFunc(p.codes(), func(c zoneCode) bool { return c.PID == person.PID.Digits() })
	if i < 0 {
		p.t.Fatal("the test zone has made no code")
	}
	code = p.codes()[i].Code
	p.shows(visit.AuthenCode(code).Grouped())
	return code
}

// wholeSlip is fewer rows than any whole slip has, and more than the pieces of
// these tests.
const wholeSlip = 700

// whole returns the slips that came out whole.
func (p *paperStage) whole() (out []sink.Slip) {
	for _, s := range p.sink.Slips() {
		if s.Cut && s.Picture.Height > wholeSlip {
			out = append(out, s)
		}
	}
	return out
}

// crawl is so few bytes a second that a slip takes a quarter of a minute: longer than the
// next patient needs, or a kill, on a slow machine. A band may take five seconds.
const crawl = 4000

// noSlipFor is as long as the printer would need for another slip twice. On a machine
// that is slower a slip too many may go unseen; none is seen that did not come out.
const noSlipFor = 1500 * time.Millisecond

// endsOfQuestions are what a broken band leaves of questions (DLE EOT n) that come before
// its rest: it takes the first byte for dots, and no printer draws the others.
var endsOfQuestions = regexp.MustCompile(`^(\x04[\x01-\x04])*$`)

// noMore holds that nothing has come out besides the slips that were looked at: no slip
// too many, no letters, and nothing that a printer obeys by mistake.
func (p *paperStage) noMore(name string) {
	p.t.Helper()
	if n := len(p.whole()); n != p.slips {
		p.t.Errorf("%s: %d slips came out, not %d", name, n, p.slips)
	}
	for i, s := range p.sink.Slips() {
		if !endsOfQuestions.MatchString(s.Text) {
			p.t.Errorf("%s: letters on piece %d: %q", name, i+1, s.Text)
		}
	}
	for _, fault := range p.sink.Faults() {
		if errors.Is(fault, sink.ErrDanger) {
			continue // a question to a printer that still waits for the rest of a broken band
		}
		p.t.Errorf("%s: the printer got %v", name, fault)
	}
}

// forget has the printer count slips anew. A slip too many that comes later still is one
// too many of those that come then.
func (p *paperStage) forget() {
	p.t.Helper()
	p.noMore("before the next")
	p.sink.Forget()
	p.slips = 0
}

// came holds what came out against the codes: one whole slip of each, in order, and
// nothing else.
func (p *paperStage) came(name string, codes ...string) []sink.Slip {
	p.t.Helper()
	p.eventually(fmt.Sprintf("%d whole slips", len(codes)), func() bool { return len(p.whole()) >= len(codes) })
	slips := p.whole()
	p.slips = len(codes)
	p.noMore(name)
	for i, s := range slips {
		file := p.keep(fmt.Sprintf("%s-%d", name, i+1), s)
		if i < len(codes) {
			if got := zbar(p.t, file); got != codes[i] {
				p.t.Errorf("%s: the QR of slip %d says %q, not %q", name, i+1, got, codes[i])
			}
		}
	}
	return slips
}

// keep writes what came out of the printer, apart from what the screen showed, and
// returns the file.
func (p *paperStage) keep(name string, s sink.Slip) string {
	p.t.Helper()
	if err := os.MkdirAll(filepath.Join(p.shots, "paper"), 0o755); err != nil {
		p.t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(p.shots, "paper", name+".png"))
	if err == nil {
		err = errorsOf(png.Encode(f, s.Picture.Image()), f.Close())
	}
	if err != nil {
		p.t.Fatal(err)
	}
	return f.Name()
}

// printJobs reads the slips that a kiosk that has ended has noted for a code.
func (p *paperStage) printJobs(code string) []storage.PrintJob {
	p.t.Helper()
	store, err := storage.Open(filepath.Join(p.path("data"), "test"), storage.Options{})
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	r, err := store.FindCode(visit.AuthenCode(code))
	if err != nil {
		p.t.Fatal(err)
	}
	jobs, err := store.PrintJobs()
	if err != nil {
		p.t.Fatal(err)
	}
	return slices.DeleteFunc(jobs, func(j storage.PrintJob) bool { return j.Visit != r.Visit.ID })
}

// once checks that so many visits made so many codes of so many requests, and that
// nothing more comes out.
func (p *paperStage) once(visits int) {
	p.t.Helper()
	<-time.After(noSlipFor)
	p.noMore("at the end")
	if codes, requests := len(p.codes()), p.submissions(); codes != visits || requests != visits {
		p.t.Errorf("%d visits made %d codes of %d requests", visits, codes, requests)
	}
}

func TestE2EEveryTroubleOfThePrinterIsToldAndLeavesTheCodeOnTheScreen(t *testing.T) {
	t.Parallel()
	p := newPaperStage(t, upright)
	p.begin()
	mended := func(*paperStage) { p.set(func(s *sink.State) { *s = sink.State{} }) }
	for i, c := range []struct {
		name    string
		hurt    func(*paperStage)
		welcome string // key of the words on the welcome screen
		result  string // and on that of the code
		mend    func(*paperStage)
		after   string
	}{
		{"ready", func(*paperStage) {}, "welcome.title", "print.printed", mended, "print.printed"},
		{"near-end", func(p *paperStage) { p.set(func(s *sink.State) { s.NearEnd = true }) }, "welcome.title", "print.printed", mended, "print.printed"},
		{"no-paper", func(p *paperStage) { p.set(func(s *sink.State) { s.PaperOut = true }) }, "welcome.no-paper", "print.no-paper", mended, "print.printed"},
		{"cover", func(p *paperStage) { p.set(func(s *sink.State) { s.CoverOpen = true }) }, "welcome.cover-open", "print.cover-open", mended, "print.printed"},
		{"off", func(p *paperStage) { p.sink.Unplug() }, "welcome.printer", "print.failed", func(p *paperStage) {
			if _, err := p.sink.Listen(p.address); err != nil {
				p.t.Fatal(err)
			}
		}, "print.printed"},
		{"garbage", func(p *paperStage) { p.set(func(s *sink.State) { s.Garbage = true }) }, "welcome.printer", "print.failed", mended, "print.printed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			whole := p.t
			defer func() { p.t = whole }()
			p.t = t
			p.forget()
			c.hurt(p)
			p.says(c.welcome)
			if c.result != c.after {
				p.bothLanguages(c.name + "-welcome")
			}
			code, remove := p.visits(virtualcard.Population()[i])
			p.says(c.result)
			p.scans(code)
			if c.result != c.after {
				p.bothLanguages(c.name + "-result")
			}
			if n := len(p.whole()); c.result != c.after && n != 0 {
				t.Errorf("%d slips came out of a broken printer", n)
			}
			c.mend(p)
			p.says(c.after)
			p.came(c.name, code)
			remove()
			p.screen("welcome")
		})
	}
	p.once(6)
	p.kiosk.end(t)
}

func TestE2EASlipThatBreaksOffComesOutWholeOnceAndAgainWhenAsked(t *testing.T) {
	t.Parallel()
	p := newPaperStage(t, upright)
	p.begin()
	p.set(func(s *sink.State) { s.BytesPerSecond, s.ResetAfter = 60000, 30000 })
	unplugged, remove := p.visits(virtualcard.Population()[0])
	p.came("unplugged", unplugged)
	p.says("print.printed")
	remove()
	p.screen("welcome")

	p.forget()
	p.set(func(s *sink.State) { *s = sink.State{PaperRows: 300} })
	code, remove := p.visits(virtualcard.Population()[1])
	p.picture("roll-ends")
	p.says("print.no-paper")
	p.scans(code)
	p.bothLanguages("roll-ended")
	if n := len(p.whole()); n != 0 {
		t.Errorf("%d slips are whole without paper", n)
	}
	p.set(func(s *sink.State) { *s = sink.State{} })
	p.says("print.printed")
	first := p.came("roll", code)
	p.picture("roll-new")
	remove()
	p.screen("welcome")

	// The same person comes back.
	remove = p.insert(newCard(t, virtualcard.Population()[1]))
	p.screen("already-here")
	p.bothLanguages("back")
	again := first
	for n := range 2 {
		p.click("reprint")
		p.says("print.printed")
		again = p.came("reprint", slices.Repeat([]string{code}, n+2)...)
	}
	p.picture("reprinted")
	if len(again) == 3 && (again[1].Picture.Height <= first[0].Picture.Height || slices.Equal(again[1].Picture.Bits, again[2].Picture.Bits)) {
		t.Error("the reprints have no mark, or the same number")
	}
	remove()
	p.screen("welcome")
	p.once(2)
	p.kiosk.end(t)
	jobs := p.printJobs(code)
	for n, j := range jobs {
		if j.State != storage.JobPrinted || j.Copy != n {
			t.Errorf("slip %d: %+v", n, j)
		}
	}
	if len(jobs) != 3 {
		t.Errorf("%d slips are noted", len(jobs))
	}
}

func TestE2EAPrinterThatSaysNothingPrintsOnceAndAgainWhenAsked(t *testing.T) {
	t.Parallel()
	p := newPaperStage(t, lying)
	p.set(func(s *sink.State) { s.Mute = true })
	p.begin()
	code, remove := p.visits(virtualcard.Population()[0])
	p.says("print.unclear")
	p.came("mute", code)
	p.scans(code)
	p.says("print.none-came")
	p.bothLanguages("unclear")
	p.click("reprint")
	p.says("print.printing")
	p.says("print.unclear")
	slips := p.came("mute-again", code, code)
	if len(slips) == 2 && slips[1].Picture.Height <= slips[0].Picture.Height {
		t.Error("the second slip has no mark")
	}
	remove()
	p.click("done")
	p.screen("welcome")

	p.forget()
	p.set(func(s *sink.State) { *s = sink.State{PaperOut: true} })
	p.says("welcome.no-paper")
	p.bothLanguages("no-paper-welcome")
	code, remove = p.visits(virtualcard.Population()[1])
	p.says("print.no-paper")
	p.scans(code)
	p.bothLanguages("no-paper-result")
	p.came("no-paper")
	remove()
	p.once(2)
	p.kiosk.end(t)
}

func TestE2EASlowPrinterHoldsUpNobodyAndAKilledKioskPrintsNothingTwice(t *testing.T) {
	t.Parallel()
	p := newPaperStage(t, upright)
	p.begin()
	p.set(func(s *sink.State) { s.BytesPerSecond = crawl })
	first, remove := p.visits(virtualcard.Population()[0])
	p.says("print.printing")
	p.click("done")
	remove()
	p.screen("welcome")
	next := virtualcard.Population()[1]
	remove = p.insert(newCard(t, next))
	p.eventually("second patient", func() bool { return p.layout().Screen != "welcome" })
	if n := len(p.whole()); n != 0 {
		t.Errorf("%d slips had come out when the second patient began: the test proves nothing", n)
	}
	p.set(func(s *sink.State) { s.BytesPerSecond = 15000 })
	p.screen("phone")
	second := p.ends(next)
	p.bothLanguages("slow-second")
	p.came("slow", first, second)
	p.says("print.printed")
	remove()
	p.screen("welcome")

	p.forget()
	p.set(func(s *sink.State) { s.BytesPerSecond = crawl })
	third, remove := p.visits(virtualcard.Population()[3])
	p.eventually("slip that has begun", func() bool { return p.sink.Times().Bytes > 5000 })
	p.kiosk.kill()
	remove()
	p.begin()
	p.set(func(s *sink.State) { s.BytesPerSecond = 0 })
	p.says("welcome.title")
	p.came("killed")
	remove = p.insert(newCard(t, virtualcard.Population()[3]))
	p.screen("already-here")
	p.click("reprint")
	p.says("print.printed")
	p.came("killed-again", third)
	for i, s := range p.sink.Slips() {
		p.keep(fmt.Sprintf("killed-piece-%d", i+1), s)
	}
	remove()
	p.screen("welcome")
	p.once(3)
	p.kiosk.end(t)
	jobs := p.printJobs(third)
	if len(jobs) != 2 || jobs[0].State != storage.JobUnclear || jobs[1].State != storage.JobPrinted || jobs[1].Copy != 1 {
		t.Errorf("the killed kiosk's slips are noted as %+v", jobs)
	}
}

package ipp

import (
	"context"
	"slices"
	"strings"

	"github.com/OpenPrinting/goipp"

	"authenkiosk/printer/device"
	"authenkiosk/printer/document"
)

// Values of printer-state (RFC 8011 5.4.11).
const (
	printerIdle       = 3
	printerProcessing = 4
	printerStopped    = 5
)

// State is what a printer says about itself.
type State struct {
	State       int      // 3 idle, 4 processing, 5 stopped
	Reasons     []string // as they came
	Accepting   bool
	Model       string
	Formats     []string // of documents
	Media       document.Page
	NoSheets    bool  // all trays of which it tells the level are empty
	Resolutions []int // of PWG Raster in dots per inch
}

// questions are the attributes that a State is made of.
var questions = []string{
	"printer-state", "printer-state-reasons", "printer-is-accepting-jobs", "printer-make-and-model",
	"document-format-supported", "media-ready", "media-default", "printer-input-tray", "pwg-raster-document-resolution-supported",
}

// State asks the printer how it is.
func (p *Printer) State(ctx context.Context) (State, error) {
	m, err := p.client.request(ctx, goipp.OpGetPrinterAttributes, []goipp.Attribute{keywords("requested-attributes", questions...)}, nil)
	if err != nil {
		return State{}, err
	}
	return stateOf(m.Printer), nil
}

func stateOf(attributes goipp.Attributes) State {
	s := State{Accepting: true}
	var ready, usual []document.Page
	for _, a := range attributes {
		switch a.Name {
		case "printer-state":
			s.State = firstInt(a)
		case "printer-state-reasons":
			s.Reasons = texts(a)
		case "printer-is-accepting-jobs":
			if b, ok := first(a).(goipp.Boolean); ok {
				s.Accepting = bool(b)
			}
		case "printer-make-and-model":
			s.Model = strings.Join(texts(a), " ")
		case "document-format-supported":
			s.Formats = texts(a)
		case "media-ready":
			ready = pages(a)
		case "media-default":
			usual = pages(a)
		case "printer-input-tray":
			s.NoSheets = noSheets(a)
		case "pwg-raster-document-resolution-supported":
			s.Resolutions = resolutions(a)
		}
	}
	s.Media = sheet(ready, usual)
	return s
}

// sheet is what a job is printed on that does not ask for a certain one: the usual
// sheet, unless it lies in no tray.
func sheet(ready, usual []document.Page) document.Page {
	for _, g := range usual {
		if len(ready) == 0 || slices.Contains(ready, g) {
			return g
		}
	}
	if len(ready) > 0 {
		return ready[0]
	}
	return document.Page{}
}

func pages(a goipp.Attribute) (pp []document.Page) {
	for _, name := range texts(a) {
		if g := document.ParseMedia(name); g != (document.Page{}) {
			pp = append(pp, g)
		}
	}
	return pp
}

// noSheets reads printer-input-tray (PWG 5100.13): octets like those of
// "type=sheetFeedAutoRemovableTray;maxcapacity=250;level=0;". A level below 0 is not
// known, or "some". Where sheets are put in by hand, and the tray that stands for
// all, tell nothing.
func noSheets(a goipp.Attribute) bool {
	trays := 0
	for _, v := range a.Values {
		octets, ok := v.V.(goipp.Binary)
		if !ok {
			return false
		}
		tray := map[string]string{}
		for _, field := range strings.Split(string(octets), ";") {
			key, value, _ := strings.Cut(field, "=")
			tray[key] = value
		}
		switch {
		case tray["type"] == "sheetFeedManual" || tray["maxcapacity"] == "-2" && tray["level"] == "-2":
		case tray["level"] != "0":
			return false
		default:
			trays++
		}
	}
	return trays > 0
}

func first(a goipp.Attribute) goipp.Value {
	if len(a.Values) == 0 {
		return goipp.Void{}
	}
	return a.Values[0].V
}

func firstInt(a goipp.Attribute) int {
	n, _ := first(a).(goipp.Integer)
	return int(n)
}

func texts(a goipp.Attribute) (tt []string) {
	for _, v := range a.Values {
		switch s := v.V.(type) {
		case goipp.String:
			tt = append(tt, string(s))
		case goipp.TextWithLang:
			tt = append(tt, s.Text)
		}
	}
	return tt
}

func resolutions(a goipp.Attribute) (rr []int) {
	for _, v := range a.Values {
		if r, ok := v.V.(goipp.Resolution); ok && r.Units == goipp.UnitsDpi && r.Xres == r.Yres && r.Xres > 0 && r.Xres <= 2400 {
			rr = append(rr, r.Xres)
		}
	}
	slices.Sort(rr)
	return rr
}

// conditions says what a reason means (RFC 8011 5.4.12, PWG 5100.9).
var conditions = map[string]device.Condition{
	"cover-open": device.CoverOpen, "door-open": device.CoverOpen, "interlock-open": device.CoverOpen,
	"input-tray-missing": device.CoverOpen, "output-tray-missing": device.CoverOpen,
	"media-empty": device.PaperOut, "media-needed": device.PaperOut,
	"media-low": device.PaperLow,
	"media-jam": device.Error, "toner-empty": device.Error, "marker-supply-empty": device.Error, "output-area-full": device.Error,
	"cutter-unrecoverable-failure": device.Error, "fuser-over-temp": device.Error, "marker-waste-full": device.Error,
	"offline": device.Offline, connecting: device.Offline, "shutdown": device.Offline, "timed-out": device.Offline, "paused": device.Offline,
	"stopped": device.Offline, "cups-insecure-filter": device.Error, "cups-missing-filter": device.Error, "stopped-partly": device.PaperLow,
}

// urgency orders conditions: the first is told.
var urgency = []device.Condition{device.CoverOpen, device.PaperOut, device.Error, device.Offline, device.Busy, device.PaperLow}

// connecting is the reason of a server whose printer does not answer yet. That of
// one which sleeps lasts for as long as it takes to warm up.
const connecting = "connecting-to-device"

func (s State) connecting() bool { return slices.Contains(s.Reasons, connecting) }

// ofOneOfSeveral are reasons that a printer also gives for one tray, bin or ink while
// it prints with another.
var ofOneOfSeveral = []string{
	"media-empty", "media-needed", "input-tray-missing", "output-tray-missing", "output-area-full",
	"toner-empty", "marker-supply-empty", "marker-waste-full",
}

// Condition returns what a person has to mend first. Known reasons count whatever
// their suffix, for printers differ; but see weigh.
func (s State) Condition() device.Condition {
	has := map[device.Condition]bool{
		device.Busy:    s.State == printerProcessing,
		device.Offline: s.State == printerStopped || !s.Accepting,
	}
	for _, reason := range s.Reasons {
		has[s.weigh(reason)] = true
	}
	delete(has, device.Ready)
	for _, c := range urgency {
		if has[c] {
			return c
		}
	}
	if s.State != printerIdle {
		return device.Unknown
	}
	return device.Ready
}

// weigh says what one reason means now. By RFC 8011 5.4.12 nothing that is called a
// report or a warning keeps a job from completing, and no suffix is an error. That is
// believed of a printer which has not stopped, where it may have another tray or ink:
// the job is watched. ippeveprinter calls its last empty tray a report.
func (s State) weigh(reason string) device.Condition {
	bare, mild := reason, false
	for _, suffix := range []string{"-report", "-warning", "-error"} {
		if cut, ok := strings.CutSuffix(reason, suffix); ok {
			bare, mild = cut, suffix != "-error"
		}
	}
	c, known := conditions[bare]
	switch {
	case !known && strings.HasSuffix(reason, "-error"):
		return device.Error
	case !known:
		return device.Ready
	case s.State == printerStopped:
		return c
	case bare == connecting:
		return device.Busy
	case !mild || !slices.Contains(ofOneOfSeveral, bare):
		return c
	case c == device.PaperOut && s.NoSheets:
		return c
	case bare == "media-needed" && s.State == printerProcessing:
		return c // the job at hand waits for it
	}
	return device.PaperLow
}

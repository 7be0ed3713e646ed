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
	Resolutions []int // of PWG Raster in dots per inch
}

// questions are the attributes that a State is made of.
var questions = []string{
	"printer-state", "printer-state-reasons", "printer-is-accepting-jobs", "printer-make-and-model",
	"document-format-supported", "media-ready", "media-default", "pwg-raster-document-resolution-supported",
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
		case "media-ready", "media-default":
			for _, name := range texts(a) {
				// What lies in the tray counts more than what is usual.
				if g := document.ParseMedia(name); g != (document.Page{}) && (s.Media == document.Page{} || a.Name == "media-ready") {
					s.Media = g
					break
				}
			}
		case "pwg-raster-document-resolution-supported":
			s.Resolutions = resolutions(a)
		}
	}
	return s
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
	"offline": device.Offline, "connecting-to-device": device.Offline, "shutdown": device.Offline, "timed-out": device.Offline, "paused": device.Offline,
	"stopped": device.Offline, "cups-insecure-filter": device.Error, "cups-missing-filter": device.Error, "stopped-partly": device.PaperLow,
}

// urgency orders conditions: the first is told.
var urgency = []device.Condition{device.CoverOpen, device.PaperOut, device.Error, device.Offline, device.Busy, device.PaperLow}

// Condition returns what a person has to mend first. A suffix says how bad the
// printer itself holds a reason, but printers differ: ippeveprinter calls an empty
// tray a report, a warning or an error, as it happens to be at work. So known
// reasons count without it.
func (s State) Condition() device.Condition {
	has := map[device.Condition]bool{
		device.Busy:    s.State == printerProcessing,
		device.Offline: s.State == printerStopped || !s.Accepting,
	}
	for _, reason := range s.Reasons {
		bare := reason
		for _, suffix := range []string{"-report", "-warning", "-error"} {
			bare = strings.TrimSuffix(bare, suffix)
		}
		if c, ok := conditions[bare]; ok {
			has[c] = true
		} else if strings.HasSuffix(reason, "-error") {
			has[device.Error] = true
		}
	}
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

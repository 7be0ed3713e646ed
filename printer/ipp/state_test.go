//go:build linux

package ipp

import (
	"errors"
	"testing"

	"github.com/OpenPrinting/goipp"

	"authenkiosk/printer/device"
	"authenkiosk/printer/document"
)

func TestReasonsCountByTheirSuffixWhereThePrinterMayHaveAnotherTray(t *testing.T) {
	for _, c := range []struct {
		state   int
		reasons []string
		want    device.Condition
	}{
		{3, []string{"none"}, device.Ready},
		{3, nil, device.Ready},
		{4, []string{"none"}, device.Busy},
		{5, []string{"paused"}, device.Offline},
		{5, nil, device.Offline},
		{3, []string{"media-empty-report"}, device.PaperLow},
		{3, []string{"media-empty-warning"}, device.PaperLow},
		{3, []string{"media-needed-warning"}, device.PaperLow},
		{4, []string{"media-empty-warning"}, device.Busy},
		{5, []string{"media-empty-warning"}, device.PaperOut},
		{3, []string{"media-empty-error"}, device.PaperOut},
		{3, []string{"marker-supply-empty-warning"}, device.PaperLow},
		{3, []string{"marker-supply-empty-report", "toner-empty-warning"}, device.PaperLow},
		{3, []string{"marker-supply-empty-error"}, device.Error},
		{3, []string{"marker-supply-empty"}, device.Error},
		{5, []string{"marker-supply-empty-warning"}, device.Error},
		{3, []string{"marker-supply-low-warning"}, device.Ready},
		{3, []string{"cover-open-warning"}, device.CoverOpen},
		{3, []string{"media-jam-warning"}, device.Error},
		{3, []string{"connecting-to-device"}, device.Busy},
		{4, []string{"connecting-to-device"}, device.Busy},
		{5, []string{"connecting-to-device"}, device.Offline},
		{4, []string{"media-empty-warning", "media-needed-warning"}, device.PaperOut},
		{5, []string{"media-empty-error"}, device.PaperOut},
		{3, []string{"media-empty"}, device.PaperOut},
		{3, []string{"media-low-warning"}, device.PaperLow},
		{3, []string{"media-empty-error", "cover-open-warning"}, device.CoverOpen},
		{5, []string{"media-jam-error"}, device.Error},
		{3, []string{"unheard-of-warning"}, device.Ready},
		{3, []string{"unheard-of-error"}, device.Error},
		{0, nil, device.Unknown},
	} {
		if got := (State{State: c.state, Reasons: c.reasons, Accepting: true}).Condition(); got != c.want {
			t.Errorf("%d %q: %v, want %v", c.state, c.reasons, got, c.want)
		}
	}
	if got := (State{State: 3}).Condition(); got != device.Offline {
		t.Errorf("a printer that accepts no jobs is %v", got)
	}
}

func TestTheDocumentIsWhatThePrinterTakes(t *testing.T) {
	p := printerAt(t, "ipp://localhost/ipp/print", "")
	for _, c := range []struct {
		state State
		want  string
	}{
		{State{Formats: []string{document.TypeESCPOS, document.TypePWG, document.TypePDF}}, document.TypePDF},
		{State{Formats: []string{"image/jpeg", document.TypePWG}}, document.TypePWG},
		{State{Formats: []string{document.TypeESCPOS}}, document.TypeESCPOS},
		{State{Formats: []string{document.TypePDF, document.TypeRaw}, Model: "Local Raw Printer"}, document.TypeRaw},
		{State{Formats: []string{"image/jpeg"}}, document.TypeJPEG},
		{State{Formats: []string{"image/jpeg", document.TypeESCPOS}}, document.TypeESCPOS},
		{State{Formats: []string{"application/postscript", "application/octet-stream"}}, ""},
	} {
		if got := p.format(c.state); got != c.want {
			t.Errorf("%+v: %q, want %q", c.state, got, c.want)
		}
	}
	if _, _, err := p.document(State{}, drawing(1)); !errors.Is(err, ErrFormat) {
		t.Errorf("%v", err)
	}
}

func TestAddressesThatAreNoneAreRefused(t *testing.T) {
	for _, a := range []string{"", "host", "lpd://host/x", "ipp://", "ipp://user:secret@host/x", "ipp://%zz"} {
		if _, err := New(a, Options{}); !errors.Is(err, ErrAddress) {
			t.Errorf("%q: %v", a, err)
		}
	}
	for address, want := range map[string]string{
		"ipp://host/ipp/print": "http://host:631/ipp/print", "ipps://host:443/x": "https://host:443/x", "http://host:8631/ipp": "http://host:8631/ipp",
	} {
		p, err := New(address, Options{})
		if err != nil || p.client.url != want {
			t.Errorf("%q: %q, %v", address, p.client.url, err)
		}
	}
}

func TestAnEmptyTrayIsTheEndOfThePaperOnlyWhenAllAre(t *testing.T) {
	const (
		auto   = "type=sheetFeedAutoRemovableTray;mediafeed=0;mediaxfeed=0;maxcapacity=-2;level=-2;status=0;name=auto"
		manual = "type=sheetFeedManual;maxcapacity=1;level=-2;status=0;name=manual"
		empty  = "type=sheetFeedAutoRemovableTray;maxcapacity=250;level=0;status=0;name=main;"
		full   = "type=sheetFeedAutoRemovableTray;maxcapacity=250;level=100;status=0;name=second;"
		some   = "type=sheetFeedAutoRemovableTray;maxcapacity=250;level=-3;status=0;name=second;"
		silent = "type=sheetFeedAutoRemovableTray;maxcapacity=250;level=-2;status=0;name=second;"
	)
	for _, c := range []struct {
		trays []string
		want  device.Condition
	}{
		{[]string{auto, empty, manual}, device.PaperOut},
		{[]string{empty, empty}, device.PaperOut},
		{[]string{auto, empty, full}, device.PaperLow},
		{[]string{empty, some}, device.PaperLow},
		{[]string{empty, silent}, device.PaperLow},
		{[]string{auto, manual}, device.PaperLow},
		{[]string{"", "x", ";;=;"}, device.PaperLow},
		{nil, device.PaperLow},
	} {
		var m goipp.Message
		m.Printer.Add(goipp.MakeAttribute("printer-state", goipp.TagEnum, goipp.Integer(printerIdle)))
		m.Printer.Add(keywords("printer-state-reasons", "media-empty-report"))
		if len(c.trays) > 0 {
			m.Printer.Add(trays(c.trays...))
		}
		if got := stateOf(m.Printer).Condition(); got != c.want {
			t.Errorf("%q: %v, want %v", c.trays, got, c.want)
		}
	}
}

func trays(texts ...string) goipp.Attribute {
	values := make([]goipp.Value, len(texts))
	for i, s := range texts {
		values[i] = goipp.Binary(s)
	}
	return attribute("printer-input-tray", goipp.TagString, values...)
}

func TestTheSheetIsTheUsualOneUnlessItLiesInNoTray(t *testing.T) {
	const a4, a5, letter = "iso_a4_210x297mm", "iso_a5_148x210mm", "na_letter_8.5x11in"
	for _, c := range []struct {
		ready []string
		usual string
		want  string
	}{
		{[]string{a4, letter}, letter, letter},
		{[]string{a4, a5}, letter, a4},
		{nil, a5, a5},
		{[]string{"auto", a5}, "", a5},
		{nil, "", ""},
	} {
		var m goipp.Message
		if c.ready != nil {
			m.Printer.Add(keywords("media-ready", c.ready...))
		}
		m.Printer.Add(keywords("media-default", c.usual))
		if got := stateOf(m.Printer).Media; got != document.ParseMedia(c.want) {
			t.Errorf("%q, usual %q: %v, want %s", c.ready, c.usual, got, c.want)
		}
	}
}

// FuzzAnswer feeds whatever a printer may send through the decoder and our reading
// of it.
func FuzzAnswer(f *testing.F) {
	m := goipp.NewResponse(goipp.DefaultVersion, goipp.StatusOk, 1)
	m.Printer.Add(goipp.MakeAttribute("printer-state", goipp.TagEnum, goipp.Integer(4)))
	m.Printer.Add(keywords("printer-state-reasons", "media-empty-error"))
	m.Printer.Add(keywords("media-ready", "iso_a4_210x297mm"))
	m.Printer.Add(trays("type=sheetFeedManual;level=0;"))
	m.Job.Add(goipp.MakeAttribute("job-id", goipp.TagInteger, goipp.Integer(7)))
	seed, err := m.EncodeBytes()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Fuzz(func(_ *testing.T, data []byte) {
		var m goipp.Message
		if m.DecodeBytes(data) == nil {
			_ = stateOf(m.Printer).Condition()
			_ = jobOf(m.Job).ended()
		}
	})
}

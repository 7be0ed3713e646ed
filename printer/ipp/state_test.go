//go:build linux

package ipp

import (
	"errors"
	"testing"

	"github.com/OpenPrinting/goipp"

	"authenkiosk/printer/device"
	"authenkiosk/printer/document"
)

func TestReasonsCountWhateverTheirSuffix(t *testing.T) {
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
		{3, []string{"media-empty-report"}, device.PaperOut},
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
		{State{Formats: []string{"image/jpeg"}}, ""},
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

// FuzzAnswer feeds whatever a printer may send through the decoder and our reading
// of it.
func FuzzAnswer(f *testing.F) {
	m := goipp.NewResponse(goipp.DefaultVersion, goipp.StatusOk, 1)
	m.Printer.Add(goipp.MakeAttribute("printer-state", goipp.TagEnum, goipp.Integer(4)))
	m.Printer.Add(keywords("printer-state-reasons", "media-empty-error"))
	m.Printer.Add(keywords("media-ready", "iso_a4_210x297mm"))
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

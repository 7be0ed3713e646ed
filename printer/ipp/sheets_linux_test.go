package ipp_test

import (
	"encoding/binary"
	"testing"

	"authenkiosk/printer"
	"authenkiosk/printer/device"
	"authenkiosk/printer/document"
	"authenkiosk/printer/ipp"
	"authenkiosk/printer/template"
	"authenkiosk/visit"
)

func sample(t *testing.T) printer.Slip {
	t.Helper()
	s, err := printer.Sample(printer.KindCode)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// want is the document that shows the slip as its preview does.
func want(t *testing.T, paper printer.Paper, page document.Page, format string) []byte {
	t.Helper()
	m, err := printer.Draw(template.Default(), sample(t), paper)
	if err != nil {
		t.Fatal(err)
	}
	picture, err := device.Pack(m)
	if err != nil {
		t.Fatal(err)
	}
	if paper.Height > 0 {
		picture.PerInch = paper.DPI
	}
	data, err := document.PWG(picture, page, 300)
	if format == document.TypePDF {
		data, err = document.PDF(picture, page)
	}
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func sheet(t *testing.T, size template.Paper) printer.Paper {
	t.Helper()
	p, err := printer.PaperOf(size, 300)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestARealPrinterOfSheetsGetsTheSheetOfThePreview(t *testing.T) {
	for _, c := range []struct {
		name, format, media string
		config              template.Paper
		paper               printer.Paper
		page                document.Page
	}{
		{"it has A4", document.TypePWG, "iso_a4_210x297mm", "", sheet(t, template.A4), document.Page{Width: 210, Height: 297}},
		{"it has A5", document.TypePWG, "iso_a5_148x210mm", "", sheet(t, template.A5), document.Page{Width: 148, Height: 210}},
		{"it has A5 and takes PDF", document.TypePDF, "iso_a5_148x210mm", "", sheet(t, template.A5), document.Page{Width: 148, Height: 210}},
		{"A5 is configured", document.TypePWG, "iso_a4_210x297mm", template.A5, sheet(t, template.A5), document.Page{Width: 148, Height: 210}},
		{"a strip is configured", document.TypePWG, "iso_a4_210x297mm", template.Roll80, printer.Roll(printer.Width80mm), document.Page{Width: 210, Height: 297}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := ipp.StartEveryday(t, c.format)
			e.Load(t, c.media)
			d, err := printer.Open(printer.Config{Kind: visit.PrinterIPP, Address: e.Address(), Paper: c.config})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = d.Close() }()
			if got, err := d.Paper(t.Context()); err != nil || got != c.paper {
				t.Errorf("%+v, %v", got, err)
			}
			if err := d.Print(t.Context(), sample(t)); err != nil {
				t.Fatal(err)
			}
			got := e.Printed(t)
			if len(got) != 1 {
				t.Fatalf("%d documents came out", len(got))
			}
			data := want(t, c.paper, c.page, c.format)
			if string(got[0]) != string(data) {
				t.Errorf("another page of %d bytes, want %d", len(got[0]), len(data))
			}
			if c.format == document.TypePDF {
				return
			}
			if w, h := size(got[0]); c.paper.Height > 0 && (w != c.paper.Width || h != c.paper.Height) {
				t.Errorf("%d x %d dots, want %d x %d", w, h, c.paper.Width, c.paper.Height)
			}
		})
	}
}

// size reads the dots of a page of PWG Raster.
func size(data []byte) (width, height int) {
	field := func(at int) int { return int(binary.BigEndian.Uint32(data[4+at:])) }
	return field(372), field(376)
}

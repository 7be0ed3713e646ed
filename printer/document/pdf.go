package document

import (
	"bytes"
	"fmt"
	"image/png"

	"github.com/go-pdf/fpdf"

	"authenkiosk/printer/device"
)

// Media types of documents.
const (
	TypePDF    = "application/pdf"
	TypePWG    = "image/pwg-raster"
	TypeESCPOS = "application/vnd.escpos"
	TypeRaw    = "application/vnd.cups-raw" // bytes for the printer, in the tongue of CUPS
)

// Page is the size of a sheet in millimetres. The zero page is as big as the
// picture: a piece of a roll.
type Page struct{ Width, Height float64 }

// margin is what office printers cannot reach at the edges of a sheet.
const margin = 5.0 // mm

// place returns the page, and where the picture goes on it: at the top in the
// middle in its natural size, or as big as the sheet allows. A picture that fills a
// sheet has edges of its own.
func (g Page) place(p device.Picture) (page Page, x, y, w, h float64) {
	w, h = p.Size()
	if g.Width <= 0 || g.Height <= 0 {
		return Page{w, h}, 0, 0, w, h
	}
	if p.PerInch > 0 {
		scale := min(g.Width/w, g.Height/h)
		return g, (g.Width - w*scale) / 2, (g.Height - h*scale) / 2, w * scale, h * scale
	}
	if g.Width < w+2*margin && g.Height > h { // a roll: no margins
		scale := min(1, g.Width/w)
		return g, (g.Width - w*scale) / 2, 0, w * scale, h * scale
	}
	scale := min(1, (g.Width-2*margin)/w, (g.Height-2*margin)/h)
	return g, (g.Width - w*scale) / 2, margin, w * scale, h * scale
}

// PDF returns a document of one page that shows the picture, in its natural size
// where the page allows.
func PDF(p device.Picture, g Page) ([]byte, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	var picture bytes.Buffer
	if err := png.Encode(&picture, p.Image()); err != nil {
		return nil, fmt.Errorf("encode picture: %w", err)
	}
	page, x, y, w, h := g.place(p)
	size := fpdf.SizeType{Wd: page.Width, Ht: page.Height}
	d := fpdf.NewCustom(&fpdf.InitType{OrientationStr: "P", UnitStr: "mm", Size: size})
	d.SetMargins(0, 0, 0)
	d.SetAutoPageBreak(false, 0)
	d.SetCreator("AuthenKiosk", true)
	d.AddPageFormat("P", size)
	options := fpdf.ImageOptions{ImageType: "PNG"}
	d.RegisterImageOptionsReader("slip", options, &picture)
	d.ImageOptions("slip", x, y, w, h, false, options, 0, "")
	var out bytes.Buffer
	if err := d.Output(&out); err != nil {
		return nil, fmt.Errorf("make PDF: %w", err)
	}
	return out.Bytes(), nil
}

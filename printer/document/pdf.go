package document

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"strconv"

	"authenkiosk/printer/device"
)

// Media types of documents.
const (
	TypePDF    = "application/pdf"
	TypePWG    = "image/pwg-raster"
	TypeJPEG   = "image/jpeg"
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
// where the page allows. The same picture gives the same bytes: no time is in it.
//
// The structure is that of ISO 32000-1: six objects (catalog, list of pages, page,
// picture, what is drawn on the page, who made it), a table of where they begin, and
// a trailer.
func PDF(p device.Picture, g Page) ([]byte, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	dots, err := deflate(p.Bits)
	if err != nil {
		return nil, fmt.Errorf("pack the picture: %w", err)
	}
	page, x, y, w, h := g.place(p)
	// The zero of a PDF is the lower left corner of the page.
	draw := fmt.Sprintf("q %s 0 0 %s %s %s cm /Slip Do Q", points(w), points(h), points(x), points(page.Height-y-h))

	d := pdf{}
	d.text.WriteString("%PDF-1.4\n%\xE2\xE3\xCF\xD3\n") // bytes above 127 say that it is no text (7.5.2)
	d.object("<< /Type /Catalog /Pages 2 0 R >>", nil)
	d.object("<< /Type /Pages /Kids [3 0 R] /Count 1 >>", nil)
	d.object(fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %s %s] /Resources << /XObject << /Slip 4 0 R >> >> /Contents 5 0 R >>",
		points(page.Width), points(page.Height)), nil)
	// Rows are packed as Picture has them; Decode turns 1 into black (8.9.5.2).
	d.object(fmt.Sprintf("<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 1 /Decode [1 0] /Filter /FlateDecode /Length %d >>",
		p.Width, p.Height, len(dots)), dots)
	d.object(fmt.Sprintf("<< /Length %d >>", len(draw)), []byte(draw))
	d.object("<< /Creator (AuthenKiosk) >>", nil)
	return d.end(), nil
}

// pdf is a document that is being written.
type pdf struct {
	text   bytes.Buffer
	begins []int // where each object does, in bytes
}

// object writes the next object, with a stream if there is one.
func (d *pdf) object(dictionary string, stream []byte) {
	d.begins = append(d.begins, d.text.Len())
	fmt.Fprintf(&d.text, "%d 0 obj\n%s\n", len(d.begins), dictionary)
	if stream != nil {
		d.text.WriteString("stream\n")
		d.text.Write(stream)
		d.text.WriteString("\nendstream\n")
	}
	d.text.WriteString("endobj\n")
}

// end writes the table of the objects, lines of exactly 20 bytes (7.5.4), and the
// trailer.
func (d *pdf) end() []byte {
	table := d.text.Len()
	fmt.Fprintf(&d.text, "xref\n0 %d\n%010d %05d f \n", len(d.begins)+1, 0, 65535)
	for _, at := range d.begins {
		fmt.Fprintf(&d.text, "%010d %05d n \n", at, 0)
	}
	fmt.Fprintf(&d.text, "trailer\n<< /Size %d /Root 1 0 R /Info 6 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(d.begins)+1, table)
	return d.text.Bytes()
}

// points returns millimetres in the unit of PDF, without an exponent, which PDF does
// not know.
func points(mm float64) string {
	return strconv.FormatFloat(mm*pointsPerInch/mmPerInch, 'f', 4, 64)
}

func deflate(data []byte) ([]byte, error) {
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

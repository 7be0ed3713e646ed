package printer

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"time"

	"authenkiosk/printer/template"
	"authenkiosk/visit"
)

// Sample returns a slip of a person who does not exist.
func Sample(kind Kind) (Slip, error) {
	pid, err := visit.ParsePID("9000000000004") // numbers that begin with 9 are nobody's
	if err != nil {
		return Slip{}, fmt.Errorf("make sample slip: %w", err)
	}
	at := time.Date(2026, time.November, 22, 9, 5, 0, 0, visit.Bangkok)
	s := Slip{
		UnitName: "โรง" + zw + "พยาบาล" + zw + "ตัวอย่าง", Zone: visit.ZoneDemo, Kind: kind,
		Visit: "019ab000-0000-7000-8000-0123456789ab", PID: pid, Name: visit.Name{Prefix: "นาง", First: "กตัญญู", Last: "ปี่ป้าฎู"},
		Right:  visit.Right{Main: visit.Coded{ID: "UCS", Name: "สิทธิ" + zw + "หลัก" + zw + "ประกัน" + zw + "สุขภาพ" + zw + "แห่ง" + zw + "ชาติ"}},
		Claim:  visit.ClaimType{Code: "PG0060001", Name: "เข้า" + zw + "รับ" + zw + "บริการ" + zw + "รักษา" + zw + "ทั่วไป (OPD/IPD/PP)"},
		Method: visit.MethodCard, At: at, Date: visit.ServiceDateOf(at), Languages: []string{"th", "en"},
	}
	switch kind {
	case KindCode:
		s.Code = "PP1200000001"
	case KindDesk:
		s.Problem, s.Saved = visit.CardExpired, true
	case KindTest:
		s.Printer, s.Program = "image", "AuthenKiosk"
	}
	return s, nil
}

// Preview draws a slip in dots that are black or white, as a printer does.
func Preview(t *template.Template, s Slip, p Paper) (image.Image, error) {
	m, err := Draw(t, s, p)
	if err != nil {
		return nil, fmt.Errorf("draw slip: %w", err)
	}
	out := image.NewPaletted(m.Rect, color.Palette{color.Black, color.White})
	for i, v := range m.Pix {
		if v >= 0x80 {
			out.Pix[i] = 1
		}
	}
	return out, nil
}

// named finds a template and a paper by their names. No file means the built-in
// template; 0 dots per inch mean 203.
func named(file, paper string, dpi int) (*template.Template, Paper, error) {
	size, err := template.ParsePaper(paper)
	if err != nil {
		return nil, Paper{}, err
	}
	if dpi == 0 {
		dpi = rollDPI
	}
	p, err := PaperOf(size, dpi)
	if err != nil {
		return nil, Paper{}, err
	}
	if file == "" {
		return template.Default(), p, nil
	}
	t, err := template.Load(file)
	return t, p, err
}

// WritePreview writes the sample of a kind on a paper as a PNG file: what
// authenkiosk slip preview does. An empty file name of a template means the
// built-in one; 0 dots per inch mean 203.
func WritePreview(out, kind, paper, file string, dpi int) error {
	k, err := template.ParseKind(kind)
	if err != nil {
		return err
	}
	t, p, err := named(file, paper, dpi)
	if err != nil {
		return err
	}
	s, err := Sample(k)
	if err != nil {
		return err
	}
	m, err := Preview(t, s, p)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		return fmt.Errorf("encode preview: %w", err)
	}
	if err := os.WriteFile(out, b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write preview: %w", err)
	}
	return nil
}

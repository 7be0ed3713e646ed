package main

import (
	"fmt"
	"image"
	"image/color"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/software"
	fynelayout "fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/test"
	"github.com/skip2/go-qrcode"

	"authenkiosk/printer"
	"authenkiosk/printer/template"
	"authenkiosk/ui/draw"
	"authenkiosk/visit"
)

// benchSlip is a code slip of a made-up person, without a watermark.
func benchSlip(b *testing.B) printer.Slip {
	s, err := printer.Sample(printer.KindCode)
	if err != nil {
		b.Fatal(err)
	}
	s.Zone, s.Languages = visit.ZoneProduction, []string{"th"}
	return s
}

// BenchmarkSlip draws the same code slip in two ways: as printer.Draw does, which
// shapes the text itself, and as widgets on Fyne's software canvas, in the same
// font and sizes. The second is the simpler program; this is what it would cost.
func BenchmarkSlip(b *testing.B) {
	for _, paper := range []struct {
		mm, dots int
	}{{58, printer.Width58mm}, {80, printer.Width80mm}} {
		b.Run(fmt.Sprintf("draw/%dmm", paper.mm), func(b *testing.B) {
			s := benchSlip(b)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := printer.Draw(template.Default(), s, printer.Roll(paper.dots)); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("fyne/%dmm", paper.mm), func(b *testing.B) {
			s := benchSlip(b)
			app := test.NewTempApp(b)
			app.Settings().SetTheme(draw.NewTheme(draw.ContrastLight))
			b.ReportAllocs()
			for b.Loop() {
				m := fyneSlip(b, s, paper.dots)
				if w := m.Bounds().Dx(); w != paper.dots {
					b.Fatalf("%d dots wide", w)
				}
			}
		})
	}
}

// fyneSlip lays the slip out with widgets alone. Fyne has no lines that break
// between Thai words, so long texts are cut into lines by hand.
func fyneSlip(b *testing.B, s printer.Slip, width int) image.Image {
	letters := float32(1)
	if width < printer.Width80mm {
		letters = 5. / 6
	}
	text := func(t string, size float32, bold bool, align fyne.TextAlign) fyne.CanvasObject {
		o := canvas.NewText(t, color.Black)
		o.TextSize, o.TextStyle.Bold, o.Alignment = size*letters, bold, align
		return o
	}
	line := func() fyne.CanvasObject {
		r := canvas.NewRectangle(color.Black)
		r.SetMinSize(fyne.NewSize(1, 2))
		return r
	}
	row := func(label, value string) fyne.CanvasObject {
		return container.NewVBox(text(label, 24, false, fyne.TextAlignLeading), text(value, 28, true, fyne.TextAlignLeading))
	}
	code, err := qrcode.New(s.QR(), qrcode.Medium)
	if err != nil {
		b.Fatal(err)
	}
	qr := canvas.NewImageFromImage(code.Image(232))
	qr.FillMode, qr.ScaleMode = canvas.ImageFillOriginal, canvas.ImageScalePixels
	qr.SetMinSize(fyne.NewSize(232, 232))

	box := container.New(fynelayout.NewVBoxLayout(),
		text("โรงพยาบาลตัวอย่าง", 34, true, fyne.TextAlignCenter), line(),
		text("รหัสยืนยันตัวตนเข้ารับบริการ", 34, true, fyne.TextAlignCenter),
		text(s.Code.Grouped(), 72, true, fyne.TextAlignCenter),
		container.NewCenter(qr), line(),
		row("วันที่รับบริการ", "22 พฤศจิกายน พ.ศ. 2569"), row("เวลา", s.At.In(visit.Bangkok).Format("15:04")+" น."),
		row("ชื่อ", s.Name.Short()), row("เลขประจำตัวประชาชน", s.PID.Masked()),
		row("สิทธิการรักษา", "สิทธิหลักประกัน"), text("สุขภาพแห่งชาติ (UCS)", 28, true, fyne.TextAlignLeading),
		row("ประเภทบริการ", "เข้ารับบริการรักษาทั่วไป"), text("(OPD/IPD/PP) "+s.Claim.Code, 28, true, fyne.TextAlignLeading),
		row("ยืนยันตัวตนด้วย", "บัตรประชาชน"), row("หมายเลขรายการ", s.Visit.Number()),
	)
	c := software.NewCanvas()
	c.SetPadded(false)
	c.SetContent(container.NewStack(canvas.NewRectangle(color.White), box))
	c.Resize(fyne.NewSize(float32(width), box.MinSize().Height))
	return c.Capture()
}

package kiosk

import (
	"testing"

	"fyne.io/fyne/v2"

	"authenkiosk/ui/draw"
)

func TestTextIsNotDrawnAgainWhenNothingHasChanged(t *testing.T) {
	k := shown(t, sampleOptions(), modelOf(t, "confirm"), panels[0])
	before := k.s.Pool["confirm/text/value-person"].Piece.(*draw.Text).Lines[0]
	before.Text = "seen"
	k.Show(k.model)
	if after := k.s.Pool["confirm/text/value-person"].Piece.(*draw.Text).Lines[0]; after != before || after.Text != "seen" {
		t.Error("drawn again")
	}
}

func TestAQRCodeIsOfWholePixelsWithAQuietZone(t *testing.T) {
	for _, size := range panels {
		k := shown(t, sampleOptions(), modelOf(t, "line"), size)
		checkQR(t, size, k.s.Pool["line/qr/line"].Piece.(*draw.QR))
		k = shown(t, sampleOptions(), modelOf(t, "result-printed"), size)
		checkQR(t, size, k.s.Pool["result/qr/code"].Piece.(*draw.QR))
	}
}

func checkQR(t *testing.T, size fyne.Size, q *draw.QR) {
	t.Helper()
	side := q.Image.Size().Width
	if n := side / float32(q.Modules); n != float32(int(n)) || n < 3 {
		t.Errorf("%v: %v pixels a module", size, n)
	}
	const quietZone = 4 // modules, ISO/IEC 18004
	for i := range q.Modules * quietZone {
		if q.Image.Image.At(i%q.Modules, i/q.Modules) != q.Image.Image.At(0, 0) {
			t.Fatal("the quiet zone is not empty")
		}
	}
}

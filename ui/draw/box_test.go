package draw

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/software"
)

// photograph draws objects on a ground of its own colour.
func photograph(size fyne.Size, objects ...fyne.CanvasObject) image.Image {
	c := software.NewCanvas()
	c.SetPadded(false)
	c.Resize(size)
	c.SetContent(container.NewWithoutLayout(objects...))
	return c.Capture()
}

func TestALargeBoxInPartsLooksLikeTheWhole(t *testing.T) {
	sheet := NewSheet()
	sheet.Parts = true
	fill, stroke := color.NRGBA{R: 0xE0, G: 0xF0, B: 0xF1, A: 0xFF}, color.NRGBA{G: 0x54, B: 0x5C, A: 0xFF}
	for name, st := range map[string]BoxStyle{
		"plain":                {Fill: fill},
		"with a border":        {Fill: fill, Stroke: stroke, Width: Border},
		"with corners":         {Fill: fill, Radius: Radius},
		"with both":            {Fill: fill, Stroke: stroke, Width: Border, Radius: Radius},
		"with a broad border":  {Fill: fill, Stroke: stroke, Width: 8, Radius: Radius},
		"full of its border":   {Fill: stroke, Stroke: stroke, Width: Border + 1, Radius: Radius},
		"with a little radius": {Fill: fill, Stroke: stroke, Width: Border + 3, Radius: 4},
	} {
		for _, height := range []float32{200, 201} {
			t.Run(fmt.Sprint(name, " ", height), func(t *testing.T) {
				size := fyne.NewSize(340, 240)
				sheet.Begin(Geometry{Unit: 1}, sheet.Colors)
				sheet.Box(name, Area{20, 20, 300, height}, st)
				sheet.End()
				b := sheet.Pool["/box/"+name].Piece.(Box)
				if b.Visible() {
					t.Fatal("it is not painted in parts")
				}
				parts := photograph(size, b.Objects()...)
				b.Hidden = false
				whole := photograph(size, b.Rectangle)
				// The painter of tests draws a border half outside, a window's within.
				near := float64(st.Width) + 1
				for y := range int(size.Height) {
					for x := range int(size.Width) {
						atSide := math.Abs(float64(x)-20) <= near || math.Abs(float64(x)-320) <= near
						if !atSide && difference(parts.At(x, y), whole.At(x, y)) > 0x20 {
							t.Fatalf("at %d,%d it is %v, not %v", x, y, parts.At(x, y), whole.At(x, y))
						}
					}
				}
				b.Hidden = true
				sheet.Begin(Geometry{Unit: 1}, sheet.Colors)
				sheet.Box(name, Area{20, 20, 300, 40}, st)
				sheet.End()
				if !b.Visible() || len(b.Objects()) != 1 {
					t.Error("as a small box it is painted in parts")
				}
				delete(sheet.Pool, "/box/"+name)
			})
		}
	}
}

func difference(a, b color.Color) (most int) {
	r, g, bl, _ := a.RGBA()
	R, G, B, _ := b.RGBA()
	for _, d := range []int{int(r>>8) - int(R>>8), int(g>>8) - int(G>>8), int(bl>>8) - int(B>>8)} {
		most = max(most, d, -d)
	}
	return most
}

func TestABoxThatShinesThroughIsPaintedOnce(t *testing.T) {
	s := NewSheet()
	s.Parts = true
	s.Begin(Geometry{Unit: 1}, s.Colors)
	s.Box("veil", Area{W: 500, H: 500}, BoxStyle{Fill: color.NRGBA{A: 0x80}})
	s.Box("rim", Area{W: 500, H: 500}, BoxStyle{Fill: color.NRGBA{A: 0xFF}, Stroke: color.NRGBA{A: 0x80}, Width: 3})
	for _, name := range []string{"veil", "rim"} {
		if b := s.Pool["/box/"+name].Piece.(Box); !b.Visible() {
			t.Errorf("the %s is painted in parts that lie over each other", name)
		}
	}
}

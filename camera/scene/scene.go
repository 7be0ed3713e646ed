// Package scene draws what a camera in front of a kiosk sees: a made-up person
// with a made-up card, nobody, two people, too little light. It needs neither a
// camera nor a picture of a real person, and is what the demo zone and the tests
// look at.
package scene

import (
	"fmt"
	"image"
	"math"
	"strings"
	"sync"
)

// Scene is one situation in front of the camera. The zero value is Good.
type Scene int

// The scenes.
const (
	Good    Scene = iota // one person, well lit, with a card beside the chin
	Dark                 // the same in a room without light
	Bright               // the same against the sun
	Blurred              // the same with a dirty or shaken lens
	Nobody               // an empty room
	Two                  // two people
	Far                  // one person who stands too far away
	Close                // one person who stands too close
	Aside                // one person at the edge of the picture
	Turned               // a camera that was mounted on its side
	Black                // a covered lens
)

var names = [...]string{
	Good: "good", Dark: "dark", Bright: "bright", Blurred: "blurred", Nobody: "nobody", Two: "two",
	Far: "far", Close: "close", Aside: "aside", Turned: "turned", Black: "black",
}

// All returns every scene, in a fixed order.
func All() []Scene {
	all := make([]Scene, len(names))
	for i := range all {
		all[i] = Scene(i)
	}
	return all
}

// String returns the stable name of the scene, as Parse takes it.
func (s Scene) String() string {
	if s < 0 || int(s) >= len(names) {
		return fmt.Sprintf("Scene(%d)", int(s))
	}
	return names[s]
}

// Parse returns the scene of a name; the empty name means Good.
func Parse(name string) (Scene, error) {
	if name == "" {
		return Good, nil
	}
	for i, n := range names {
		if n == name {
			return Scene(i), nil
		}
	}
	return 0, fmt.Errorf("unknown scene %q: allowed are %s", name, strings.Join(names[:], ", "))
}

// Draw returns the scene as a picture of the given size in pixels. The same
// scene and size give the same picture, which is the caller's own.
func Draw(s Scene, size image.Point) *image.YCbCr {
	if s == Black {
		return Gain(Draw(Nobody, size), 0.01)
	}
	if s == Turned {
		return quarterTurn(Draw(Good, image.Pt(size.Y, size.X)))
	}
	c := newCanvas(size)
	w, h := float64(size.X), float64(size.Y)
	u := min(w, h) * 0.25 // half the height of the face of one who stands right
	c.room()
	switch s {
	case Nobody:
	case Two:
		c.person(w*0.3, h*0.44, u*0.85, first)
		c.person(w*0.72, h*0.47, u*0.75, second)
	case Far:
		c.person(w*0.5, h*0.5, u*0.36, first)
	case Close:
		c.person(w*0.5, h*0.48, u*1.75, first)
	case Aside:
		c.person(w*0.5+0.5*(w-min(w, h))+min(w, h)*0.2, h*0.45, u, first)
	default:
		c.person(w*0.5, h*0.45, u, first)
		c.card(w*0.5-min(w, h)*0.6, h*0.62, min(w, h)*0.36)
	}
	c.grain(4)
	img := c.picture()
	switch s {
	case Dark:
		return Gain(img, 0.16)
	case Bright:
		return Gain(img, 2.4)
	case Blurred:
		return Blur(img, int(math.Round(min(w, h)/110)))
	}
	return img
}

// room draws a wall with a shelf and a door: edges that are nobody's face.
func (c *canvas) room() {
	w, h := float64(c.w), float64(c.h)
	c.fill(0, 0, w, h, func(x, y float64) (tint, float64) {
		return tint{176, 184, 182}.times(1 - 0.18*y/h + 0.05*x/w), 1
	})
	c.box(w*0.82, h*0.14, w*0.98, h, tint{142, 118, 96})
	c.box(w*0.84, h*0.54, w*0.86, h*0.58, tint{70, 64, 60})
	c.box(0, h*0.3, w*0.2, h*0.33, tint{110, 92, 78})
	for i := range 5 {
		x := w * (0.02 + 0.035*float64(i))
		c.box(x, h*0.17, x+w*0.026, h*0.3, tint{60 + 30*float64(i), 90, 150 - 20*float64(i)})
	}
	c.box(0, h*0.9, w, h*0.92, tint{96, 98, 98})
}

// Gain returns a copy whose brightness is multiplied, cut off at white. It is
// what too little or too much light does.
func Gain(src *image.YCbCr, factor float64) *image.YCbCr {
	out := clone(src)
	for i, v := range out.Y {
		out.Y[i] = level(float64(v) * factor)
	}
	for _, plane := range [][]uint8{out.Cb, out.Cr} {
		for i, v := range plane {
			plane[i] = level(128 + (float64(v)-128)*min(factor, 1/factor))
		}
	}
	return out
}

// Blur returns a copy that two passes of a box of the given radius in pixels
// have blurred: close to a Gaussian whose sigma is 0.8 of the radius.
func Blur(src *image.YCbCr, radius int) *image.YCbCr {
	out := clone(src)
	b := out.Rect
	for range 2 {
		smear(out.Y, b.Dx(), b.Dy(), 1, out.YStride, radius)
		smear(out.Y, b.Dy(), b.Dx(), out.YStride, 1, radius)
	}
	return out
}

// smear averages along lines: n pixels that lie step apart, in lines of their own.
func smear(pix []uint8, n, lines, step, line, radius int) {
	tmp := make([]uint8, n)
	for l := range lines {
		row := pix[l*line:]
		sum, count := 0, 0
		for i := range min(radius, n) {
			sum, count = sum+int(row[i*step]), count+1
		}
		for i := range n {
			if in := i + radius; in < n {
				sum, count = sum+int(row[in*step]), count+1
			}
			if out := i - radius - 1; out >= 0 {
				sum, count = sum-int(row[out*step]), count-1
			}
			tmp[i] = uint8(sum / count)
		}
		for i, v := range tmp {
			row[i*step] = v
		}
	}
}

func clone(src *image.YCbCr) *image.YCbCr {
	out := *src
	out.Y = append([]uint8(nil), src.Y...)
	out.Cb = append([]uint8(nil), src.Cb...)
	out.Cr = append([]uint8(nil), src.Cr...)
	return &out
}

// quarterTurn turns a 4:2:0 picture by 90 degrees to the left.
func quarterTurn(src *image.YCbCr) *image.YCbCr {
	b := src.Rect
	out := image.NewYCbCr(image.Rect(0, 0, b.Dy(), b.Dx()), src.SubsampleRatio)
	turn := func(dst []uint8, ds int, from []uint8, fs, w, h int) {
		for y := range h {
			for x := range w {
				dst[(w-1-x)*ds+y] = from[y*fs+x]
			}
		}
	}
	turn(out.Y, out.YStride, src.Y, src.YStride, b.Dx(), b.Dy())
	cw, ch := (b.Dx()+1)/2, (b.Dy()+1)/2
	turn(out.Cb, out.CStride, src.Cb, src.CStride, cw, ch)
	turn(out.Cr, out.CStride, src.Cr, src.CStride, cw, ch)
	return out
}

// Stage is the scene that is on at the moment: something to switch while a
// camera or a server looks at it. The zero value shows Good.
type Stage struct {
	mu    sync.Mutex
	scene Scene
}

// Set switches to a scene.
func (s *Stage) Set(scene Scene) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scene = scene
}

// Scene returns the scene that is on.
func (s *Stage) Scene() Scene {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.scene
}

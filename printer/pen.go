package printer

import (
	"bytes"
	"image"
	"sync"

	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"

	"authenkiosk/assets"
)

// parsed holds the two fonts, which are immutable and shared by all pens.
var parsed = sync.OnceValues(func() ([2]*font.Font, error) {
	var fonts [2]*font.Font
	for i, data := range [][]byte{assets.FontRegular, assets.FontBold} {
		face, err := font.ParseTTF(bytes.NewReader(data))
		if err != nil {
			return fonts, err
		}
		fonts[i] = face.Font
	}
	return fonts, nil
})

// pen shapes and draws text. A face and a shaper keep caches and must not be
// shared between goroutines: every slip gets a pen of its own.
type pen struct {
	faces  [2]*font.Face
	shaper shaping.HarfbuzzShaper
	raster vector.Rasterizer
	mask   image.Alpha
}

func newPen() (*pen, error) {
	fonts, err := parsed()
	if err != nil {
		return nil, err
	}
	return &pen{faces: [2]*font.Face{font.NewFace(fonts[0]), font.NewFace(fonts[1])}}, nil
}

// style is a weight and a size in dots per em.
type style struct {
	bold bool
	px   int
}

func (p *pen) face(s style) *font.Face {
	if s.bold {
		return p.faces[1]
	}
	return p.faces[0]
}

// placed is a glyph at its place on the baseline, in dots, y upwards.
type placed struct {
	id   font.GID
	x, y float32
}

// line is one shaped line and the box of its ink, in dots around the beginning
// of the baseline, y upwards. left is never above 0 and right never below the
// advance, so that a line's width holds both.
type line struct {
	style                    style
	glyphs                   []placed
	left, right, top, bottom float32
	advance                  float32
}

func (l line) width() int   { return int(l.right-l.left) + 1 }
func (l line) ascent() int  { return int(l.top) + 1 }
func (l line) descent() int { return int(-l.bottom) + 1 }

// Boxes are at least as high as ordinary letters, in parts of an em, so that
// lines without marks do not crowd.
const (
	usualAscent  = 0.74
	usualDescent = 0.12
)

// shape sets a clean text (see clean) on one line.
func (p *pen) shape(text string, s style) line {
	em := float32(s.px)
	l := line{style: s, top: usualAscent * em, bottom: -usualDescent * em}
	x := float32(0)
	runes := []rune(text)
	for start := 0; start < len(runes); {
		end := sameScript(runes, start)
		out := p.shaper.Shape(shaping.Input{
			Text: runes, RunStart: start, RunEnd: end, Direction: di.DirectionLTR,
			Face: p.face(s), Size: fixed.I(s.px), Script: scriptOf(runes[start]), Language: language.NewLanguage("th"),
		})
		for _, g := range out.Glyphs {
			at := placed{id: g.GlyphID, x: x + dots(g.XOffset), y: dots(g.YOffset)}
			l.glyphs = append(l.glyphs, at)
			inkLeft, inkTop := at.x+dots(g.XBearing), at.y+dots(g.YBearing)
			l.left, l.right = min(l.left, inkLeft), max(l.right, inkLeft+dots(g.Width))
			l.top, l.bottom = max(l.top, inkTop), min(l.bottom, inkTop+dots(g.Height))
			x += dots(g.Advance)
		}
		start = end
	}
	l.advance, l.right = x, max(l.right, x)
	return l
}

func dots(v fixed.Int26_6) float32 { return float32(v) / 64 }

func scriptOf(r rune) language.Script {
	if thai(r) {
		return language.Thai
	}
	return language.Latin
}

// sameScript returns the end of the run of one script that begins at start.
func sameScript(runes []rune, start int) int {
	end := start + 1
	for end < len(runes) && thai(runes[end]) == thai(runes[start]) {
		end++
	}
	return end
}

func thai(r rune) bool { return r >= 0x0E00 && r <= 0x0E7F }

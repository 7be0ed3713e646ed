package ui

import (
	"embed"
	"fmt"
	"image/color"
	"regexp"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// pictures are vector drawings in which names of colours stand for colours:
// {ink}, {accent}, ... are those of the theme, {mark} is the one the screen asks
// for.
//
//go:embed pictures/*.svg
var pictures embed.FS

type picture struct{ *canvas.Image }

func (p picture) objects() []fyne.CanvasObject { return []fyne.CanvasObject{p.Image} }
func (p picture) empty()                       {}

// picture draws a picture as large as fits into the area.
func (s *sheet) picture(name string, at area, file string, mark color.NRGBA) {
	if s.draft {
		return
	}
	pos, size := s.geo.pixels(at)
	key := fmt.Sprintf("%s/%s/%s-%s-%.0fx%.0f", name, s.p.name, file, hex(mark), size.Width, size.Height)
	pic := named(s, "picture", key, func() picture {
		return picture{&canvas.Image{Resource: s.drawn(file, mark, size), FillMode: canvas.ImageFillContain}}
	})
	if pic.Position() != pos {
		pic.Move(pos)
	}
	if pic.Size() != size {
		pic.Resize(size)
	}
	s.put(pic)
}

var (
	strokeWidth = regexp.MustCompile(`stroke-width="([0-9.]+)"`)
	viewBox     = regexp.MustCompile(`viewBox="0 0 ([0-9]+) ([0-9]+)"`)
)

// scaled makes the lines as thick as the drawing is large. The library that
// draws it scales everything but the lines.
func scaled(svg string, size fyne.Size) string {
	box := viewBox.FindStringSubmatch(svg)
	if box == nil {
		return svg
	}
	w, _ := strconv.ParseFloat(box[1], 32)
	h, _ := strconv.ParseFloat(box[2], 32)
	factor := min(float64(size.Width)/w, float64(size.Height)/h)
	return strokeWidth.ReplaceAllStringFunc(svg, func(attribute string) string {
		width, _ := strconv.ParseFloat(strokeWidth.FindStringSubmatch(attribute)[1], 64)
		return fmt.Sprintf(`stroke-width="%.2f"`, width*factor)
	})
}

// drawn returns the drawing in the colours of the theme, for that size.
func (s *sheet) drawn(file string, mark color.NRGBA, size fyne.Size) fyne.Resource {
	name := fmt.Sprintf("%s-%s-%s-%.0fx%.0f.svg", file, s.p.name, hex(mark)[1:], size.Width, size.Height)
	if r := s.pictures[name]; r != nil {
		return r
	}
	svg, err := pictures.ReadFile("pictures/" + file + ".svg")
	if err != nil {
		s.faults = append(s.faults, "no picture "+file)
		svg = []byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>`)
	}
	p := s.p
	colored := strings.NewReplacer(
		"{ground}", hex(p.ground), "{panel}", hex(p.panel), "{soft}", hex(p.soft), "{line}", hex(p.line), "{ink}", hex(p.ink),
		"{muted}", hex(p.muted), "{accent}", hex(p.accent), "{onaccent}", hex(p.onAccent), "{ok}", hex(p.ok), "{warn}", hex(p.warn),
		"{bad}", hex(p.bad), "{card}", hex(p.card), "{cardline}", hex(p.cardLine), "{slot}", hex(p.slot), "{gold}", hex(p.gold), "{goldline}", hex(p.goldLine),
		"{machine}", hex(p.machine), "{machineline}", hex(p.machineLine), "{mark}", hex(mark),
	).Replace(scaled(string(svg), size))
	r := fyne.NewStaticResource(name, []byte(colored))
	s.pictures[name] = r
	return r
}

func hex(c color.NRGBA) string { return fmt.Sprintf("#%02X%02X%02X", c.R, c.G, c.B) }

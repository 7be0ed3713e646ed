package ui

// Widget is something on the screen that can be touched now: its stable name,
// its place in pixels of the window, and its label.
type Widget struct {
	Name       string
	X, Y, W, H int
	Text       string
}

func (s *sheet) widgets(scale float32) []Widget {
	var out []Widget
	for _, t := range s.active {
		if t.name == "" {
			continue
		}
		out = append(out, Widget{
			Name: t.name, Text: t.label,
			X: int(t.pos.X * scale), Y: int(t.pos.Y * scale), W: int(t.size.Width * scale), H: int(t.size.Height * scale),
		})
	}
	return out
}

package draw

// Widget is something on the screen that can be touched now: its stable name,
// its place in pixels of the window, and its label.
type Widget struct {
	Name       string
	X, Y, W, H int
	Text       string
}

// Widgets lists what can be touched now, in pixels at that scale of the window.
func (s *Sheet) Widgets(scale float32) []Widget {
	var out []Widget
	for _, t := range s.Active {
		if t.Name == "" {
			continue
		}
		out = append(out, Widget{
			Name: t.Name, Text: t.Label,
			X: int(t.Origin.X * scale), Y: int(t.Origin.Y * scale), W: int(t.Extent.Width * scale), H: int(t.Extent.Height * scale),
		})
	}
	return out
}

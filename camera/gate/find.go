package gate

import (
	"cmp"
	"image"
	"math"
	"slices"

	pigo "github.com/esimov/pigo/core"
)

const (
	// How far the detector's window moves and grows, as shares of its size. These
	// are the usual values of pigo; smaller ones cost time and find little more.
	shiftFactor = 0.1
	scaleFactor = 1.1

	// Two finds whose middles are nearer than this share of the larger one's size
	// are the same face. The detector's own clustering leaves doubles.
	sameFace = 0.5
)

// find returns the faces in l, each once, the largest first.
func (c *Checker) find(l *luma, minSize float64, angle, minScore float64) []Face {
	short := min(l.w, l.h)
	found := c.finder.RunCascade(pigo.CascadeParams{
		MinSize: max(int(minSize*float64(short)), 20), MaxSize: short,
		ShiftFactor: shiftFactor, ScaleFactor: scaleFactor,
		ImageParams: pigo.ImageParams{Pixels: l.pix, Rows: l.h, Cols: l.w, Dim: l.w},
	}, angle)
	return distinct(found, minScore)
}

// distinct gathers finds that are the same face around the best of them. A face
// shows up in many windows that lie close together, a mistake in few, so the
// confidence of a face is the sum of theirs, and its place their weighted mean.
func distinct(found []pigo.Detection, minScore float64) []Face {
	slices.SortFunc(found, func(a, b pigo.Detection) int {
		return cmp.Or(cmp.Compare(b.Q, a.Q), cmp.Compare(b.Scale, a.Scale), cmp.Compare(a.Row, b.Row), cmp.Compare(a.Col, b.Col))
	})
	type cluster struct {
		best                  pigo.Detection
		score, row, col, size float64
	}
	var all []cluster
	for _, d := range found {
		i := slices.IndexFunc(all, func(c cluster) bool { return same(d, c.best) })
		if i < 0 {
			i = len(all)
			all = append(all, cluster{best: d})
		}
		c, q := &all[i], float64(d.Q)
		c.score += q
		c.row += q * float64(d.Row)
		c.col += q * float64(d.Col)
		c.size += q * float64(d.Scale)
	}
	faces := make([]Face, 0, len(all))
	for _, c := range all {
		if c.score < minScore {
			continue
		}
		half := c.size / c.score / 2
		x, y := c.col/c.score, c.row/c.score
		faces = append(faces, Face{
			Box:   image.Rect(int(x-half), int(y-half), int(x-half)+int(2*half), int(y-half)+int(2*half)),
			Score: c.score,
		})
	}
	slices.SortStableFunc(faces, func(a, b Face) int { return cmp.Compare(b.Box.Dx(), a.Box.Dx()) })
	return faces
}

func same(a, b pigo.Detection) bool {
	return math.Hypot(float64(a.Row-b.Row), float64(a.Col-b.Col)) < sameFace*float64(max(a.Scale, b.Scale))
}

// Tilts at which a head is looked for when none stands upright, in turns: 30
// degrees to either side. Quarter and half turns are found on a turned copy.
var tilts = []float64{30.0 / 360, 330.0 / 360}

// turned reports whether there is a face when the picture, or the head, is turned.
func (c *Checker) turned() bool {
	src, dst := &c.small, &c.spare
	for range 3 {
		dst.quarterTurned(src)
		if len(c.find(dst, c.set.MinFace, 0, c.set.MinScore)) > 0 {
			return true
		}
		src, dst = dst, src
	}
	// With an angle the detector bounds columns by the number of rows, so it is
	// given a square. Turning three times has left a turned copy in small.
	dst.quarterTurned(src)
	src.middleSquare(dst)
	for _, tilt := range tilts {
		if len(c.find(src, c.set.MinFace, tilt, c.set.MinScore)) > 0 {
			return true
		}
	}
	return false
}

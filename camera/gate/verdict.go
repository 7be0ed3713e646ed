// Package gate judges whether a picture shows one well lit, sharp face of the
// right size. It only reports: what happens with a picture that does not pass is
// for others to decide. It knows nothing of cameras, and it does not tell who a
// person is, nor whether the face is a living one.
package gate

import (
	"fmt"
	"image"
	"log/slog"
)

// Verdict says the one thing about a picture that should change first.
type Verdict int

// The verdicts.
const (
	OK           Verdict = iota
	NoFace               // nobody, or a face that is covered or seen from the side
	SeveralFaces         // a second face that is too large for the portrait on a card
	TooFar               // the face is too small
	TooClose             // the face is too large
	OffCentre            // the face is near an edge: a hint, the picture passes
	TooDark              // too little light on the face, or in the whole picture
	TooBright            // light from behind, or too much of it
	Blurred              // moved, out of focus, or a dirty lens
	Turned               // the head, or the camera, is tilted
)

var verdictNames = [...]string{
	OK: "ok", NoFace: "no-face", SeveralFaces: "several-faces", TooFar: "too-far", TooClose: "too-close",
	OffCentre: "off-centre", TooDark: "too-dark", TooBright: "too-bright", Blurred: "blurred", Turned: "turned",
}

// Verdicts returns all verdicts in a fixed order.
func Verdicts() []Verdict {
	all := make([]Verdict, len(verdictNames))
	for i := range all {
		all[i] = Verdict(i)
	}
	return all
}

// String returns a stable name for logs and records.
func (v Verdict) String() string {
	if v < 0 || int(v) >= len(verdictNames) {
		return fmt.Sprintf("Verdict(%d)", int(v))
	}
	return verdictNames[v]
}

// HintKey returns the key under which the words for a patient are found, such as
// "photo.hint.too-far".
func (v Verdict) HintKey() string { return "photo.hint." + v.String() }

// Passes reports whether a picture with this verdict is good enough. One whose face
// is off centre is: the hint helps the patient, but nothing is missing.
func (v Verdict) Passes() bool { return v == OK || v == OffCentre }

// Face is a face found in a picture.
type Face struct {
	Box   image.Rectangle // in pixels of the picture; a square from the brows to the chin
	Score float64         // the detector's confidence, summed over the windows in which it saw the face; it says nothing about sharpness
}

// Result is what was found in one picture. The measures are those of the face, or
// of the whole picture where there is no face.
type Result struct {
	Verdict Verdict
	Faces   []Face  // largest first; without what is too small to be a person here
	Mean    float64 // mean brightness, 0 to 255
	Bright  float64 // share of pixels near white, 0 to 1
	Dark    float64 // share of pixels near black, 0 to 1
	Sharp   float64 // sharpness, see Settings.MinSharp; 0 without a face
}

// Main returns the largest face, and whether there is one.
func (r Result) Main() (Face, bool) {
	if len(r.Faces) == 0 {
		return Face{}, false
	}
	return r.Faces[0], true
}

// LogValue gives a log the verdict and the measures, and nothing of the picture.
func (r Result) LogValue() slog.Value {
	return slog.GroupValue(slog.String("verdict", r.Verdict.String()), slog.Int("faces", len(r.Faces)),
		slog.Float64("mean", r.Mean), slog.Float64("bright", r.Bright), slog.Float64("dark", r.Dark),
		slog.Float64("sharp", r.Sharp))
}

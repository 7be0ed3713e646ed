package gate

import (
	"errors"
	"fmt"
)

// Settings are the thresholds of the gate. Lengths are shares of the shorter side
// of the picture, so that they hold for every camera.
type Settings struct {
	MinScore    float64 // confidence from which a find is a face, see Face.Score
	FindSize    float64 // faces smaller than this are not looked for
	MinFace     float64 // below: too far
	MaxFace     float64 // above: too close
	SecondFace  float64 // a second face from this share of the first one's size is a person, below it a portrait on a card
	MaxOff      float64 // how far the middle of the face may be from the middle of the picture, as a share of each side
	MinMean     float64 // mean brightness of the face, 0 to 255; below: too dark
	MaxMean     float64 // above: too bright
	DarkLevel   uint8   // a pixel below is near black
	BrightLevel uint8   // a pixel above is near white
	MaxDark     float64 // share of near-black pixels from which it is too dark
	MaxBright   float64 // share of near-white pixels from which it is too bright
	MinSharp    float64 // variance of the Laplacian of the face at 160 pixels, over (mean/128) squared; below: blurred
}

// Defaults returns the thresholds measured on a portrait and on drawn faces with
// made distortions; the figures are in the room's documentation. They have not
// been calibrated on patients.
func Defaults() Settings {
	return Settings{
		MinScore: 10, FindSize: 0.1, MinFace: 0.24, MaxFace: 0.72, SecondFace: 0.36, MaxOff: 0.17,
		MinMean: 50, MaxMean: 215, DarkLevel: 16, BrightLevel: 239, MaxDark: 0.5, MaxBright: 0.3,
		MinSharp: 40,
	}
}

// Check reports settings with which no picture could pass or be judged.
func (s Settings) Check() error {
	var all []error
	wrong := func(bad bool, format string, args ...any) {
		if bad {
			all = append(all, fmt.Errorf(format, args...))
		}
	}
	wrong(s.FindSize < 0.05 || s.FindSize > s.MinFace, "find size %v: allowed are 0.05 to the smallest face, %v", s.FindSize, s.MinFace)
	wrong(s.MinFace >= s.MaxFace || s.MaxFace > 1, "face sizes %v to %v: the first must be smaller, both below 1", s.MinFace, s.MaxFace)
	wrong(s.MinMean >= s.MaxMean || s.MinMean < 0 || s.MaxMean > 255, "mean brightness %v to %v: the first must be smaller, both in 0 to 255", s.MinMean, s.MaxMean)
	wrong(s.MinSharp < 0, "sharpness %v is negative", s.MinSharp)
	wrong(s.SecondFace <= 0 || s.SecondFace > 1, "second face %v: allowed are shares up to 1", s.SecondFace)
	if err := errors.Join(all...); err != nil {
		return fmt.Errorf("settings of the photo gate: %w", err)
	}
	return nil
}

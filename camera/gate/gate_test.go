package gate

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/jpeg"
	"os"
	"strings"
	"testing"

	"authenkiosk/camera/cascade"
	"authenkiosk/camera/scene"
)

func checker(tb testing.TB) *Checker {
	tb.Helper()
	c, err := New(Defaults())
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// astronaut is a portrait by NASA, see testdata/README.md.
func astronaut(tb testing.TB) *image.YCbCr {
	tb.Helper()
	data, err := os.ReadFile("testdata/astronaut.jpg")
	if err != nil {
		tb.Fatal(err)
	}
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		tb.Fatal(err)
	}
	return img.(*image.YCbCr)
}

func TestEachSceneHasItsOwnVerdictInEverySize(t *testing.T) {
	c := checker(t)
	for _, size := range []image.Point{{320, 240}, {480, 640}, {641, 479}} {
		for s, want := range map[scene.Scene]Verdict{
			scene.Good: OK, scene.Dark: TooDark, scene.Bright: TooBright, scene.Blurred: Blurred, scene.Nobody: NoFace,
			scene.Two: SeveralFaces, scene.Far: TooFar, scene.Close: TooClose, scene.Aside: OffCentre, scene.Turned: Turned,
			scene.Black: TooDark,
		} {
			if got := c.Check(scene.Draw(s, size)); got.Verdict != want {
				t.Errorf("%v at %v: %v, wanted %v (%+v)", s, size, got.Verdict, want, got)
			}
		}
	}
}

func TestAPhotographedFaceIsJudgedLikeADrawnOne(t *testing.T) {
	c := checker(t)
	face := astronaut(t)
	quarter := turned(face, 1)
	for _, x := range []struct {
		name string
		img  *image.YCbCr
		want Verdict
	}{
		{"as it is", face, OK},
		{"a little darker", scene.Gain(face, 0.5), OK},
		{"dark", scene.Gain(face, 0.25), TooDark},
		{"very dark", scene.Gain(face, 0.05), TooDark},
		{"bright", scene.Gain(face, 1.6), TooBright},
		{"burnt out", scene.Gain(face, 3), TooBright},
		{"a little blurred", scene.Blur(face, 1), Blurred},
		{"much blurred", scene.Blur(face, 4), Blurred},
		{"blurred in poor light", scene.Blur(scene.Gain(face, 0.5), 2), Blurred},
		{"a quarter turn", quarter, Turned},
		{"upside down", turned(face, 2), Turned},
		{"a quarter turn the other way", turned(face, 3), Turned},
		{"from far away", onWall(t, face, 1200, 900), TooFar},
		{"two of them", beside(face), SeveralFaces},
	} {
		if got := c.Check(x.img); got.Verdict != x.want {
			t.Errorf("%s: %v, wanted %v (%+v)", x.name, got.Verdict, x.want, got)
		}
	}
}

// turned turns a picture by quarters, brightness only: the gate sees no colour.
func turned(src *image.YCbCr, quarters int) *image.YCbCr {
	img := src
	for range quarters {
		w, h := img.Rect.Dx(), img.Rect.Dy()
		out := image.NewYCbCr(image.Rect(0, 0, h, w), image.YCbCrSubsampleRatio420)
		for y := range h {
			for x := range w {
				out.Y[x*out.YStride+h-1-y] = img.Y[y*img.YStride+x]
			}
		}
		img = out
	}
	return img
}

// onWall puts a picture in the middle of an empty room.
func onWall(t *testing.T, src *image.YCbCr, w, h int) *image.YCbCr {
	t.Helper()
	out := scene.Draw(scene.Nobody, image.Pt(w, h))
	for y := range src.Rect.Dy() {
		at := out.YOffset((w-src.Rect.Dx())/2, y+(h-src.Rect.Dy())/2)
		copy(out.Y[at:][:src.Rect.Dx()], src.Y[y*src.YStride:])
	}
	return out
}

func beside(src *image.YCbCr) *image.YCbCr {
	w, h := src.Rect.Dx(), src.Rect.Dy()
	out := image.NewYCbCr(image.Rect(0, 0, 2*w, h), image.YCbCrSubsampleRatio420)
	for y := range h {
		copy(out.Y[y*out.YStride:][:w], src.Y[y*src.YStride:])
		copy(out.Y[y*out.YStride+w:][:w], src.Y[y*src.YStride:])
	}
	return out
}

func TestAPortraitOnACardIsSeenAndIsNoSecondPerson(t *testing.T) {
	c := checker(t)
	for _, size := range []image.Point{{640, 480}, {1280, 720}} {
		img := scene.Draw(scene.Good, size)
		if !c.CardSeen(img, Guide(img.Rect)) {
			t.Errorf("%v: the card is not seen", size)
		}
		if got := c.Check(img).Verdict; got != OK {
			t.Errorf("%v: %v with a card", size, got)
		}
		empty := scene.Draw(scene.Nobody, size)
		if c.CardSeen(empty, Guide(empty.Rect)) {
			t.Errorf("%v: a card is seen where there is none", size)
		}
	}
}

func TestSharpnessHardlyDependsOnTheLight(t *testing.T) {
	c := checker(t)
	face := astronaut(t)
	full := c.Check(face).Sharp
	for _, gain := range []float64{0.3, 0.5, 0.7} {
		if got := c.Check(scene.Gain(face, gain)).Sharp; got < 0.8*full || got > 1.25*full {
			t.Errorf("gain %v: sharpness %.0f, %.0f in full light", gain, got, full)
		}
	}
}

func TestFindsThatAreTheSameFaceAreOne(t *testing.T) {
	c := checker(t)
	for _, s := range []scene.Scene{scene.Good, scene.Far, scene.Close, scene.Aside} {
		if got := c.Check(scene.Draw(s, image.Pt(800, 450))); len(got.Faces) == 0 || len(got.Faces) > 2 {
			t.Errorf("%v: %d faces", s, len(got.Faces))
		}
	}
}

func TestAPictureOfAnySizeAndPlaceIsJudgedWithoutTouchingIt(t *testing.T) {
	c := checker(t)
	whole := scene.Draw(scene.Good, image.Pt(900, 700))
	part := whole.SubImage(image.Rect(131, 77, 131+640, 77+480)).(*image.YCbCr)
	before := bytes.Clone(whole.Y)
	r := c.Check(part)
	if face, ok := r.Main(); !ok || !face.Box.In(part.Rect) {
		t.Errorf("the face %v is not inside of %v", face, part.Rect)
	}
	if !bytes.Equal(before, whole.Y) {
		t.Error("the picture was changed")
	}
	for _, size := range []image.Point{{0, 0}, {1, 1}, {19, 500}, {20, 20}, {21, 4000}} {
		img := image.NewYCbCr(image.Rectangle{Max: size}, image.YCbCrSubsampleRatio420)
		if got := c.Check(img).Verdict; got.Passes() {
			t.Errorf("%v: %v", size, got)
		}
		c.CardSeen(img, img.Rect)
	}
}

func TestWipeLeavesNothingOfAPicture(t *testing.T) {
	c := checker(t)
	c.Check(scene.Draw(scene.Turned, image.Pt(640, 480)))
	c.Check(scene.Draw(scene.Good, image.Pt(640, 480)))
	c.Wipe()
	for i, l := range []*luma{&c.whole, &c.small, &c.spare, &c.face} {
		if len(l.pix) == 0 {
			t.Errorf("buffer %d was never used: the test sees nothing", i)
		}
		if strings.Trim(string(l.pix[:cap(l.pix)]), "\x00") != "" {
			t.Errorf("buffer %d still has pixels", i)
		}
	}
}

func TestTheDetectorIsTheOneThatWasMeasured(t *testing.T) {
	sum := sha256.Sum256(cascade.Facefinder)
	if got := hex.EncodeToString(sum[:8]); got != "d8014993e7298c7b" || len(cascade.Facefinder) != 239632 {
		t.Errorf("cascade of %d bytes, sum %s", len(cascade.Facefinder), got)
	}
}

func TestVerdictsHaveNamesAndHintsOfTheirOwn(t *testing.T) {
	seen := map[string]bool{}
	for _, v := range Verdicts() {
		if seen[v.HintKey()] || strings.Contains(v.String(), "Verdict(") {
			t.Errorf("%d: %s", int(v), v.HintKey())
		}
		seen[v.HintKey()] = true
		if want := v == OK || v == OffCentre; v.Passes() != want {
			t.Errorf("%v passes: %v", v, v.Passes())
		}
	}
	if len(seen) != 10 {
		t.Errorf("%d verdicts", len(seen))
	}
}

func TestSettingsThatCannotWorkAreRefused(t *testing.T) {
	for name, spoil := range map[string]func(*Settings){
		"sizes":      func(s *Settings) { s.MinFace = 0.9 },
		"search":     func(s *Settings) { s.FindSize = 0.01 },
		"light":      func(s *Settings) { s.MinMean = 230 },
		"sharpness":  func(s *Settings) { s.MinSharp = -1 },
		"two people": func(s *Settings) { s.SecondFace = 0 },
	} {
		set := Defaults()
		spoil(&set)
		if _, err := New(set); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	c := checker(b)
	for _, size := range []image.Point{{640, 480}, {1280, 720}, {1920, 1080}} {
		for _, s := range []scene.Scene{scene.Good, scene.Nobody} {
			img := scene.Draw(s, size)
			b.Run(size.String()+"/"+s.String(), func(b *testing.B) {
				for b.Loop() {
					c.Check(img)
				}
			})
		}
	}
}

func BenchmarkFind(b *testing.B) {
	c := checker(b)
	for _, size := range []image.Point{{640, 480}, {1280, 720}} {
		c.load(&c.whole, scene.Draw(scene.Good, size), findSide)
		b.Run(size.String(), func(b *testing.B) {
			for b.Loop() {
				c.find(&c.whole, c.set.FindSize, 0, c.set.MinScore)
			}
		})
	}
}

func BenchmarkCardSeen(b *testing.B) {
	c := checker(b)
	img := scene.Draw(scene.Good, image.Pt(1280, 720))
	for b.Loop() {
		c.CardSeen(img, Guide(img.Rect))
	}
}

package template

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"strings"
	"testing"
	"testing/fstest"
)

func TestTheBuiltInTemplateHasEveryKind(t *testing.T) {
	for _, k := range Kinds() {
		if len(Default().Blocks[k]) < 5 {
			t.Errorf("%s has %d blocks", k, len(Default().Blocks[k]))
		}
	}
	if _, err := Parse("default.toml", DefaultFile, nil); err != nil {
		t.Error(err)
	}
}

func TestMistakesAreNamedWithFileLineKeyAndWhatIsAllowed(t *testing.T) {
	for _, c := range []struct{ name, file, want string }{
		{"a size", "[[code]]\nshow = \"code\"\nsize = \"big\"", `slip.toml:3: code[0].size = "big": allowed are "small", "normal", "large", "huge"`},
		{"an unknown key", "[[code]]\nshow = \"code\"\ncolour = 1", `slip.toml:3: code[0].colour: unknown key; allowed for "code" are "show", "papers", "align", "bold", "size"`},
		{"an unknown section", "\n[codes]\nx = 1", `slip.toml:2: codes: unknown key; allowed are "version", "next", "code", "queued", "desk", "test"`},
		{"no code", "[[code]]\nshow = \"unit\"", `slip.toml:1: code: show = "code" is missing on paper "58" and cannot be left out`},
		{"a code on one paper only", "[[code]]\nshow = \"code\"\npapers = [\"80\"]", `"code" is missing on paper "58"`},
		{"a number that passes for a code", "[[queued]]\nshow = \"number\"", `show = "not_a_code" is missing`},
		{"a QR code too small to be read", "[[code]]\nshow = \"code\"\n[[code]]\nshow = \"qr\"\nmodule_mm = 0.5", `slip.toml:5: code[1].module_mm: allowed are 0.75 to 2 mm`},
		{"a PID in a QR code", "[[code]]\nshow = \"code\"\n[[code]]\nshow = \"qr\"\ncontent = \"{pid}\"", `slip.toml:5: code[1].content has {pid}: allowed are "{code}", "{visit}", "{number}"`},
		{"a logo elsewhere", "[[code]]\nshow = \"code\"\n[[code]]\nshow = \"logo\"\nfile = \"../x.png\"", `code[1].file = "../x.png": allowed is the name of a PNG file`},
		{"an unknown language", "[next.default]\nxx = \"a\"", `slip.toml:2: next.default.xx: unknown language; allowed are "th", "en"`},
		{"broken TOML", "[[code]\n", `slip.toml:1: `},
	} {
		_, err := Parse("slip.toml", []byte(c.file), fstest.MapFS{})
		var p *Problem
		if !errors.As(err, &p) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v\nwant %s", c.name, err, c.want)
		}
	}
}

func TestALogoIsDitheredToTwoColours(t *testing.T) {
	var b bytes.Buffer
	grey := image.NewGray(image.Rect(0, 0, 100, 50))
	for i := range grey.Pix {
		grey.Pix[i] = 0x80
	}
	if err := png.Encode(&b, grey); err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{"a.png": {Data: b.Bytes()}, "b.png": {Data: []byte("no picture")}}
	file := "[[code]]\nshow = \"code\"\n[[code]]\nshow = \"logo\"\nfile = \"a.png\""
	got, err := Parse("slip.toml", []byte(file), files)
	if err != nil {
		t.Fatal(err)
	}
	m, black := got.Blocks[Code][1].Logo.At(60), 0
	for _, v := range m.Pix {
		if v == 0 {
			black++
		} else if v != 0xFF {
			t.Fatalf("a dot of %d", v)
		}
	}
	if m.Rect.Dx() != 60 || m.Rect.Dy() != 30 || black < 600 || black > 1200 {
		t.Errorf("%v, %d black", m.Rect, black)
	}
	if _, err := Parse("slip.toml", []byte(strings.ReplaceAll(file, "a.png", "b.png")), files); err == nil {
		t.Error("a text became a logo")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(DefaultFile)
	f.Add([]byte("[next.default]\nth = \"ก|ข\"\n[[code]]\nshow = \"code\"\npapers = [\"58\", \"80\", \"a5\", \"a4\"]"))
	f.Add([]byte("[[code]]\nshow = \"qr\"\ncontent = \"{code}\"\nmodule_mm = 1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := Parse("slip.toml", data, nil)
		if err != nil {
			return
		}
		for k, names := range mandatory {
			for _, name := range names {
				for _, p := range Papers() {
					found := false
					for _, b := range got.Blocks[k] {
						found = found || b.Show == name && b.On(p)
					}
					if !found {
						t.Errorf("%s without %s on %s", Kind(k), name, p)
					}
				}
			}
		}
	})
}

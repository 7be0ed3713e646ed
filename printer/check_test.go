package printer

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"authenkiosk/printer/device"
	"authenkiosk/printer/template"
	"authenkiosk/visit"
)

// parsedTemplate reads a template as a hospital may write it; logo.png is there.
func parsedTemplate(t *testing.T, text string) *template.Template {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 100, 50))); err != nil {
		t.Fatal(err)
	}
	got, err := template.Parse("slip.toml", []byte(text), fstest.MapFS{"logo.png": {Data: b.Bytes()}})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func paperOf(t testing.TB, size template.Paper) Paper {
	t.Helper()
	p, err := PaperOf(size, rollDPI)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const codeFirst = "[[code]]\nshow = \"code\"\n[[code]]\n"

func TestWhatDoesNotFitThePaperIsToldWithFileLineAndKey(t *testing.T) {
	drawn(t)
	long := strings.Repeat("ประชาสัมพันธ์โรงพยาบาล", 12)
	for _, c := range []struct {
		name, file string
		paper      template.Paper
		want       string // empty: nothing
	}{
		{"the built-in one", "", template.Roll58, ""},
		{"a QR code that shrinks", codeFirst + "show = \"qr\"\nmodule_mm = 2", template.Roll58, "slip.toml:5: code[1].module_mm: the code has 29 modules"},
		{"the same on a wider roll", codeFirst + "show = \"qr\"\nmodule_mm = 2", template.Roll80, ""},
		{"a QR code that is still read", codeFirst + "show = \"qr\"\ncontent = \"" + strings.Repeat("x", 113) + "{code}\"", template.Roll58, ""},
		{"a QR code in Thai", codeFirst + "show = \"qr\"\ncontent = \"" + strings.Repeat("ก", 110) + "\"", template.Roll58, `slip.toml:3: code[1]: show = "qr" cannot be printed on paper "58"`},
		{"a logo wider than the paper", codeFirst + "show = \"logo\"\nfile = \"logo.png\"\nwidth_mm = 90", template.Roll80, "slip.toml:6: code[1].width_mm = 90: the paper has room for 69 mm"},
		{"the same on a page", codeFirst + "show = \"logo\"\nfile = \"logo.png\"\nwidth_mm = 90", template.A4, ""},
		{"a huge text", codeFirst + "show = \"text\"\nsize = \"huge\"\ntext = { th = \"" + long + "\" }", template.Roll58, `slip.toml:5: code[1].size = "huge": the text does not fit`},
		{"the same small and with breaks", codeFirst + "show = \"text\"\nsize = \"small\"\ntext = { th = \"" + strings.Repeat("ประชา|สัมพันธ์|", 5) + "\" }", template.Roll58, ""},
		{"a huge text on other paper only", codeFirst + "show = \"text\"\npapers = [\"a4\"]\nsize = \"huge\"\ntext = { th = \"" + long + "\" }", template.Roll58, ""},
		{"too much for a page", codeFirst + strings.Repeat("show = \"gap\"\nheight_mm = 50\n[[code]]\n", 6) + "show = \"qr\"", template.A5, "slip.toml: code: cannot be printed on paper \"a5\": the slip is too long"},
	} {
		t.Run(c.name, func(t *testing.T) {
			own := template.Default()
			if c.file != "" {
				own = parsedTemplate(t, c.file)
			}
			got := Warnings(own, paperOf(t, c.paper))
			switch {
			case c.want == "" && len(got) > 0:
				t.Errorf("warned needlessly: %v", got[0])
			case c.want != "" && len(got) != 1:
				t.Errorf("%d warnings, want one: %v", len(got), got)
			case c.want != "" && !strings.HasPrefix(got[0].Error(), c.want):
				t.Errorf("%v\nwant %s", got[0], c.want)
			}
		})
	}
}

func TestTheBuiltInTemplateSuitsEveryPaper(t *testing.T) {
	drawn(t)
	for _, p := range everyPaper(t) {
		for _, problem := range Warnings(template.Default(), p) {
			t.Errorf("%s at %d: %v", p.Size, p.DPI, problem)
		}
	}
}

func TestWarningsAreFoundByTheNamesOfAConfiguration(t *testing.T) {
	file := filepath.Join(t.TempDir(), "slip.toml")
	if err := os.WriteFile(file, []byte(codeFirst+"show = \"qr\"\nmodule_mm = 2"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := WarningsOf(file, "58", 0)
	if err != nil || len(got) != 1 || got[0].File != file || got[0].Line != 5 {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := WarningsOf(file, "70", 0); err == nil {
		t.Error("a paper of 70 mm")
	}
	if _, err := WarningsOf(file+"x", "58", 0); err == nil {
		t.Error("a file that is not there")
	}
}

// broken are templates that pass the check and cannot be drawn.
func broken(t *testing.T) map[string]*template.Template {
	panics := parsedTemplate(t, codeFirst+"show = \"logo\"\nfile = \"logo.png\"")
	panics.Blocks[KindCode][1].Logo = nil // a mistake of ours
	return map[string]*template.Template{
		"a QR code too wide": parsedTemplate(t, codeFirst+"show = \"qr\"\ncontent = \""+strings.Repeat("ก", 110)+"\""),
		"too long":           parsedTemplate(t, codeFirst+strings.Repeat("show = \"gap\"\nheight_mm = 50\n[[code]]\n", 30)+"show = \"qr\""),
		"a panic":            panics,
	}
}

func TestATemplateThatCannotBeDrawnCostsNoPatientTheSlip(t *testing.T) {
	want, err := Render(example(t), Width58mm)
	if err != nil {
		t.Fatal(err)
	}
	for name, own := range broken(t) {
		t.Run(name, func(t *testing.T) {
			m, blame, err := DrawSafely(own, example(t), Roll(Width58mm))
			if err != nil || !alike(m, want) {
				t.Fatalf("not the slip of the built-in template: %v", err)
			}
			if blame == nil || !strings.Contains(blame.Error(), "slip.toml") {
				t.Errorf("blamed: %v", blame)
			}
			if strings.Contains(blame.Error(), "9000000000004") || strings.Contains(blame.Error(), "กตัญญู") {
				t.Errorf("%v tells who the patient is", blame)
			}

			d, paper := madeUp(t, 58)
			defer func() { _ = d.Close() }()
			var told []error
			d.Use(own, func(err error) { told = append(told, err) })
			if err := d.Print(t.Context(), example(t)); err != nil {
				t.Fatal(err)
			}
			if len(paper.Slips()) != 1 || len(told) != 1 {
				t.Errorf("%d slips, told %v", len(paper.Slips()), told)
			}
		})
	}
}

func TestASlipThatMakesNoSenseIsNotTheFaultOfTheTemplate(t *testing.T) {
	s := example(t)
	s.Code = ""
	if m, blame, err := DrawSafely(parsedTemplate(t, codeFirst+"show = \"qr\""), s, Roll(Width58mm)); m != nil || blame != nil || !errors.Is(err, ErrNoCode) {
		t.Errorf("%v, %v", blame, err)
	}
}

func TestAGoodTemplateIsUsedAndNobodyIsBlamed(t *testing.T) {
	own := parsedTemplate(t, codeFirst+"show = \"qr\"")
	want, err := Draw(own, example(t), Roll(Width58mm))
	if err != nil {
		t.Fatal(err)
	}
	d, paper := madeUp(t, 58)
	defer func() { _ = d.Close() }()
	d.Use(own, func(err error) { t.Error(err) })
	if err := d.Print(t.Context(), example(t)); err != nil {
		t.Fatal(err)
	}
	packed, err := device.Pack(want)
	if err != nil {
		t.Fatal(err)
	}
	if got := paper.Slips(); len(got) != 1 || !bytes.HasPrefix(got[0].Picture.Bits, packed.Bits) {
		t.Errorf("%d slips, or another one", len(got))
	}
}

func TestADeskSlipPromisesNoVisitThatWasNotSaved(t *testing.T) {
	drawn(t)
	reader := look(t, "zbarimg")
	s := example(t)
	s.Kind, s.Code, s.Problem, s.Zone = KindDesk, "", visit.NotSaved, visit.ZoneProduction
	count := func(s Slip, own *template.Template) (texts, codes int) {
		l, err := arrange(own, s, Roll(Width80mm))
		if err != nil {
			t.Fatal(err)
		}
		if scan(t, reader, threshold(l.picture())) != "" {
			codes++
		}
		return len(l.texts), codes
	}
	kept := s
	kept.Saved = true
	texts, codes := count(kept, template.Default())
	fewer, none := count(s, template.Default())
	// Label in both languages and number.
	if kept.QR() != "VISIT:"+string(someVisit) || s.QR() != "" || codes != 1 || none != 0 || fewer != texts-3 {
		t.Errorf("saved: %d texts, %d codes; not saved: %d texts, %d codes, QR %q", texts, codes, fewer, none, s.QR())
	}
	s.Visit = ""
	if again, none := count(s, template.Default()); again != fewer || none != 0 {
		t.Error("a desk slip without a visit is another")
	}
	const desk = "[[desk]]\nshow = \"reason\"\n[[desk]]\nshow = \"qr\"\ncontent = "
	if _, codes := count(s, parsedTemplate(t, desk+`"https://example.org/{visit}"`)); codes != 0 {
		t.Error("the template's own QR code names a visit that is not there")
	}
	if _, codes := count(s, parsedTemplate(t, desk+`"https://example.org/"`)); codes != 1 {
		t.Error("a QR code without a visit is missing")
	}
}

package kiosk

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"authenkiosk/ui/draw"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// personal are pieces of the samples that belong to a person, as they could
// stand on the screen.
var personal = []string{
	"ทดสอบเรียบร้อย", "เสมอใจ", "Thotsopriaproi", samplePID, "-00-4", samplePhone, "080-000", "08x-", "1234",
	"9-0000", "-01-2", "ทดลองมารดา", "Thotlongmanda", string(sampleCode), sampleCode.Grouped(), "V-", "บัตรทอง", "Gold Card", "เหนือเฉลิมพระเกียรติ", "ไม่พบข้อมูล", "0193506e",
}

func TestNothingPersonalIsLeftInAnyObjectAfterTheWipe(t *testing.T) {
	for _, size := range panels[:2] {
		for _, lang := range []string{"th", "en"} {
			o := sampleOptions()
			o.Unit.Phone = ""
			k := shown(t, o, welcomeModel(), size)
			found := 0
			for _, s := range samples(t) {
				s.model.Prefs.Language = lang
				k.Show(s.model)
				found += len(personalIn(k))
			}
			if found == 0 {
				t.Fatal("the search finds nothing even while a session is shown")
			}
			k.Show(welcomeModel())
			for _, left := range personalIn(k) {
				t.Errorf("%s: still there: %s", lang, left)
			}
		}
	}
}

// personalIn looks into every object there is, shown or not.
func personalIn(k *Kiosk) []string {
	var out []string
	look := func(where, words string) {
		for _, p := range personal {
			if strings.Contains(words, p) {
				out = append(out, where+" has "+words)
			}
		}
	}
	for key, p := range k.s.Pool {
		switch x := p.Piece.(type) {
		case *draw.Text:
			look(key, draw.Plain(x.In.Words))
			for _, l := range x.Lines {
				look(key, l.Text)
			}
		case *draw.QR:
			look(key, x.Content)
			if x.Content != "" || x.Image.Image.Bounds().Dx() > 1 {
				out = append(out, key+" has a QR code")
			}
		case *draw.Target:
			look(key, x.Name+" "+x.Label)
		}
	}
	walk(k.Content(), func(o fyne.CanvasObject) {
		if c, ok := o.(*canvas.Text); ok {
			look("screen", c.Text)
		}
	})
	return out
}

func walk(o fyne.CanvasObject, visit func(fyne.CanvasObject)) {
	visit(o)
	if c, ok := o.(*fyne.Container); ok {
		for _, child := range c.Objects {
			walk(child, visit)
		}
	}
}

func TestAKioskShowsOnlyMaskedNumbersAndAShortName(t *testing.T) {
	forbidden := []string{samplePID, "9-0000", "9000000000012", "เสมอใจ", "Samoechai"}
	for _, lang := range []string{"th", "en"} {
		k := shown(t, sampleOptions(), welcomeModel(), panels[0])
		for _, s := range samples(t) {
			s.model.Prefs.Language = lang
			k.Show(s.model)
			walk(k.Content(), func(o fyne.CanvasObject) {
				for _, f := range forbidden {
					if s.model.State == flow.PIDEntry {
						continue // the patient must compare what was typed
					}
					if strings.Contains(textOf(o), f) {
						t.Errorf("%s shows %q", s.name, textOf(o))
					}
				}
				full := strings.Contains(textOf(o), "080-000-1234")
				if full && !s.model.Session.PhoneTyped && s.model.State != flow.PhoneEntry {
					t.Errorf("%s shows the whole phone number", s.name)
				}
			})
		}
	}
}

func TestAReceiptNeverLooksLikeACode(t *testing.T) {
	m := in(t, flow.Queued, nil)
	k := shown(t, sampleOptions(), m, panels[0])
	walk(k.Content(), func(o fyne.CanvasObject) {
		words := textOf(o)
		for _, part := range append(strings.Fields(words), strings.ReplaceAll(words, " ", "")) {
			if _, err := visit.ParseAuthenCode(part); err == nil {
				t.Errorf("%q has the form of a code", words)
			}
		}
		if strings.Contains(words, "Authen") {
			t.Errorf("%q calls it a code", words)
		}
		if c, ok := o.(*canvas.Text); ok && strings.HasPrefix(words, "V-") && (c.TextSize >= 72 || c.TextStyle.Bold) {
			t.Errorf("the receipt number is as large as a code: %v", c.TextSize)
		}
	})
	if q := k.s.Pool["queued/qr/code"].Piece.(*draw.QR); q.Content != "VISIT:"+string(m.Session.Insertion.VisitID) {
		t.Errorf("the QR says %q", q.Content)
	}
}

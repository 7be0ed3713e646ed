package kiosk

import (
	"image/color"

	"authenkiosk/ui/draw"
	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// phone is the keypad, with the reason while the number is not right yet.
func (c *scene) phone() {
	x := c.m.Session
	c.title(c.say.Say("phone.title"))
	c.keepCard(c.patient(x))
	height := float32(0)
	if !x.Phone.IsZero() {
		height = 104
	}
	left, keys, bar := c.besideKeypad(height)
	c.keys(keys)
	if height > 0 {
		c.s.Button(bar, draw.Button{Name: "back", Label: c.say.Say("button.back"), Icon: "back", Kind: draw.Quiet, Act: c.send(flow.TapBack{})})
	}
	whose, left := left.CutBottom(112+54*draw.Roomy, 12)
	c.whose(whose, x)
	number, left := left.CutTop(min(150, left.H*0.48), 4)
	c.number(number, visit.GroupPhone(x.PhoneInput))
	c.reason(left, x)
}

// besideKeypad divides the work area into what is typed, the keys, and a bar of
// that height for the way back, at the bottom left.
func (c *scene) besideKeypad(height float32) (left, keys, bar draw.Area) {
	if c.s.Geo.Portrait {
		rest := c.work
		if height > 0 {
			bar, rest = rest.CutBottom(height, 20)
		}
		keys, left = rest.CutBottom(min(rest.H*0.52, 680), 24)
		return left, keys, bar
	}
	keys, left = c.work.CutRight((c.work.W-48)*0.46, 48)
	if height > 0 {
		bar, left = left.CutBottom(height, 20)
	}
	return left, keys, bar
}

func (c *scene) keys(at draw.Area) {
	c.s.Keypad(at, draw.Keypad{
		Digit: func(d byte) { c.o.Send(flow.TapDigit{Digit: d}) }, Backspace: c.send(flow.TapBackspace{}), Clear: c.send(flow.TapClear{}),
		ClearLabel: c.say.Say("phone.clear"), EraseLabel: c.say.Say("phone.backspace"),
	})
}

// number shows the digits in their groups, large.
func (c *scene) number(at draw.Area, digits string) {
	c.s.Box("number", at, draw.BoxStyle{Fill: c.s.Colors.Panel, Stroke: c.s.Colors.Accent, Width: draw.Border + 1, Radius: draw.Radius})
	c.s.Text("number", at.Inset(20, 0), digits, draw.TextStyle{
		Size: 84, Bold: true, Color: c.s.Colors.Ink, Lines: 1, Least: 60,
	}.Centered())
}

// reason says in words and with a mark what is still missing or wrong.
func (c *scene) reason(at draw.Area, x flow.Session) {
	p := x.PhoneProblem()
	words, ink, mark := "", c.s.Colors.Bad, "light-down"
	switch p {
	case visit.PhoneOK:
		words, ink, mark = c.say.Say("phone.ok"), c.s.Colors.Ok, "light-ready"
	case visit.PhoneEmpty:
		words, ink, mark = c.say.Say("phone.empty"), c.s.Colors.Ink, missing
	case visit.PhoneTooShort:
		words, ink, mark = c.missingDigits(x.PhoneInput), c.s.Colors.Ink, missing
	default:
		words = c.say.Say(phoneReasons[p])
	}
	c.hint(at, mark, ink, words, hintText)
}

// missing is the mark of what is only not there yet.
const missing = "edit"

// Sizes of the words of a hint, at the keypad and to read from where the camera sees
// a face.
const (
	hintText    = 40
	hintFarText = 54
)

// hintHeight is the height of a hint in design units, for two lines.
const hintHeight = 122

// hint says in words and with a mark what is missing or wrong. It has one place on
// every screen that takes something in: right under it, or in landscape under the
// sentence at the left where the input fills the right side.
func (c *scene) hint(at draw.Area, mark string, ink color.NRGBA, words string, size float32) {
	at, _ = at.CutTop(hintHeight*draw.Roomy, 0)
	side, rest := at.CutLeft(1.5*size, 20)
	c.s.Picture("hint", side.Centered(1.4*size, 1.4*size), mark, ink)
	c.s.Text("hint", rest, words, draw.TextStyle{Size: size, Color: ink, Bold: true, Least: 26})
}

var phoneReasons = map[visit.PhoneProblem]string{
	visit.PhoneNotDigits: "phone.not-digits", visit.PhoneNoZero: "phone.no-zero", visit.PhoneBadPrefix: "phone.bad-prefix",
	visit.PhoneTooLong: "phone.too-long", visit.PhoneAllSameTail: "phone.all-same",
}

// missingDigits counts down. After one digit the length is not known yet; most
// numbers are mobile ones.
func (c *scene) missingDigits(digits string) string {
	want := visit.PhoneLengthFor(digits)
	if want == 0 {
		want = visit.MobileLength
	}
	return c.say.Count("phone.too-short", want-len(digits))
}

// whose asks whose number it is.
func (c *scene) whose(at draw.Area, x flow.Session) {
	o := x.PhoneOwner
	buttons, label := at.CutBottom(108, 4)
	st := c.s.Body().OneLine()
	if c.s.Geo.Portrait {
		st = st.Centered()
	}
	c.s.Text("whose", label, c.say.Say("phone.whose"), st)
	cells := buttons.Columns(2, draw.Gap)
	list := c.s.AlikeButtons(cells, []draw.Button{
		{
			Name: "phone-owner-patient", Label: c.owner(x, visit.PhoneOfPatient), Size: 32, Icon: "ring",
			Act: c.send(flow.TapPhoneOwner{Owner: visit.PhoneOfPatient}),
		},
		{
			Name: "phone-owner-relative", Label: c.owner(x, visit.PhoneOfRelative), Size: 32, Icon: "ring",
			Act: c.send(flow.TapPhoneOwner{Owner: visit.PhoneOfRelative}),
		},
	})
	c.s.Choice(cells[0], list[0], o != visit.PhoneOfRelative)
	c.s.Choice(cells[1], list[1], o == visit.PhoneOfRelative)
}

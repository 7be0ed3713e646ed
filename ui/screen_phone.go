package ui

import (
	"image/color"

	"authenkiosk/visit"
	"authenkiosk/visit/flow"
)

// phone is the keypad, with the reason while the number is not right yet.
func (c *scene) phone() {
	x := c.m.Session
	c.title(c.say.say("phone.title"))
	c.keepCard(c.patient(x))
	height := float32(0)
	if !x.Phone.IsZero() {
		height = 104
	}
	left, keys, bar := c.besideKeypad(height)
	c.keys(keys)
	if height > 0 {
		c.s.button(bar, button{name: "back", label: c.say.say("button.back"), icon: "back", kind: quiet, act: c.send(flow.TapBack{})})
	}
	whose, left := left.cutBottom(112+54*roomy, 12)
	c.whose(whose, x)
	number, left := left.cutTop(min(150, left.h*0.48), 4)
	c.number(number, visit.GroupPhone(x.PhoneInput))
	c.reason(left, x)
}

// besideKeypad divides the work area into what is typed, the keys, and a bar of
// that height for the way back, at the bottom left.
func (c *scene) besideKeypad(height float32) (left, keys, bar area) {
	if c.s.geo.portrait {
		rest := c.work
		if height > 0 {
			bar, rest = rest.cutBottom(height, 20)
		}
		keys, left = rest.cutBottom(min(rest.h*0.52, 680), 24)
		return left, keys, bar
	}
	keys, left = c.work.cutRight((c.work.w-48)*0.46, 48)
	if height > 0 {
		bar, left = left.cutBottom(height, 20)
	}
	return left, keys, bar
}

func (c *scene) keys(at area) {
	c.s.keypad(at, keypad{
		digit: func(d byte) { c.o.Send(flow.TapDigit{Digit: d}) }, backspace: c.send(flow.TapBackspace{}), clear: c.send(flow.TapClear{}),
		clearLabel: c.say.say("phone.clear"), eraseLabel: c.say.say("phone.backspace"),
	})
}

// number shows the digits in their groups, large.
func (c *scene) number(at area, digits string) {
	c.s.box("number", at, boxStyle{fill: c.s.p.panel, stroke: c.s.p.accent, width: border + 1, radius: radius})
	c.s.text("number", at.inset(20, 0), digits, textStyle{
		size: 84, bold: true, color: c.s.p.ink, lines: 1, least: 60,
	}.centered())
}

// reason says in words and with a mark what is still missing or wrong.
func (c *scene) reason(at area, x flow.Session) {
	p := x.PhoneProblem()
	words, ink, mark := "", c.s.p.bad, "light-down"
	switch p {
	case visit.PhoneOK:
		words, ink, mark = c.say.say("phone.ok"), c.s.p.ok, "light-ready"
	case visit.PhoneEmpty:
		words, ink, mark = c.say.say("phone.empty"), c.s.p.ink, missing
	case visit.PhoneTooShort:
		words, ink, mark = c.missingDigits(x.PhoneInput), c.s.p.ink, missing
	default:
		words = c.say.say(phoneReasons[p])
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
func (c *scene) hint(at area, mark string, ink color.NRGBA, words string, size float32) {
	at, _ = at.cutTop(hintHeight*roomy, 0)
	side, rest := at.cutLeft(1.5*size, 20)
	c.s.picture("hint", side.centered(1.4*size, 1.4*size), mark, ink)
	c.s.text("hint", rest, words, textStyle{size: size, color: ink, bold: true, least: 26})
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
	return c.say.count("phone.too-short", want-len(digits))
}

// whose asks whose number it is.
func (c *scene) whose(at area, x flow.Session) {
	o := x.PhoneOwner
	buttons, label := at.cutBottom(108, 4)
	st := c.s.body().oneLine()
	if c.s.geo.portrait {
		st = st.centered()
	}
	c.s.text("whose", label, c.say.say("phone.whose"), st)
	cells := buttons.columns(2, gap)
	list := c.s.alikeButtons(cells, []button{
		{
			name: "phone-owner-patient", label: c.owner(x, visit.PhoneOfPatient), size: 32, icon: "ring",
			act: c.send(flow.TapPhoneOwner{Owner: visit.PhoneOfPatient}),
		},
		{
			name: "phone-owner-relative", label: c.owner(x, visit.PhoneOfRelative), size: 32, icon: "ring",
			act: c.send(flow.TapPhoneOwner{Owner: visit.PhoneOfRelative}),
		},
	})
	c.s.choice(cells[0], list[0], o != visit.PhoneOfRelative)
	c.s.choice(cells[1], list[1], o == visit.PhoneOfRelative)
}

package cardreader

import (
	"bytes"
	"testing"
)

func TestFieldsInATranscript(t *testing.T) {
	for _, c := range []struct {
		name     string
		form     func([]byte, bool) []byte
		in, want string
		part     bool
	}{
		{name: "letters and digits by their kind", form: textForm, in: "Mr.#Ab-1/2 ", want: "XX.#XX-9/9 "},
		{name: "control characters and bytes without meaning", form: textForm, in: "\x1B\x7F\x80\xDB\xFF\x00", want: "\x01\x01\xFF\xFF\xFF\x00"},
		{name: "a version that is known", form: versionForm, in: "0002", want: "0002"},
		{name: "a version that is not", form: versionForm, in: "1234", want: "9999"},
		{name: "a number with a wrong check digit", form: pidForm, in: "9765432187650", want: wrongPID},
		{name: "a number that is none", form: pidForm, in: "97654A2187659", want: "99999X9999999"},
		{name: "a part of a number", form: pidForm, in: "9765", want: "9999", part: true},
		{name: "a date", form: dateForm, in: "25371127", want: "25200101"},
		{name: "a date with its month unknown", form: dateForm, in: "25370000", want: "25200000"},
		{name: "an impossible date", form: dateForm, in: "25371345", want: "25201345"},
		{name: "a year before all years", form: dateForm, in: "00001127", want: "00000101"},
		{name: "a date for life", form: dateForm, in: "99999999", want: "99999999"},
		{name: "a blank date", form: dateForm, in: "        ", want: "        "},
		{name: "a part of a date", form: dateForm, in: "2537", want: "9999", part: true},
		{name: "a sex", form: sexForm, in: "2", want: "1"},
		{name: "an unknown sex", form: sexForm, in: "3", want: "9"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.form([]byte(c.in), !c.part); string(got) != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestCommandsInATranscript(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"a short one", "80 B0", "80 B0"},
		{"SELECT", selectCitizen, selectCitizen},
		{"READ with Le", readFour + "04", readFour + "04"},
		{"GET RESPONSE", "00 C0 00 01 FF", "00 C0 00 01 FF"},
		{"a secret code", "00 20 00 01 04 31323334", "00 20 00 01 04 00000000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var s scrubber
			if got := s.command(unhex(t, c.in)); !bytes.Equal(got, unhex(t, c.want)) {
				t.Errorf("%X", got)
			}
		})
	}
}

func TestWhatIsNotTheCitizenAppletIsBlank(t *testing.T) {
	var s scrubber
	s.command(unhex(t, "00 A4 04 00 08 A000000054480083"))
	if got := s.answer(unhex(t, "6F02AABB 9000")); !bytes.Equal(got, unhex(t, "00000000 9000")) {
		t.Errorf("%X", got)
	}
	s.command(unhex(t, readFour))
	if got := s.answer([]byte("0003\x90\x00")); !bytes.Equal(got, unhex(t, "00000000 9000")) {
		t.Errorf("%X", got)
	}
}

func TestAnEndMarkInTwoPiecesIsKept(t *testing.T) {
	var p photoScrubber
	first := p.scrub(0, []byte("\xFF\xD8\xAB\xFF"))
	second := p.scrub(4, []byte("\xD9   "))
	if first[3] != 0xFF || string(second) != "\xD9   " {
		t.Errorf("%X %X", first, second)
	}
	if got := p.scrub(100, []byte("\xD9\xD9")); got[0] != 0 {
		t.Error("half a mark of another place was completed")
	}
}

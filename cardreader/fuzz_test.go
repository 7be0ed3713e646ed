package cardreader

import (
	"bytes"
	"errors"
	"testing"
	"unicode/utf8"
)

func FuzzDate(f *testing.F) {
	for _, s := range []string{"2550    ", "2550\x00\x00\x00\x00", "25480320", "99999999", "25500000", "25430229", "00000000", "        "} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, field []byte) {
		d := parseDate(field)
		if d.Year < 0 || d.Month < 0 || d.Month > 12 || d.Day < 0 || d.Day > 31 || (d.Day != 0 && d.Month == 0) || (d.Lifelong && d.Year != 0) {
			t.Errorf("%q gives %+v", field, d)
		}
	})
}

func FuzzName(f *testing.F) {
	f.Add(tis(f, "นาย#ทดสอบ##ระบบ   "))
	f.Add([]byte("#####"))
	f.Add([]byte("Miss#TEST#-#SYSTEM\x00OLD#NAME\x80\xFF"))
	f.Fuzz(func(t *testing.T, field []byte) {
		n := parseName(field)
		for _, part := range []string{n.Prefix, n.First, n.Middle, n.Last} {
			wantClean(t, part)
		}
	})
}

func FuzzAddress(f *testing.F) {
	f.Add(tis(f, "1/23#หมู่ที่ 4##ซอยทดลอง 5##ตำบลทดสอบ#อำเภอสมมติ#จังหวัดจำลอง"))
	f.Add(tis(f, "9#ตรอกลอง#แขวงสมมติ#กรุงเทพมหานคร"))
	f.Add(append(tis(f, "#1/23#หมู่ที่ 4##ซอย 5#ตำบลทดสอบ#"), 0x00, 0x80, 0x12, 0xFF))
	f.Fuzz(func(t *testing.T, field []byte) {
		a := parseAddress(field)
		wantClean(t, a.Full())
		// Nothing that was on the card may be lost.
		if lost := lettersOf(decodeText(field)) - lettersOf(a.Full()); lost != 0 {
			t.Errorf("%d characters lost", lost)
		}
	})
}

// lettersOf counts the characters that are neither a separator nor a space.
func lettersOf(s string) int {
	n := 0
	for _, word := range bytes.FieldsFunc([]byte(s), func(r rune) bool { return r == '#' }) {
		for _, part := range bytes.Fields(word) {
			n += utf8.RuneCount(part)
		}
	}
	return n
}

func wantClean(t *testing.T, s string) {
	t.Helper()
	if !utf8.ValidString(s) {
		t.Errorf("%q is no UTF-8", s)
	}
	for _, r := range s {
		if r < 0x20 || r == 0x7F || r == '#' {
			t.Errorf("%q holds %q", s, r)
		}
	}
}

func FuzzIdentity(f *testing.F) {
	block := bytes.Repeat([]byte{' '}, 255)
	copy(block, "00039000000000004")
	copy(block[0x11:], tis(f, "นาย#ทดสอบ##ระบบ"))
	copy(block[0xD9:], "254803201")
	f.Add(block)
	f.Add(block[:226])
	f.Fuzz(func(t *testing.T, data []byte) {
		id, err := parseIdentity(data)
		if err != nil {
			if !errors.Is(err, ErrNonsense) {
				t.Errorf("error %v is not ErrNonsense", err)
			}
			return
		}
		if id.PID.IsZero() {
			t.Error("an identity without a PID")
		}
		if _, err := parseRest(data, data); err != nil && !errors.Is(err, ErrNonsense) {
			t.Error(err)
		}
	})
}

func FuzzPhoto(f *testing.F) {
	f.Add([]byte{0xFF, 0xD8, 0xFF, 0xD9, ' ', ' '}, uint16(4))
	f.Add([]byte("not a picture"), uint16(0))
	f.Fuzz(func(t *testing.T, memory []byte, length uint16) {
		card := &memoryCard{memory: memory}
		a := &Applet{ch: newChannel(card), card: card, ins: insBlock0}
		photo, err := a.Photo(t.Context(), int(length), nil)
		if err == nil && (len(photo) > photoRoom || !bytes.HasPrefix(photo, jpegStart) || !bytes.HasSuffix(photo, jpegEnd)) {
			t.Errorf("%d bytes are no photo", len(photo))
		}
	})
}

// memoryCard hands out a memory that begins at the photo.
type memoryCard struct {
	script
	memory []byte
}

func (c *memoryCard) Transmit(command []byte) ([]byte, error) {
	from := int(command[2])<<8 | int(command[3]) - photoOffset
	if from < 0 || from >= len(c.memory) {
		return []byte{0x6B, 0x00}, nil
	}
	to := min(from+int(command[6]), len(c.memory))
	return append(bytes.Clone(c.memory[from:to]), 0x90, 0x00), nil
}

// FuzzAnswers lets a card answer anything at all to a whole reading.
func FuzzAnswers(f *testing.F) {
	f.Add([]byte{2, 0x90, 0x00, 2, 0x61, 0x04, 6, 'A', 'B', 'C', 'D', 0x90, 0x00})
	f.Add([]byte{2, 0x61, 0x00, 2, 0x6C, 0x04, 0, 1, 0x90})
	f.Fuzz(func(t *testing.T, answers []byte) {
		card := &fuzzedCard{answers: answers}
		applet, err := Select(t.Context(), card)
		if err != nil {
			return
		}
		if _, err := applet.Identity(t.Context(), nil); err != nil {
			return
		}
		rest, err := applet.Rest(t.Context())
		if err != nil {
			return
		}
		_, _ = applet.Photo(t.Context(), rest.PhotoLength, nil)
	})
}

// fuzzedCard answers from a list of answers, each with its length before it, over
// and over again. It fails when it is asked without end.
type fuzzedCard struct {
	script
	answers []byte
	at      int
	asked   int
}

// mostAsked is more commands than any reading may send.
const mostAsked = 100_000

func (c *fuzzedCard) Transmit([]byte) ([]byte, error) {
	c.asked++
	if c.asked > mostAsked {
		panic("the card is asked without end")
	}
	if c.at >= len(c.answers) {
		c.at = 0
	}
	if len(c.answers) == 0 {
		return nil, nil
	}
	size := int(c.answers[c.at])
	from := c.at + 1
	to := min(from+size, len(c.answers))
	c.at = to
	return c.answers[min(from, to):to], nil
}

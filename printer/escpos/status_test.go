package escpos

import (
	"bytes"
	"testing"

	"authenkiosk/printer/device"
	"authenkiosk/printer/sink"
)

func TestAnswersAreReadByEpsonsTable(t *testing.T) {
	for _, c := range []struct {
		n, answer byte
		want      device.Condition
	}{
		{1, 0x12, device.Ready},
		{1, 0x16, device.Ready},
		{1, 0x1A, device.Offline}, // 04 is the drawer
		{2, 0x12, device.Ready},
		{2, 0x16, device.CoverOpen},
		{2, 0x1A, device.Busy},
		{2, 0x32, device.PaperOut},
		{2, 0x52, device.Error},
		{3, 0x12, device.Ready},
		{3, 0x1A, device.Error},
		{3, 0x32, device.Error},
		{3, 0x52, device.Error},
		{4, 0x12, device.Ready},
		{4, 0x1E, device.PaperLow},
		{4, 0x72, device.PaperOut},
		{4, 0x7E, device.PaperOut},
	} {
		s, err := ParseAnswer(c.n, c.answer)
		if err != nil || s.Condition() != c.want {
			t.Errorf("%#02x to DLE EOT %d: %v, %v; want %v", c.answer, c.n, s.Condition(), err, c.want)
		}
	}
	for _, wrong := range []byte{0x00, 0xFF, 0x10, 0x13, 0x92, 0x02} {
		if _, err := ParseAnswer(1, wrong); err == nil {
			t.Errorf("%#02x was taken for an answer", wrong)
		}
	}
}

func TestTheThreeSortsOfAnswersAreToldApart(t *testing.T) {
	var p parser
	var got []sort
	for _, b := range []byte{
		0x12,             // to DLE EOT
		0x00, 0x03, 0x0F, // to GS r 1
		0x18, 0x00, 0x0C, 0x00, // automatic status
		0x18, 0x00, 0x1E, 0x0C, 0x00, // the same, with an answer inside
		0x13, 0x11, // XOFF, XON
		0xFF, 0x01, // noise
		0x10, 0xFF, // no automatic status, and noise
	} {
		if m := p.feed(b); m.sort != partly {
			got = append(got, m.sort)
		}
	}
	want := []sort{answer, fenced, fenced, fenced, auto, answer, auto, hold, proceed, noise, noise, noise}
	if string(bytesOf(got)) != string(bytesOf(want)) {
		t.Errorf("%v, want %v", got, want)
	}
}

func bytesOf(ss []sort) []byte {
	b := make([]byte, len(ss))
	for i, s := range ss {
		b[i] = byte(s)
	}
	return b
}

func FuzzParser(f *testing.F) {
	f.Add([]byte{0x12, 0x18, 0x00, 0x1E, 0x0C, 0x00, 0xFF, 0x13})
	f.Add([]byte{0x10, 0x10, 0x10, 0x10, 0x00})
	f.Fuzz(func(t *testing.T, data []byte) {
		var p parser
		for _, b := range data {
			m := p.feed(b)
			switch m.sort {
			case answer:
				for n := byte(1); n <= 4; n++ {
					if _, err := ParseAnswer(n, m.value); err != nil {
						t.Error(err)
					}
				}
			case auto:
				if _, err := ParseAuto(m.auto); err != nil {
					t.Error(err)
				}
			case fenced:
				if m.value&0x90 != 0 {
					t.Errorf("%#02x was taken for the answer to a fence", m.value)
				}
			}
		}
	})
}

func TestPicturesThatHoldRealTimeCommandsLoseADotOfEach(t *testing.T) {
	p := device.Picture{Width: 24, Height: 4, Bits: []byte{
		0x10, 0x04, 0x01, 0x00, 0x00, 0x10, // one across two rows
		0x05, 0x00, 0x10, 0x14, 0x08, 0x10,
	}}
	before := append([]byte{}, p.Bits...)
	got := Defuse(p)
	if !bytes.Equal(p.Bits, before) {
		t.Error("the picture itself was changed")
	}
	want := []byte{0x00, 0x04, 0x01, 0x00, 0x00, 0x00, 0x05, 0x00, 0x00, 0x14, 0x08, 0x10}
	if !bytes.Equal(got.Bits, want) {
		t.Errorf("% x, want % x", got.Bits, want)
	}
	m, _ := ModelNamed("")
	data, err := Encode(p, m)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sink.Decode(data, width); err != nil {
		t.Error(err)
	}
}

func TestEveryModelDrawsThePictureAndNeverOpensTheDrawer(t *testing.T) {
	for _, name := range ModelNames() {
		for _, height := range []int{1, 24, 127, 128, 129, 300} {
			m, err := ModelNamed(name)
			if err != nil {
				t.Fatal(err)
			}
			p := drawing(t, height, uint64(height))
			data, err := Encode(p, m)
			if err != nil {
				t.Fatal(err)
			}
			slips, err := sink.Decode(data, width)
			if err != nil || len(slips) != 1 || slips[0].Cut != (m.Cut != CutNone) {
				t.Fatalf("%s, %d rows: %d slips, %v", name, height, len(slips), err)
			}
			slips[0].Cut = true
			if !isSlip(slips[0], p) {
				t.Errorf("%s, %d rows: other dots", name, height)
			}
		}
	}
	if _, err := ModelNamed("nobody's"); err == nil {
		t.Error("an unknown model was taken")
	}
}

func FuzzEncode(f *testing.F) {
	f.Add([]byte{0x10, 0x04, 0x01, 0x10, 0x14, 0x08}, uint8(2))
	f.Fuzz(func(t *testing.T, bits []byte, rowBytes uint8) {
		n := int(rowBytes)%(width/8) + 1
		if len(bits) < n || len(bits) > 4096 {
			return
		}
		p := device.Picture{Width: 8 * n, Height: len(bits) / n}
		p.Bits = bits[:n*p.Height]
		m, _ := ModelNamed("")
		data, err := Encode(p, m)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := sink.Decode(data, width); err != nil {
			t.Fatal(err)
		}
	})
}

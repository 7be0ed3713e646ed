package sink

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"authenkiosk/printer/device"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The picture of testdata/foreign/make.mjs.
const foreignWidth, foreignHeight = 320, 200

func foreignBlack(x, y int) bool { return (x*x+3*y*y)>>8%2 == 0 }

func TestBytesOfAnIndependentProducerAreDrawnRight(t *testing.T) {
	for _, name := range []string{"raster", "column"} {
		data, err := os.ReadFile(filepath.Join("testdata", "foreign", name+".bin"))
		if err != nil {
			t.Fatal(err)
		}
		slips, err := Decode(data, 576)
		if err != nil || len(slips) == 0 || !slips[0].Cut {
			t.Fatalf("%s: %d slips, %v", name, len(slips), err)
		}
		p, wrong := slips[0].Picture, 0
		if p.Height < foreignHeight {
			t.Fatalf("%s: %d rows", name, p.Height)
		}
		for y := range p.Height {
			for x := range p.Width {
				want := x < foreignWidth && y < foreignHeight && foreignBlack(x, y)
				if p.Black(x, y) != want {
					wrong++
				}
			}
		}
		if wrong > 0 {
			t.Errorf("%s: %d dots are wrong", name, wrong)
		}
	}
}

// raster is GS v 0 with any header, true or not.
func raster(mode byte, x, y int, data []byte) []byte {
	return append([]byte{gs, 'v', '0', mode, byte(x), byte(x >> 8), byte(y), byte(y >> 8)}, data...)
}

func TestWhatAPrinterWouldNotDrawAsItWasMeantIsRefused(t *testing.T) {
	row := []byte{0xF0, 0x0F}
	for _, c := range []struct {
		name string
		data []byte
		want error
	}{
		{"more rows than data", raster(0, 2, 3, bytes.Repeat(row, 2)), ErrShort},
		{"half a row", raster(0, 2, 1, row[:1]), ErrShort},
		{"half a header", raster(0, 2, 1, nil)[:5], ErrShort},
		{"fewer rows than data", raster(0, 2, 1, bytes.Repeat([]byte("AB"), 2)), ErrText},
		{"no rows", raster(0, 2, 0, nil), ErrLength},
		{"no columns", raster(0, 0, 2, nil), ErrLength},
		{"unknown mode", raster(9, 2, 1, row), ErrLength},
		{"too many rows", raster(0, 2, maxRasterRows+1, nil), ErrLength},
		{"wider than the paper", raster(0, 73, 1, make([]byte, 73)), ErrWide},
		{"wider when doubled", raster(1, 72, 1, bytes.Repeat([]byte{1}, 72)), ErrWide},
		{"text", []byte("hello"), ErrText},
		{"unknown command", []byte{gs, '~', 1}, ErrUnknown},
		{"cash drawer", []byte{esc, 'p', 0, 25, 250}, ErrKick},
		{"cash drawer at once", []byte{dle, dc4, 1, 0, 1}, ErrKick},
		{"a question inside of a picture", raster(0, 3, 1, []byte{dle, eot, 1}), ErrDanger},
		{"a question across two rows", raster(0, 2, 2, []byte{0, dle, eot, 4}), ErrDanger},
		{"columns beyond the data", []byte{esc, '*', 33, 2, 0, 1, 2, 3}, ErrShort},
		{"columns that never end", append([]byte{esc, '*', 33, 1, 0}, 1, 2, 3), ErrShort},
		{"a cut inside of a line", append([]byte{esc, '*', 33, 1, 0}, 1, 2, 3, esc, 'i'), ErrShort},
	} {
		if slips, err := Decode(c.data, 576); !errors.Is(err, c.want) {
			t.Errorf("%s: %d slips, %v; want %v", c.name, len(slips), err, c.want)
		}
	}
}

func TestRastersAreDrawnInEveryMode(t *testing.T) {
	for mode, want := range map[byte]device.Picture{
		0: {Width: 16, Height: 1, Bits: []byte{0xA0, 0}},
		1: {Width: 16, Height: 1, Bits: []byte{0xCC, 0}},
		2: {Width: 16, Height: 2, Bits: []byte{0xA0, 0, 0xA0, 0}},
		3: {Width: 16, Height: 2, Bits: []byte{0xCC, 0, 0xCC, 0}},
	} {
		slips, err := Decode(raster(mode, 1, 1, []byte{0xA0}), 16)
		if err != nil || len(slips) != 1 || !slips[0].Picture.Equal(want) {
			t.Errorf("mode %d: %+v, %v", mode, slips, err)
		}
	}
}

// ask writes to the printer and reads so many bytes of its answer.
func ask(t *testing.T, c net.Conn, n int, question ...byte) []byte {
	t.Helper()
	if _, err := c.Write(question); err != nil {
		t.Fatal(err)
	}
	if err := c.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, n)
	if _, err := io.ReadFull(c, answer); err != nil {
		t.Fatalf("% x: %v", question, err)
	}
	return answer
}

func TestQuestionsAreAnsweredAtOnceInEveryState(t *testing.T) {
	p := New(384)
	defer func() { _ = p.Close() }()
	address, err := p.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dial := func() net.Conn {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		return c
	}
	for _, s := range []struct {
		state State
		want  [4]byte // to DLE EOT 1 to 4
		auto  [4]byte
	}{
		{State{}, [4]byte{0x16, 0x12, 0x12, 0x12}, [4]byte{0x14, 0, 0, 0}},
		{State{NearEnd: true}, [4]byte{0x16, 0x12, 0x12, 0x1E}, [4]byte{0x14, 0, 0x03, 0}},
		{State{PaperOut: true}, [4]byte{0x1E, 0x32, 0x12, 0x7E}, [4]byte{0x1C, 0, 0x0F, 0}},
		{State{CoverOpen: true}, [4]byte{0x1E, 0x16, 0x12, 0x12}, [4]byte{0x3C, 0, 0, 0}},
		{State{CutterError: true}, [4]byte{0x1E, 0x52, 0x1A, 0x12}, [4]byte{0x1C, 0x08, 0, 0}},
	} {
		p.Set(func(now *State) { *now = State{} })
		c := dial() // automatic status is off again
		if got := ask(t, c, 4, gs, 'a', 0xFF); !bytes.Equal(got, []byte{0x14, 0, 0, 0}) {
			t.Errorf("automatic status % x", got)
		}
		p.Set(func(now *State) { *now = s.state })
		if got := ask(t, c, 4); !bytes.Equal(got, s.auto[:]) {
			t.Errorf("%+v: automatic status % x, want % x", s.state, got, s.auto)
		}
		for n := range 4 {
			if got := ask(t, c, 1, dle, eot, byte(n+1)); got[0] != s.want[n] {
				t.Errorf("%+v: DLE EOT %d answered %#02x, want %#02x", s.state, n+1, got[0], s.want[n])
			}
		}
	}
	p.Set(func(now *State) { *now = State{NearEnd: true} })
	if got := ask(t, dial(), 1, gs, 'r', 1); got[0] != 0x03 {
		t.Errorf("GS r 1 answered % x", got)
	}
}

func FuzzDecode(f *testing.F) {
	for _, name := range []string{"raster", "column"} {
		data, err := os.ReadFile(filepath.Join("testdata", "foreign", name+".bin"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data[:600])
	}
	f.Add(raster(3, 2, 2, []byte{1, 2, 3, 4}))
	f.Add([]byte{esc, 'd', 255, gs, 'V', 66, 255, dle, dc4, 8, 1, 3, 20, 1, 6, 2, 8})
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 4096 {
			return
		}
		slips, err := Decode(data, 384)
		if err != nil && len(slips) > 0 {
			t.Error("slips in spite of an error")
		}
		for _, s := range slips {
			if s.Picture.Height > 0 && s.Picture.Check() != nil || s.Text != "" {
				t.Errorf("%v, text %q", s.Picture.Check(), s.Text)
			}
		}
	})
}

package ipp

import (
	"bytes"
	"errors"
	"image/jpeg"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/OpenPrinting/goipp"

	"authenkiosk/printer/device"
	"authenkiosk/printer/document"
)

func TestAPrinterThatKnowsOlderVersionsOnlyPrints(t *testing.T) {
	v := goipp.MakeVersion
	for _, c := range []struct {
		name    string
		knows   goipp.Version
		refuses goipp.Status // 0: by HTTP 400
		want    []goipp.Version
	}{
		{"2.0", v(2, 0), goipp.StatusErrorVersionNotSupported, []goipp.Version{v(2, 0)}},
		{"1.1", v(1, 1), goipp.StatusErrorVersionNotSupported, []goipp.Version{v(2, 0), v(1, 1)}},
		{"1.0", v(1, 0), goipp.StatusErrorVersionNotSupported, []goipp.Version{v(2, 0), v(1, 1), v(1, 0)}},
		{"1.1, by HTTP 400", v(1, 1), 0, []goipp.Version{v(2, 0), v(1, 1)}},
		{"1.0, by HTTP 400", v(1, 0), 0, []goipp.Version{v(2, 0), v(1, 1), v(1, 0)}},
		{"1.1, as a bad request", v(1, 1), goipp.StatusErrorBadRequest, []goipp.Version{v(2, 0), v(1, 1)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				printer := &counterpart{knows: c.knows, refuses: goipp.Code(c.refuses)}
				p := printer.open(t, brisk)
				for range 2 {
					if err := p.Print(t.Context(), device.Picture{Width: 8, Height: 1, Bits: []byte{0xFF}}); err != nil {
						t.Fatal(err)
					}
				}
				// Each version is tried once; what was understood is kept.
				if asked := slices.Compact(printer.asked); !slices.Equal(asked, c.want) {
					t.Errorf("asked in %v, want %v", asked, c.want)
				}
			})
		})
	}
}

func TestAPrinterThatWasReplacedIsAskedInItsOwnVersion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		printer := &counterpart{knows: goipp.MakeVersion(2, 0), refuses: goipp.Code(goipp.StatusErrorVersionNotSupported)}
		p := printer.open(t, brisk)
		for _, knows := range []goipp.Version{goipp.MakeVersion(2, 0), goipp.MakeVersion(1, 0), goipp.MakeVersion(1, 1)} {
			printer.mu.Lock()
			printer.knows = knows
			printer.mu.Unlock()
			if c, err := p.Status(t.Context()); c != device.Ready || err != nil {
				t.Errorf("version %v: %v, %v", knows, c, err)
			}
		}
	})
}

func TestASlipIsSentAgainForNothingButTheClearWord(t *testing.T) {
	for _, c := range []struct {
		name    string
		refuses goipp.Status
		sent    int
	}{
		{"the version is not known", goipp.StatusErrorVersionNotSupported, len(versions)},
		{"a bad request", goipp.StatusErrorBadRequest, 1},
		{"HTTP 400", 0, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				// The newest version is older than any that is asked in.
				printer := &counterpart{knows: goipp.MakeVersion(0, 9), refuses: goipp.Code(c.refuses)}
				p := printer.open(t, brisk)
				_, err := p.submit(t.Context(), document.TypePDF, []byte("slip"))
				jobs := len(printer.asked)
				if c.refuses == 0 {
					jobs -= len(versions) // looking for a job of that name, in each
				}
				if err == nil || jobs != c.sent {
					t.Errorf("sent %d times, want %d: %v", jobs, c.sent, err)
				}
			})
		})
	}
}

func TestAPrinterOfPhotosGetsAJPEGOfThePage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		printer := &counterpart{formats: []string{"image/jpeg", "application/octet-stream"}}
		p := printer.open(t, brisk)
		if c, err := p.Status(t.Context()); c != device.Ready || err != nil {
			t.Fatalf("%v, %v", c, err)
		}
		if err := p.Print(t.Context(), device.Picture{Width: 8, Height: 1, Bits: []byte{0xF0}}); err != nil {
			t.Fatal(err)
		}
		m, err := jpeg.Decode(bytes.NewReader(printer.document))
		if err != nil || printer.format != document.TypeJPEG || m.Bounds().Dx() != 8 {
			t.Errorf("%q, %v: %v", printer.format, m, err)
		}
	})
}

func TestAPrinterThatTakesNoneOfOurDocumentsIsNotReadyFromTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, formats := range [][]string{{"application/postscript"}, {"application/octet-stream", "application/vnd.hp-PCL"}, {"text/plain"}} {
			printer := &counterpart{formats: formats}
			p := printer.open(t, brisk)
			c, err := p.Status(t.Context())
			if c != device.Error || !errors.Is(err, ErrFormat) || !bytes.Contains([]byte(err.Error()), []byte(formats[0])) {
				t.Errorf("%q: %v, %v", formats, c, err)
			}
			var not *device.NotPrintedError
			err = p.Print(t.Context(), device.Picture{Width: 8, Height: 1, Bits: []byte{0xFF}})
			if !errors.As(err, &not) || !errors.Is(err, ErrFormat) || printer.document != nil {
				t.Errorf("%q: %v", formats, err)
			}
			p.options.Format = document.TypeESCPOS // whoever configures it knows better
			if c, err := p.Status(t.Context()); c != device.Ready || err != nil {
				t.Errorf("%q, format forced: %v, %v", formats, c, err)
			}
		}
	})
}

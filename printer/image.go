package printer

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"

	"authenkiosk/atomicfile"
	"authenkiosk/printer/device"
	"authenkiosk/printer/document"
	"authenkiosk/visit"
)

// State is what is known of a printer.
type State string

// The states.
const (
	StateReady State = "ready"
	StateDown  State = "down" // it cannot print now
)

// Image is a printer that writes pictures into a directory, for demos, tests and
// units that keep no paper. Its slips are named slip-<visit id>.png, or .pdf; a
// reprint replaces the earlier one.
type Image struct {
	Dir   string
	Width int  // in dots; 0 means Width80mm
	PDF   bool // a document as big as the slip or its sheet, instead of a PNG
	// Paper is what slips are drawn on; the zero paper is a roll of that width.
	Paper Paper
}

const (
	pictureMode = 0o600 // a slip holds personal data
	pictureDirs = 0o700
)

func slipName(id visit.ID) string { return "slip-" + string(id) }

// Print writes the slip. The file is complete or not there at all.
func (p *Image) Print(ctx context.Context, s Slip) error {
	paper := p.Paper
	if paper.Width == 0 {
		paper = Roll(cmp.Or(p.Width, Width80mm))
	}
	return (&Device{out: p, fixed: paper}).Print(ctx, s)
}

// print implements output.
func (p *Image) print(ctx context.Context, name string, m *image.Gray, perInch int) error {
	name, data, err := p.encode(name, m, perInch)
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = p.write(name, data)
	}
	if err != nil {
		return &NotPrintedError{Condition: Error, Err: fmt.Errorf("write slip: %w", err)}
	}
	return nil
}

func (p *Image) encode(name string, m *image.Gray, perInch int) (string, []byte, error) {
	if p.PDF {
		picture, err := device.Pack(m)
		if err != nil {
			return "", nil, err
		}
		page := document.Page{}
		if picture.PerInch = perInch; perInch > 0 {
			page = pageOf(p.Paper.Size)
		}
		data, err := document.PDF(picture, page)
		return name + ".pdf", data, err
	}
	var b bytes.Buffer
	err := png.Encode(&b, m)
	return name + ".png", b.Bytes(), err
}

// write has a slip whole or not at all: a power cut must not leave an empty one.
func (p *Image) write(name string, data []byte) error {
	if err := os.MkdirAll(p.Dir, pictureDirs); err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(p.Dir, name), data, pictureMode)
}

// Status tries whether a file can be written into the directory.
func (p *Image) Status(context.Context) (Condition, error) {
	if err := os.MkdirAll(p.Dir, pictureDirs); err != nil {
		return Offline, err
	}
	f, err := os.CreateTemp(p.Dir, ".state-*")
	if err != nil {
		return Offline, err
	}
	if err := errors.Join(f.Close(), os.Remove(f.Name())); err != nil {
		return Offline, err
	}
	return Ready, nil
}

// State tells the same in one word.
func (p *Image) State() State {
	if _, err := p.Status(context.Background()); err != nil {
		return StateDown
	}
	return StateReady
}

// Close does nothing.
func (p *Image) Close() error { return nil }

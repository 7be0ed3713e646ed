package printer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"os"
	"path/filepath"

	"authenkiosk/visit"
)

// State is what is known of a printer.
type State string

// The states.
const (
	StateReady State = "ready"
	StateDown  State = "down" // it cannot print now
)

// Image is a printer that writes pictures into a directory, for demos and tests.
// Its slips are named slip-<visit id>.png; a reprint replaces the earlier one.
type Image struct {
	Dir   string
	Width int // in dots; 0 means Width80mm
}

const (
	pictureMode = 0o600 // a slip holds personal data
	pictureDirs = 0o700
)

// Print writes the slip. The file is complete or not there at all.
func (p *Image) Print(ctx context.Context, s Slip) error {
	if _, err := visit.ParseID(string(s.Visit)); err != nil {
		return fmt.Errorf("print slip: %w", err) // the id becomes a file name
	}
	width := p.Width
	if width == 0 {
		width = Width80mm
	}
	picture, err := Render(s, width)
	if err != nil {
		return fmt.Errorf("draw slip: %w", err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		return fmt.Errorf("encode slip: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("print slip: %w", err)
	}
	if err := p.write("slip-"+string(s.Visit)+".png", b.Bytes()); err != nil {
		return fmt.Errorf("write slip: %w", err)
	}
	return nil
}

// write makes the file under another name first, in the same directory.
func (p *Image) write(name string, data []byte) error {
	if err := os.MkdirAll(p.Dir, pictureDirs); err != nil {
		return err
	}
	f, err := os.CreateTemp(p.Dir, ".slip-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(pictureMode), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), filepath.Join(p.Dir, name))
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

// State tries whether a file can be written into the directory.
func (p *Image) State() State {
	if os.MkdirAll(p.Dir, pictureDirs) != nil {
		return StateDown
	}
	f, err := os.CreateTemp(p.Dir, ".state-*")
	if err != nil {
		return StateDown
	}
	if errors.Join(f.Close(), os.Remove(f.Name())) != nil {
		return StateDown
	}
	return StateReady
}

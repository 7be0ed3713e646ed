package printer

import (
	"context"
	"fmt"
	"image"
	"time"

	"authenkiosk/printer/device"
	"authenkiosk/printer/document"
	"authenkiosk/printer/template"
	"authenkiosk/visit"
)

// Device is a printer that was opened. Its methods may be called from several
// goroutines; they wait for each other.
type Device struct {
	out   output
	width int
	fixed Paper         // what slips are drawn on
	named bool          // the configuration names it, so that the printer is not asked
	limit time.Duration // see PrintLimit

	template *template.Template // nil: the built-in one
	blame    func(error)
}

// output is a printer of any kind; a name is for those that keep what they print.
// perInch is 0 for slips, and the dots of an inch for pictures that fill a sheet.
type output interface {
	Status(ctx context.Context) (Condition, error)
	print(ctx context.Context, name string, m *image.Gray, perInch int) error
	Close() error
}

// sheeter is a driver whose printer may have sheets or a roll.
type sheeter interface {
	Sheet(ctx context.Context) (document.Page, error)
}

// driver is a printer that takes pictures of one bit.
type driver interface {
	Status(ctx context.Context) (Condition, error)
	Print(ctx context.Context, p device.Picture) error
	Close() error
}

// packed packs pictures for a driver.
type packed struct{ driver }

func (p packed) print(ctx context.Context, _ string, m *image.Gray, perInch int) error {
	picture, err := device.Pack(m)
	if err != nil {
		return &NotPrintedError{Err: err}
	}
	picture.PerInch = perInch
	return p.Print(ctx, picture)
}

// Use makes the unit's template that of all slips. blame is told each time that
// it does not suit a slip, which is then printed with the built-in one; it may be
// called from several goroutines and may be nil. Use comes before the first Print.
func (d *Device) Use(t *template.Template, blame func(error)) { d.template, d.blame = t, blame }

// Status asks the printer how it is. The condition is meaningful even with an
// error, which is for the log. It may take some seconds: see Poller.
func (d *Device) Status(ctx context.Context) (Status, error) {
	c, err := d.out.Status(ctx)
	return Status{Condition: c, At: time.Now()}, err
}

// Print draws a slip and prints it. Without an error it came out for certain;
// *NotPrintedError and *UnclearError tell the two other ends. No slip is ever sent
// twice by itself.
func (d *Device) Print(ctx context.Context, s Slip) error {
	if _, err := visit.ParseID(string(s.Visit)); err != nil {
		return &NotPrintedError{Err: fmt.Errorf("print slip: %w", err)}
	}
	paper, err := d.Paper(ctx)
	if err != nil {
		return &NotPrintedError{Condition: Offline, Err: fmt.Errorf("print slip: %w", err)}
	}
	picture, blame, err := DrawSafely(d.template, s, paper)
	if blame != nil && d.blame != nil {
		d.blame(blame)
	}
	if err != nil {
		return &NotPrintedError{Err: fmt.Errorf("draw slip: %w", err)}
	}
	return d.out.print(ctx, slipName(s.Visit), picture, paper.perInch())
}

// Paper returns what the next slip will be drawn on. A printer of IPP is asked which
// sheets it has, unless the configuration names the paper; others have what the
// configuration says, and no error.
func (d *Device) Paper(ctx context.Context) (Paper, error) {
	p, ok := d.out.(packed)
	if !ok {
		return d.fixed, nil
	}
	driver, ok := p.driver.(sheeter)
	if !ok || d.named {
		return d.fixed, nil
	}
	g, err := driver.Sheet(ctx)
	if err != nil {
		return Paper{}, fmt.Errorf("ask printer for its paper: %w", err)
	}
	if sheet, ok := sheetOf(g); ok {
		return sheet, nil
	}
	return d.fixed, nil
}

// usualPrintLimit is ample for every way but a serial line: those of a network and of
// USB end by themselves when the printer takes nothing, and a job of IPP has a minute
// and some questions of 8 seconds.
const usualPrintLimit = 100 * time.Second

// PrintLimit returns how long a Print may take on this printer: who bounds it must
// not give it less. It is 100 seconds, and on a serial line as much more as the
// longest slip needs at that speed: about 13 minutes at 9,600 bits a second. A printer that
// has stopped is found out much earlier.
func (d *Device) PrintLimit() time.Duration { return d.limit }

// Interrupted says that a program which has ended may have left the printer in the
// middle of a slip. What there is of it is cut off before the next one. Printers
// that get whole jobs have no pieces.
func (d *Device) Interrupted() {
	p, ok := d.out.(packed)
	if !ok {
		return
	}
	if driver, ok := p.driver.(interface{ Interrupted(dots int) }); ok {
		driver.Interrupted(d.width)
	}
}

// PrintPicture prints any picture, for example a test page. Its end is that of
// Print.
func (d *Device) PrintPicture(ctx context.Context, m *image.Gray) error {
	return d.out.print(ctx, pictureName(), m, 0)
}

// pictureName names what is no slip, for printers that keep what they print.
func pictureName() string { return fmt.Sprintf("picture-%d", time.Now().UnixNano()) }

// WidthPx returns how many dots wide a picture for this printer should be.
func (d *Device) WidthPx() int { return d.width }

// Close ends the connection.
func (d *Device) Close() error { return d.out.Close() }

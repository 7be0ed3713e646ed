package kioskcmd

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"authenkiosk/app/config"
	"authenkiosk/app/patient"
	"authenkiosk/app/photo"
	"authenkiosk/camera"
	"authenkiosk/cli"
	"authenkiosk/visit"
)

// usesPrinter is what checks need that ask the printer: most serve one program at a time.
const usesPrinter = "printer"

// Checks are those of what stands around a kiosk alone.
func Checks(c config.Config, running func(context.Context) (bool, error)) []cli.Check {
	return []cli.Check{
		{Name: "printer", Uses: usesPrinter, Look: func(ctx context.Context) (string, string) { return printerFinding(ctx, c, running) }},
		{Name: "slips", Uses: usesPrinter, Look: func(ctx context.Context) (string, string) { return slipFinding(ctx, c) }},
		{Name: "camera", Look: func(ctx context.Context) (string, string) { return cameraFinding(ctx, c) }},
		{Name: "line", Look: func(context.Context) (string, string) { return lineFinding(c) }},
	}
}

// lineFinding says that a QR code of our own making is shown to patients' phones.
func lineFinding(c config.Config) (state, detail string) {
	switch {
	case !slices.Contains(c.Kiosk.Methods, visit.MethodLine):
		return cli.FindingSkipped, "not among kiosk.methods"
	case c.NHSO.Zone == visit.ZoneDemo:
		return cli.FindingSkipped, "the demo has its own"
	case c.Line.QR == "":
		return cli.FindingWarning, fmt.Sprintf(
			`line.qr is empty: the QR code says %q, which phones may not understand; enter the one that NHSO gave the unit, or take "line" out of kiosk.methods`, patient.LineQR(c, nil))
	}
	return cli.FindingOK, "the QR code of line.qr"
}

// cameraFinding waits for one picture. A camera that a running kiosk uses this
// very moment is busy, which is no fault.
func cameraFinding(ctx context.Context, c config.Config) (state, detail string) {
	if c.Camera.Source == "" {
		return cli.FindingSkipped, "none is configured"
	}
	ctx, cancel := context.WithTimeout(ctx, photo.ProbeLimit)
	defer cancel()
	seen, err := camera.Probe(ctx, c.Camera.Source)
	switch {
	case errors.Is(err, camera.ErrBusy):
		return cli.FindingWarning, err.Error()
	case err != nil:
		return cli.FindingFailed, err.Error()
	}
	detail = fmt.Sprintf("%d x %d, first picture after %d ms", seen.Size.X, seen.Size.Y, seen.First.Milliseconds())
	if seen.Size.X < goodCameraWidth {
		return cli.FindingWarning, detail + ": too coarse for a card in the picture"
	}
	return cli.FindingOK, detail
}

// goodCameraWidth is the width in pixels from which a card beside the face can
// be made out.
const goodCameraWidth = 1280

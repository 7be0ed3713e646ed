package printer_test

import (
	"errors"
	"fmt"

	"authenkiosk/printer"
	"authenkiosk/printer/template"
	"authenkiosk/visit"
)

// A slip is drawn as a picture of black and white dots, as wide as the paper, so
// that Thai looks the same on every printer.
func ExampleDraw() {
	slip, err := printer.Sample(printer.KindCode)
	if err != nil {
		fmt.Println(err)
		return
	}
	picture, err := printer.Draw(template.Default(), slip, printer.Roll(printer.Width80mm))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(picture.Bounds().Dx(), "dots wide")
	fmt.Println("its QR code says", slip.QR())
	// Output:
	// 576 dots wide
	// its QR code says PP1200000001
}

// Settings that cannot be right are refused before anything is printed.
func ExampleOpen() {
	_, err := printer.Open(printer.Config{Kind: visit.PrinterTCP, Address: "192.0.2.10:9100", Cut: "twice"})
	fmt.Println(errors.Is(err, printer.ErrConfig))
	fmt.Println(err)
	// Output:
	// true
	// the printer is not configured rightly: cut "twice" is not known
}

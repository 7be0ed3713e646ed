package station

import (
	"context"

	"authenkiosk/desk/sheet"
	"authenkiosk/printer"
)

// Prints reports whether there is a printer.
func (s *Station) Prints() bool { return s.devices.Prints() }

// PrintPage prints a page of lines between the slips of patients.
func (s *Station) PrintPage(ctx context.Context, lines []sheet.Line) error {
	return s.devices.PrintLines(ctx, linesOf(lines))
}

// PrintTest prints the test page. Whether it has come out right is for a person to see.
func (s *Station) PrintTest(ctx context.Context) error { return s.devices.PrintTest(ctx) }

// PDF makes a document of a page.
func PDF(lines []sheet.Line) ([]byte, error) { return printer.LinesPDF(linesOf(lines)) }

func linesOf(lines []sheet.Line) []printer.Line {
	all := make([]printer.Line, len(lines))
	for i, l := range lines {
		all[i] = printer.Line(l)
	}
	return all
}

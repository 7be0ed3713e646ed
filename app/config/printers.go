package config

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"authenkiosk/visit"
)

// What the printer room knows, in its own order; empty is its choice.
var (
	// PrinterModels are the families of ESC/POS printers.
	PrinterModels = []string{"", "generic", "epson-tm", "xprinter", "gprinter", "no-cutter", "small-buffer", "write-only"}
	// PrinterCuts are the ways to cut.
	PrinterCuts = []string{"", "none", "feed", "partial", "full", "esc-m", "esc-i"}
	// PrinterFormats are the kinds of documents that go to a kind of printer.
	PrinterFormats = map[visit.PrinterKind][]string{
		visit.PrinterImage: {"", "png", "pdf"},
		visit.PrinterIPP:   {"", "pdf", "pwg", "jpeg", "escpos", "raw"},
	}
)

// printerFormats are those of any kind.
func printerFormats() []string {
	var all []string
	for _, of := range PrinterFormats {
		all = append(all, of...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// printer checks the keys of the printer that depend on its kind.
func (r *reader) printer() {
	c := &r.config.Printer
	if r.failed("printer.kind") {
		return
	}
	if check := printerAddress[c.Kind]; check != nil && !r.failed("printer.address") {
		if wrong := check(c.Address); wrong != "" {
			r.fail("printer.address", fmt.Sprintf(" = %s: for kind %q %s", quoted(c.Address), c.Kind, wrong))
		}
	}
	if c.Format != "" && !slices.Contains(PrinterFormats[c.Kind], c.Format) && !r.failed("printer.format") {
		allowed := PrinterFormats[c.Kind]
		if allowed == nil {
			allowed = []string{""}
		}
		r.fail("printer.format", fmt.Sprintf(" = %q: for kind %q allowed are %s", c.Format, c.Kind, oneOf(allowed)))
	}
	r.template()
}

// template finds the file beside the configuration, wherever the program is
// started.
func (r *reader) template() {
	if t := &r.config.Printer.Template; *t != "" && !filepath.IsAbs(*t) && !strings.HasPrefix(*t, "/") {
		*t = filepath.Join(filepath.Dir(r.beside), *t)
	}
}

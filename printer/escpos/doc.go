// Package escpos drives slip printers that understand ESC/POS, over TCP, a device
// file of the kernel's usblp driver, or a serial line.
//
// A slip is one picture, sent in bands, so that nothing depends on the fonts and
// code pages of a printer. Whether it came out is found by asking: DLE EOT before
// the picture, GS r 1 behind it, which is answered only after everything before it
// was worked off. A write that succeeds says nothing: the bytes may wait in a
// buffer of the kernel or of the printer for a roll of paper, and come out for
// the next patient.
//
// The package never opens a cash drawer.
package escpos

package escpos

// Bytes of commands, by the names of Epson's ESC/POS reference.
const (
	nul = 0x00
	eot = 0x04
	enq = 0x05
	dle = 0x10
	dc4 = 0x14
	esc = 0x1B
	gs  = 0x1D
)

var (
	initialize = []byte{esc, '@'}
	// fence is GS r 1, transmit the state of the paper sensor: answered in order,
	// after all that was sent before it.
	fence = []byte{gs, 'r', 1}
)

// question is DLE EOT n, answered at once, whatever the printer is at.
func question(n byte) []byte { return []byte{dle, eot, n} }

// rasterHeader begins a band (GS v 0): n bytes a row, so many rows.
func rasterHeader(rowBytes, rows int) []byte {
	return []byte{gs, 'v', '0', 0, byte(rowBytes), byte(rowBytes >> 8), byte(rows), byte(rows >> 8)}
}

// feed is ESC d n, print and feed n lines.
func feed(lines int) []byte { return []byte{esc, 'd', byte(lines)} }
